"""What the intake app registers at start."""
