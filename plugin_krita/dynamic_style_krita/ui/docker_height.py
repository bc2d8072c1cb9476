"""How the docker's height is shared out. Needs neither Krita nor Qt; all numbers are pixels.

The preview and the first dial are always in sight, at any height that Krita gives a docker.
"""

from __future__ import annotations

from dataclasses import dataclass

COMPACT_BELOW_PX = 296  # the preview does not fit above the first dial
PACKS_FROM_PX = 426  # the packs' pictures fit above the preview
TWO_ROWS_FROM_PX = 640


@dataclass(frozen=True)
class Room:
    """is_compact: preview and dial stand side by side. has_packs: the packs can stay open, else
    they open in place of the preview. pack_rows: of their pictures.
    """

    is_compact: bool
    has_packs: bool
    pack_rows: int


def room_for(height: int) -> Room:
    """What fits in a docker whose inside is that high."""
    return Room(
        is_compact=height < COMPACT_BELOW_PX,
        has_packs=height >= PACKS_FROM_PX,
        pack_rows=2 if height >= TWO_ROWS_FROM_PX else 1,
    )


def preview_height(room: int, *, wanted: int, scrolled: int, first_dial: int, least: int) -> int:
    """How high the preview is. room: for it and what is scrolled below it. wanted: to be as wide as
    the docker. scrolled: what is below, to be seen whole. first_dial: of that, what must be seen.
    """
    fair = max(room - scrolled, room // 2)
    return max(least, min(wanted, fair, room - first_dial))
