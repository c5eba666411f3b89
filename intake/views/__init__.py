"""Pages of the intake for patients."""
