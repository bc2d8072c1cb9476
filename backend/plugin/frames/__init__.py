"""Many frames in one run: which are made, how the dials stand in each, how far it is."""
