"""A plug-in as one zip file: for Krita's "Import Python Plugin from File", or to unpack in GIMP.

Krita's importer takes a zip that has a `.desktop` file, an entry of its own for the folder that the
desktop file names, an `__init__.py` in it, and an `.action` file of the same name.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path, PurePosixPath

from ..atomic_file import write_atomically
from ..errors import PluginError
from .sources import PluginFile

FIXED_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest of the format: the same files, the same zip
_FOLDER = 0o40755 << 16
_FILE = 0o100644 << 16
_SCRIPT = 0o100755 << 16
_MS_DOS_FOLDER = 0x10
_MADE_ON_UNIX = 3  # without it the permissions are not read


def zip_entries(files: Sequence[PluginFile]) -> tuple[str, ...]:
    """The names in the zip: folders, which end in a slash, before what is in them."""
    names = {PurePosixPath(*file.path.parts[1:]) for file in files}  # without pykrita/, plug-ins/
    folders = {f"{parent}/" for name in names for parent in name.parents if parent.parts}
    return tuple(sorted({*folders, *map(str, names)}))


def write_zip(out: Path, files: Sequence[PluginFile]) -> None:
    """Write the plug-in's files to `out`, whole or not at all. Raises PluginError."""
    by_name = {str(PurePosixPath(*file.path.parts[1:])): file for file in files}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in zip_entries(files):
            info = zipfile.ZipInfo(name, FIXED_DATE)
            info.create_system = _MADE_ON_UNIX
            file = by_name.get(name)
            if file is None:
                info.external_attr = _FOLDER | _MS_DOS_FOLDER
                archive.writestr(info, b"")
                continue
            info.external_attr = _SCRIPT if file.is_executable else _FILE
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, file.content)
    try:
        write_atomically(out, packed.getvalue())
    except OSError as error:
        raise PluginError(
            f"{out} cannot be written ({error.strerror or error}); name a file in a folder of "
            "your own: package krita OUT.zip"
        ) from error
