"""A folder to publish: packs as .dynpack files, the catalog that lists them, its signature.

It is complete in itself, with relative addresses: put on any https server it works as it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ...protocol.atomic_file import write_failure, write_whole
from ...protocol.errors import PackError, PackInstallError, PackNotFoundError, UsageError
from .. import Manifest, identify_pack
from ..folder_writer import pack_archive
from .catalog import FILE_NAME, CatalogEntry, catalog_bytes, parse_catalog
from .minisign import SUFFIX, PublicKey, SecretKey, new_key, read_secret_key, sign

MAX_KEY_BYTES = 4096
_SECRET, _PUBLIC = ".key", ".pub"


def make_catalog(packs: Path, out: Path, *, title: str, key: SecretKey | None) -> tuple[str, ...]:
    """Write the packs that lie in a folder, as folders or .dynpack files, and their catalog. key:
    None: it is to be signed by other means. Returns the ids. Raises a PackError.
    """
    found = _packs_in(packs)
    _make_folder(out)
    entries = []
    for path, manifest in found:
        file = out / f"{manifest.id}-{manifest.version}.dynpack"
        pack_archive(path, file)
        data = file.read_bytes()
        entries.append(_entry(manifest, file.name, data))
    issued = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    data = catalog_bytes(title, issued, entries)
    parse_catalog(data, url=f"https://catalog.invalid/{FILE_NAME}", key="")  # what readers refuse
    signature = out / (FILE_NAME + SUFFIX)
    with _explained(signature):
        signature.unlink(missing_ok=True)  # of the catalog before: it does not fit this one
    _write(out / FILE_NAME, data)
    if key is not None:
        _write(signature, sign(data, key, comment=f"{title}, {issued}").encode())
    return tuple(entry.id for entry in entries)


def make_key(name: Path) -> tuple[Path, Path, PublicKey]:
    """A new pair of keys as NAME.key, which only the user may read, and NAME.pub. Raises
    UsageError where one is there, PackInstallError where they cannot be written.
    """
    secret, public = name.with_name(name.name + _SECRET), name.with_name(name.name + _PUBLIC)
    for path in (secret, public):
        if path.exists():
            raise UsageError(f"{path} is there already; name another, for no key is overwritten")
    key = new_key()
    _write(secret, key.file_text.encode(), is_private=True)
    _write(public, key.public.file_text.encode())
    return secret, public, key.public


def load_key(path: Path) -> SecretKey:
    """Raises UsageError."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_KEY_BYTES).decode("utf-8", errors="replace")
    except OSError as error:
        raise UsageError(
            f"the key {path} cannot be read ({error.strerror}); name the file that "
            "'dynamic-style packs make-key' has made"
        ) from error
    return read_secret_key(text, where=str(path))


def _packs_in(folder: Path) -> list[tuple[Path, Manifest]]:
    with _explained(folder):
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    found: dict[str, tuple[Path, Manifest]] = {}
    for path in paths:
        if not (path / "pack.json").is_file() and path.suffix != ".dynpack":
            continue
        manifest, _ = identify_pack(path)
        if manifest.id in found:
            raise PackInstallError(
                f"{path} and {found[manifest.id][0]} are both '{manifest.id}'; a catalog has one "
                "version of a pack: take the other one away"
            )
        found[manifest.id] = (path, manifest)
    if not found:
        raise PackNotFoundError(
            f"{folder} holds no packs; name the folder that packs lie in, as folders with a "
            "pack.json or as .dynpack files"
        )
    return list(found.values())


def _entry(manifest: Manifest, name: str, data: bytes) -> CatalogEntry:
    weights = manifest.licences.weights
    return CatalogEntry(
        id=manifest.id,
        version=manifest.version,
        title=manifest.title,
        summary=manifest.summary,
        task=manifest.task,
        licence=weights.spdx or weights.note or "not stated",
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        url=name,
    )


def _make_folder(folder: Path) -> None:
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)


def _write(path: Path, data: bytes, *, is_private: bool = False) -> None:
    with _explained(path), write_whole(path, opener=_private if is_private else None) as file:
        written: BinaryIO = file
        written.write(data)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except PackError:
        raise
    except OSError as error:
        raise PackInstallError(write_failure(str(path), error)) from error
