"""The training package's command line."""
