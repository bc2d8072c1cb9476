"""Dynamic Style's backend: nets, style packs, pictures, tasks and the headless command line."""
