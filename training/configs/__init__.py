"""The configs of the published packs, and tiny.toml, which trains in seconds. Those in next/ are of
packs that do not ship yet.
"""
