"""Where and how nets run: the device, its memory, its threads."""
