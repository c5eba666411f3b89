"""From "I need help" to "screened, ready to book"."""
