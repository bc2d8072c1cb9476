"""A wall round a folder, as `walls.py` has them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wall:
    """may: what is let in, besides the folder itself; belongs: where to put what needs more.
    doors: the folder's modules that others may import besides its __init__; None: all of them.
    """

    may: tuple[str, ...]
    belongs: str
    doors: tuple[str, ...] | None = None
