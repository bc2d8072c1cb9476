"""Style packs; weights/README.md is the format."""
