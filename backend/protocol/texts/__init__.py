"""Texts by others: names that are safe to show, and languages that they are there in."""
