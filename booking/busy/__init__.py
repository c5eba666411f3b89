"""Busy times that a practitioner's own calendar says: fetched, read, and kept as time off of their own kind."""
