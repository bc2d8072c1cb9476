"""Numbers, and how far a run is, in words for the user."""
