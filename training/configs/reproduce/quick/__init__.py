"""The same, tiny, for `--quick`."""
