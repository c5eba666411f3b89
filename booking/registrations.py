"""What the booking app registers at start."""
