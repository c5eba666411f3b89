"""The front desk: the Django admin with our own site and process pages."""
