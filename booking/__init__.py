"""From "ready" to "seen"."""
