"""What both apps stand on, and the site itself."""
