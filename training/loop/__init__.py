"""The one training loop and what it keeps. Knows no task."""
