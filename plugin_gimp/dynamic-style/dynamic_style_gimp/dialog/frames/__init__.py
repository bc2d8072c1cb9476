"""Stylize Layers as Frames…: what its dialog shows, and what happens in it."""
