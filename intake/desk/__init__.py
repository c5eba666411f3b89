"""The intake's pages at the desk: briefs for PTs, and what stands beside calls and patients."""
