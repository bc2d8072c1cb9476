"""A pack from one painting, for somebody who writes no config: what the config will say."""
