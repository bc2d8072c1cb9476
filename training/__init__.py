"""Training of packs from one TOML config: main net first, tuning blocks second."""
