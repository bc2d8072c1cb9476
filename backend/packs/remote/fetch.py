"""A pack from a web address or a hub into a folder of its own. What came is for `install` to check.

An address is that of an archive (.dynpack or .zip), or of a folder with a pack.json in it, or
OWNER/NAME on a model hub, with @REVISION behind it or not.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from ...protocol.errors import PackInstallError
from .. import (
    MAX_ARCHIVE_BYTES,
    MAX_MANIFEST_BYTES,
    MAX_PACK_BYTES,
    PACK_JSON,
    parse_manifest,
)
from ..folder_writer import explain_refusals
from .download import check_https, download

HUB_VARIABLE = "DYNAMIC_STYLE_HUB"
HUB = "https://huggingface.co"
ARCHIVES = (".dynpack", ".zip")
_ON_HUB = re.compile(r"([A-Za-z0-9][\w.-]{0,95})/([A-Za-z0-9][\w.-]{0,95})(?:@([\w./-]{1,100}))?")

_NO_ROOM = (
    "no folder can be made for what is fetched ({why}); free some space there, or name another "
    "folder in TMPDIR"
)

OnPart = Callable[[int, int], None]  # bytes so far, bytes in all (0: not known)


@dataclass(frozen=True)
class Fetched:
    """path: a folder or an archive. size: bytes that were fetched."""

    path: Path
    size: int


@contextmanager
def fetching_folder() -> Iterator[Path]:
    """A folder for what is fetched, which goes away with the block. Raises PackInstallError."""
    try:
        made = tempfile.TemporaryDirectory(prefix="dynamic-style-", ignore_cleanup_errors=True)
    except OSError as error:
        raise PackInstallError(_NO_ROOM.format(why=error.strerror or error)) from error
    with made as name:
        yield Path(name)


def keep_fetched(path: Path, data: bytes) -> None:
    """Write what was fetched. Raises PackInstallError."""
    with explain_refusals(path, len(data)):
        path.write_bytes(data)


def fetch_pack(address: str, folder: Path, *, on_part: OnPart = lambda done, of: None) -> Fetched:
    """Fetch what lies at the address into the folder, which is there and empty. Raises a
    PackError.
    """
    url = _url(address)
    name = urlsplit(url).path.rsplit("/", 1)[-1]
    if name.lower().endswith(ARCHIVES):
        return _fetch_archive(url, folder / "pack.dynpack", on_part)
    base = url.removesuffix(PACK_JSON).rstrip("/") + "/"
    return _fetch_files(base, folder, on_part)


def _url(address: str) -> str:
    on_hub = _ON_HUB.fullmatch(address)
    if on_hub:
        owner, name, revision = on_hub.groups()
        hub = os.environ.get(HUB_VARIABLE, HUB).rstrip("/")
        address = f"{hub}/{owner}/{name}/resolve/{quote(revision or 'main', safe='/')}/{PACK_JSON}"
    elif "://" not in address:
        raise PackInstallError(
            f"{address!r} is no address; give https://..., or OWNER/NAME of a model hub "
            f"({HUB_VARIABLE} names another one than {HUB})"
        )
    check_https(address)
    return address


def _fetch_archive(url: str, path: Path, on_part: OnPart) -> Fetched:
    done = 0

    def on_bytes(count: int) -> None:
        nonlocal done
        done += count
        on_part(done, 0)

    data = download(url, limit=MAX_ARCHIVE_BYTES, on_bytes=on_bytes)
    keep_fetched(path, data)
    return Fetched(path, len(data))


def _fetch_files(base: str, folder: Path, on_part: OnPart) -> Fetched:
    """pack.json says which files there are, and how large: nothing else is fetched."""
    text = download(base + PACK_JSON, limit=MAX_MANIFEST_BYTES)
    manifest = parse_manifest(text, pack=f"the pack at {base}")
    total = len(text) + sum(entry.bytes for entry in manifest.files.values())
    if total > MAX_PACK_BYTES:
        raise PackInstallError(
            f"{base}: the pack has {total >> 20} MB; at most {MAX_PACK_BYTES >> 20} MB are "
            "allowed, so do not trust it"
        )
    keep_fetched(folder / PACK_JSON, text)
    done = len(text)

    def on_bytes(count: int) -> None:
        nonlocal done
        done += count
        on_part(done, total)

    for name, entry in manifest.files.items():
        data = download(base + quote(name), limit=entry.bytes, on_bytes=on_bytes)
        keep_fetched(folder / name, data)
    return Fetched(folder, total)
