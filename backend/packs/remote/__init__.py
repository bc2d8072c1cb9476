"""Packs from elsewhere: from a web address or a model hub into a folder, not yet trusted."""
