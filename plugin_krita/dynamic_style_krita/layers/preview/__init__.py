"""What a view shows of a layer."""
