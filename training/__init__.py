"""Training of style packs: main net first, tuning blocks second, from one TOML config."""
