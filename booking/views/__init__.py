"""The patient's pages of booking."""
