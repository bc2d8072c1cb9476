"""Colour: ICC profiles, sRGB's curve and Oklab."""
