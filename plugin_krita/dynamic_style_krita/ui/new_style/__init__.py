"""A new style from a layer: the dialog that asks, and how it is getting on in the docker."""
