"""The least that Django does for the same: views without our rules, forms, gates and pages, on our tables."""
