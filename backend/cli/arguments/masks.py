"""Which mask belongs to which photo: one for all, or a folder of them under the photos' names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...protocol.errors import UsageError
from .files import FilePair, is_folder, listed, pictures_in


@dataclass(frozen=True)
class MaskedPairs:
    """pairs: with their masks. without_mask: photos of folders; without_photo: masks."""

    pairs: list[FilePair]
    without_mask: list[Path]
    without_photo: list[Path]


def find_masks(mask: str) -> list[Path]:
    """A mask's file, or those in a folder. Raises UsageError for a folder that holds none."""
    return pictures_in(Path(mask)) if is_folder(mask) else [Path(mask)]


def give_masks(pairs: Sequence[FilePair], inputs: Sequence[str], mask: str) -> MaskedPairs:
    """A file is the mask of all photos; in a folder each photo's has the photo's name, whatever
    its suffix. Photos that come from a folder may have none, since not each of them has a hole.

    Raises UsageError where a photo that was named has none, where one has two, or where none has.
    """
    masks = find_masks(mask)
    if not is_folder(mask):
        return MaskedPairs([replace(pair, mask=masks[0]) for pair in pairs], [], [])
    by_stem: dict[str, list[Path]] = {}
    for path in masks:
        by_stem.setdefault(path.stem, []).append(path)
    given, bare = [], []
    for pair in pairs:
        source = pair.source
        own = [] if source is None else by_stem.get(source.stem, [])
        if len(own) > 1:
            raise UsageError(
                f"{own[0]} and {own[1]} would both be the mask of {source}; keep one of them there"
            )
        if own:
            given.append(replace(pair, mask=own[0]))
        elif source is not None:
            bare.append(source)
    asked = {str(Path(name)) for name in inputs}
    named = [path for path in bare if str(path) in asked]
    if named or not given:
        raise UsageError(
            f"{mask} holds no mask of {listed(named or bare)}; a mask has its photo's name, such "
            f"as {(named or bare)[0].stem}.png"
        )
    used = {pair.mask for pair in given}
    return MaskedPairs(given, bare, [path for path in masks if path not in used])
