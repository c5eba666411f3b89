"""The desk's pages of the diary: today, a PT's own day, finding a time, booking, moving and cancelling."""
