"""Dials over time: what the command line, Krita and GIMP say alike of them."""
