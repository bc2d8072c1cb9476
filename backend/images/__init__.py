"""Pictures: files, profiles, metadata, 16 bit and sRGB. Knows no net."""
