"""How the backend's process is found, started and left to its user alone."""
