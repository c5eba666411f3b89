"""The reports that need the diary: from a visit of the site to a visit at the clinic, no-shows, hours, sources."""
