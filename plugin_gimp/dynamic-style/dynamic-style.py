#!/usr/bin/env python3
"""Filters > Dynamic Style. GIMP runs this file; what it does is in the package beside it."""

import sys

import gi

gi.require_version("Gimp", "3.0")  # the name of the interface in GIMP 3.2 as well
gi.require_version("Gegl", "0.4")

from dynamic_style_gimp.entry import main  # noqa: E402

main(sys.argv)
