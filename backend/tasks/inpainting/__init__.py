"""What fills a hole from the rest of the picture, before the net mixes it."""
