"""What a new pack is called: a title for people, and an id that no other pack has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from dynamic_style.backend.protocol.errors import UsageError
from dynamic_style.backend.protocol.texts.printable import printable

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
MOST_ID, MOST_TITLE = 64, 100  # the pack format's, in characters
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)")  # Windows keeps these for devices
FALLBACK = "my-style"
SPELT_OUT = str.maketrans({"œ": "oe", "Œ": "oe", "ß": "ss", "ø": "o", "'": "", "’": ""})


def make_title(painting: Path) -> str:
    """From the file's name: `starry_night-2.jpg` is Starry night 2."""
    words = "".join(c if printable(c) == c else " " for c in painting.stem)
    words = " ".join(re.sub(r"[_-]+", " ", words).split())[:MOST_TITLE].strip()
    return words[:1].upper() + words[1:] if words else FALLBACK


def make_id(*names: str) -> str:
    """Of the first name that has letters which ids may have: `Œuvre n° 3` is oeuvre-n-3 and
    `Hokusai's Wave` hokusais-wave.
    """
    for name in names:
        spelt = name.translate(SPELT_OUT)
        plain = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode().lower()
        words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
        if words:
            cut = words[: MOST_ID - 4].strip("-")  # room for a number
            return f"{cut}-style" if RESERVED.fullmatch(cut) else cut
    return FALLBACK


def list_free_ids(pack_id: str, is_taken: Callable[[str], bool]) -> Iterator[str]:
    """The id and its numbered variants, `name-2` on, without those that are taken."""
    number = 1
    while True:
        found = pack_id if number == 1 else f"{pack_id}-{number}"
        if not is_taken(found):
            yield found
        number += 1


def check_id(pack_id: str) -> str:
    """Raises UsageError for an id that no pack may have: it names folders."""
    if not ID.fullmatch(pack_id) or RESERVED.fullmatch(pack_id):
        raise UsageError(
            f"--id {pack_id!r} is no pack's id; it has a-z, 0-9 and '-', such as 'starry-night'"
        )
    return pack_id


def check_title(title: str) -> str:
    """Raises UsageError for a title that no pack may have."""
    if not title.strip() or len(title) > MOST_TITLE:
        raise UsageError(f"--title has {len(title)} characters; give 1 to {MOST_TITLE}")
    if printable(title) != title:
        raise UsageError("--title holds characters that cannot be shown; leave them out")
    return title.strip()
