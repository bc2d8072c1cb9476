"""Sentences that are no errors, and that whoever trains should read: a photo passed over, say."""

from __future__ import annotations

from collections.abc import Callable

Note = Callable[[str], None]


def ignore_note(text: str) -> None:
    """For callers with nobody to tell."""
