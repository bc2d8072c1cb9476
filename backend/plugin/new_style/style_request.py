"""What is asked for when a new style is made, and what has to be so before anything starts.

The numbers are those of training/new_pack/recipe.py, training/photos/gathering.py and
backend/images/formats.py, which a copy in a host cannot import; a test holds them together.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...protocol.errors import ImageSizeError, UsageError
from ...protocol.process.plain_files import is_folder
from ...protocol.texts.printable import printable
from ..translations import tr

QUALITIES = ("draft", "normal", "fine", "trial")
DIAL_CHOICES = (("strength",), ("strength", "scale"))
PHOTOS_CHOICE = "new_style.photos"  # of saved settings: the folder of the last time
MOST_TITLE = 100
FEWEST_PHOTOS = 10
PICTURE_SUFFIXES = (
    ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".tif", ".tiff", ".webp", ".avif",
    ".bmp", ".dib", ".gif", ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".jp2", ".j2k", ".jpx",
)  # fmt: skip
LEAST_PX, LEAST_TRIAL_PX = 192, 24  # of the painting's short side


@dataclass(frozen=True)
class StyleRequest:
    """photos: a folder, with its subfolders. quality: one of QUALITIES. dials: of DIAL_CHOICES."""

    title: str
    photos: Path
    quality: str = "normal"
    dials: tuple[str, ...] = ("strength",)


@dataclass(frozen=True)
class Painting:
    """The layer whose strokes are learnt. width and height in pixels. save: writes it as a PNG
    file, in a thread that may take its time; may raise OSError or a DynamicStyleError.
    """

    width: int
    height: int
    save: Callable[[Path], object]


def check_request(request: StyleRequest) -> None:
    """Raises UsageError, saying what to do, for what no run could be made of. Looks through the
    folder of photos, which may take a while on a network disk.
    """
    title = request.title.strip()
    if not title:
        raise UsageError(tr("The style has no title. Give it one, such as “Harbour at Night”."))
    if len(title) > MOST_TITLE or printable(title) != title:
        raise UsageError(
            tr("The title is too long or cannot be shown. Give up to {most} letters.").format(
                most=MOST_TITLE
            )
        )
    if request.quality not in QUALITIES:
        raise UsageError(
            tr("The quality “{quality}” is unknown. Give one of {all}.").format(
                quality=request.quality, all=", ".join(QUALITIES)
            )
        )
    if request.dials not in DIAL_CHOICES:
        raise UsageError(
            tr("The dials “{dials}” cannot be made. Give one of {all}.").format(
                dials=",".join(request.dials), all="; ".join(",".join(one) for one in DIAL_CHOICES)
            )
        )
    _check_photos(request.photos)


def check_painting(painting: Painting, quality: str) -> None:
    """Raises ImageSizeError."""
    least = LEAST_TRIAL_PX if quality == "trial" else LEAST_PX
    if min(painting.width, painting.height) < least:
        raise ImageSizeError(
            tr(
                "The layer is {width} × {height} pixels. Its short side must have {least} for "
                "strokes to be learnt: take a larger picture of the painting."
            ).format(width=painting.width, height=painting.height, least=least)
        )


def _check_photos(folder: Path) -> None:
    if not folder.is_absolute():  # an empty text, too
        raise UsageError(
            tr("No folder of photos is chosen. Choose one: photos of anything, some hundred best.")
        )
    if not is_folder(folder):
        raise UsageError(
            tr("The folder of photos “{folder}” does not exist. Choose another one.").format(
                folder=folder
            )
        )
    count = _count_pictures(folder)
    if count < FEWEST_PHOTOS:
        raise UsageError(
            tr(
                "“{folder}” and its subfolders hold {count} pictures. At least {fewest} are "
                "needed, and some hundred are best: add photos of anything, or choose another "
                "folder."
            ).format(folder=folder, count=count, fewest=FEWEST_PHOTOS)
        )


def _count_pictures(folder: Path) -> int:
    """No further than FEWEST_PHOTOS."""
    count = 0
    for _, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if not name.startswith(".")]
        count += sum(
            name.lower().endswith(PICTURE_SUFFIXES) and not name.startswith(".") for name in names
        )
        if count >= FEWEST_PHOTOS:
            break
    return count
