"""What commands take: dials, files, numbers, pictures and tasks."""
