"""The preview, in the panel and over the canvas."""
