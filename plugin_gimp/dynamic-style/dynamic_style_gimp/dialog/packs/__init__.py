"""Packs from a file and out of catalogs."""
