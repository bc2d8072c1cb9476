"""Who computes for the command line: this process, or the backend that runs already."""
