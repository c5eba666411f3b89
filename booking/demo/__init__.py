"""The demo clinic: Sidehill Physical Therapy in Anchorage. Its people and telephone numbers are invented."""
