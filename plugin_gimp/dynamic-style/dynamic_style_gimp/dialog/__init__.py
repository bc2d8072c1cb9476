"""The dialog: its window, and the session behind it."""
