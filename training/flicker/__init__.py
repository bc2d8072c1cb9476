"""How much stylized clips flicker: frame by frame, calmly, and by somebody else's program."""
