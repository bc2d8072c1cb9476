"""dynamic-style frames."""
