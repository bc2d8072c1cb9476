"""Style packs: their objective, run, measurements and export."""
