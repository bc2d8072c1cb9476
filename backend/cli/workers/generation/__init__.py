"""Pictures of seeds, by this process or the backend."""
