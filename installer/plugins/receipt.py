"""The receipt: every path that the installer has laid down, so that it can take exactly those back.

It lies in the user's configuration folder, beside the record of the backend's interpreter, and is
written before the first file is: what an interrupted installation has left is known as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..atomic_file import write_atomically
from ..errors import ReceiptError
from ..origin import INSTALL
from ..plain_files import read_plain
from .kritarc import KritarcEdit

RECEIPT_NAME = "installed.json"
LOCK_NAME = "install.lock"  # beside it: held while something is laid down
SCHEMA = 1
COMPLETE = "complete"
UNFINISHED = "unfinished"


@dataclass(frozen=True)
class InstalledPlace:
    """files: path below `folder`, with forward slashes, to the content's SHA-256 in hex.
    made_folders: those that were not there before, outermost first.
    """

    host: str
    title: str
    folder: Path
    version: str
    files: Mapping[str, str]
    made_folders: tuple[Path, ...]
    kritarc: KritarcEdit | None


@dataclass(frozen=True)
class Receipt:
    """environment: the folder that was made for the backend; None where the user named a Python."""

    state: str
    environment: Path | None = None
    interpreter: Path | None = None
    places: tuple[InstalledPlace, ...] = ()
    made_folders: tuple[Path, ...] = field(default=())

    def place(self, folder: Path) -> InstalledPlace | None:
        return next((place for place in self.places if place.folder == folder), None)

    def with_place(self, changed: InstalledPlace) -> Receipt:
        """This receipt with one place put in, or exchanged."""
        others = tuple(place for place in self.places if place.folder != changed.folder)
        return replace(self, places=(*others, changed))


def read_receipt(config: Path) -> Receipt | None:
    """None if nothing was installed. Raises ReceiptError for one that cannot be used."""
    path = config / RECEIPT_NAME
    try:
        members = json.loads(read_plain(path))
        if members["schema"] != SCHEMA:
            raise ReceiptError(
                f"{path} was written by another version of the installer (schema "
                f"{members['schema']!r}, not {SCHEMA}).\nUse the installer of that version."
            )
        return _parse(members)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ReceiptError(
            f"{path} cannot be read ({error.strerror or error}).\n"
            "Make it readable for you, then run this again."
        ) from error
    except (RecursionError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ReceiptError(
            f"{path} is damaged ({error!r:.80}), so what was installed is not known.\n"
            f"Remove the file and run `{INSTALL}`: it lays everything down anew "
            "and writes a new list."
        ) from error


def write_receipt(config: Path, receipt: Receipt) -> None:
    """Raises ReceiptError."""
    members = {
        "schema": SCHEMA,
        "state": receipt.state,
        "environment": _text(receipt.environment),
        "interpreter": _text(receipt.interpreter),
        "made_folders": [str(path) for path in receipt.made_folders],
        "places": [_place_members(place) for place in receipt.places],
    }
    make_config_folder(config)
    try:
        write_atomically(config / RECEIPT_NAME, json.dumps(members, indent=1).encode())
    except OSError as error:
        raise _cannot_be_written(config, error) from error


def make_config_folder(config: Path) -> None:
    """The receipt's and the lock's, if need be. Raises ReceiptError."""
    try:
        config.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_be_written(config, error) from error


def _cannot_be_written(config: Path, error: OSError) -> ReceiptError:
    return ReceiptError(
        f"{config / RECEIPT_NAME} cannot be written ({error.strerror or error}), and nothing is "
        "installed without it.\nMake its folder writable for you, then run this again."
    )


def _place_members(place: InstalledPlace) -> dict[str, Any]:
    edit = place.kritarc
    return {
        "host": place.host,
        "title": place.title,
        "folder": str(place.folder),
        "version": place.version,
        "files": dict(place.files),
        "made_folders": [str(path) for path in place.made_folders],
        "kritarc": edit
        and {
            "path": str(edit.path),
            "before": edit.before,
            "made_file": edit.made_file,
            "made_group": edit.made_group,
        },
    }


def _parse(members: dict[str, Any]) -> Receipt:
    return Receipt(
        state=members["state"],
        environment=_path(members["environment"]),
        interpreter=_path(members["interpreter"]),
        places=tuple(_parse_place(place) for place in members["places"]),
        made_folders=tuple(Path(text) for text in members["made_folders"]),
    )


def _parse_place(members: dict[str, Any]) -> InstalledPlace:
    edit = members["kritarc"]
    files = {str(name): str(digest) for name, digest in members["files"].items()}
    for name in files:  # nothing outside the place is ever removed, whatever the list says
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ValueError(f"{name!r} is outside its folder")
    return InstalledPlace(
        host=members["host"],
        title=members["title"],
        folder=Path(members["folder"]),
        version=members["version"],
        files=files,
        made_folders=tuple(Path(text) for text in members["made_folders"]),
        kritarc=edit and KritarcEdit(**{**edit, "path": Path(edit["path"])}),
    )


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
