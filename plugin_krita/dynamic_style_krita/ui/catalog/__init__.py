"""More Packs…: what catalogs have."""
