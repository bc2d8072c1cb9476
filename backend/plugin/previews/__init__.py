"""The live preview: when it is asked for, at which size, and as which request."""
