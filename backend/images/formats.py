"""Which picture formats are read and written, and what each can hold. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from ..protocol.errors import UsageError

READABLE = (
    "PNG", "JPEG", "MPO", "TIFF", "WEBP", "AVIF", "BMP", "GIF", "PPM", "TGA", "JPEG2000",
)  # fmt: skip
# for finding the pictures in a folder; a file given by name is read whatever its suffix
READABLE_SUFFIXES = (
    ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".tif", ".tiff", ".webp", ".avif",
    ".bmp", ".dib", ".gif", ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".jp2", ".j2k", ".jpx",
)  # fmt: skip


@dataclass(frozen=True)
class FileFormat:
    """suffixes: the first is the one given to new files. max_side_px, max_exif_bytes: the format's
    own limits.
    """

    name: str
    suffixes: tuple[str, ...]
    max_side_px: int
    has_alpha: bool = True
    has_16_bits: bool = False
    max_exif_bytes: int = 2**31 - 1


FORMATS = (
    FileFormat("png", (".png",), 2**31 - 1, has_16_bits=True),
    FileFormat(
        "jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"), 65_500, has_alpha=False, max_exif_bytes=65_533
    ),
    FileFormat("tiff", (".tif", ".tiff"), 2**31 - 1, has_16_bits=True),
    FileFormat("webp", (".webp",), 16_383),
)
WRITTEN_AS = {".mpo": ".jpg"}  # suffixes of formats that are read alone
DEFAULT_QUALITY = 95  # of JPEG and WebP; above it files grow much and pictures hardly


def format_named(name: str) -> FileFormat:
    """'png', 'jpg', '.TIF'...: by the format's name or a suffix. Raises UsageError."""
    wish = name.lower().removeprefix(".")
    for format_ in FORMATS:
        if wish == format_.name or f".{wish}" in format_.suffixes:
            return format_
    raise UsageError(
        f"pictures cannot be written as {name!r}; choose one of "
        + ", ".join(suffix for format_ in FORMATS for suffix in format_.suffixes)
    )


def format_of(path: PurePath) -> FileFormat:
    """The format that a file's suffix asks for. Raises UsageError for none or an unknown one."""
    if not path.suffix:
        raise UsageError(
            f"{str(path)!r} has no suffix that says which kind of picture to write; "
            "add .png, .jpg, .tif or .webp"
        )
    return format_named(path.suffix)
