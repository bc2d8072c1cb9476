"""What the docker says of errors and of the backend's set-up, with the way out."""
