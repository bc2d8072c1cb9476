"""Widgets of the dialog, each of which knows itself alone."""
