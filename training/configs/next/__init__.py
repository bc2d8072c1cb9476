"""Configs of packs whose weights do not ship yet; the folder above has those of shipped packs."""
