"""What GIMP lists and calls: procedures, their arguments and what they return."""
