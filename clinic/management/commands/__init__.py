"""Commands of the clinic app."""
