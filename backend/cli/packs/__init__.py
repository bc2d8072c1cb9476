"""dynamic-style packs: what is installed, what can be had, and what to publish."""
