"""Frames: from when to when, and the curves by which dials move."""
