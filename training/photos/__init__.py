"""The pictures that are trained on: read, cropped and shown."""
