"""Forms of the intake that patients fill in."""
