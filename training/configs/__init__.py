"""The configs of the published packs, and tiny.toml, which trains in seconds."""
