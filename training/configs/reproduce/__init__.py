"""Configs of `reproduce`, one for each claim. A package only so that the wheel holds them."""
