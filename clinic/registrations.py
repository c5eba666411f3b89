"""What the clinic app registers at start."""
