"""The backend's Python environment: made, checked, recorded."""
