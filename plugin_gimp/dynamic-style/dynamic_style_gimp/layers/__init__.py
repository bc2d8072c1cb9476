"""What reads and writes GIMP's layers."""
