"""What the panels know of each task: one module for each, and a table of them."""
