"""pack.json: what a pack says of itself, read and checked as a stranger's text."""
