"""The backend's process: socket, queue, runners and caches."""
