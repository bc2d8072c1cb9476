"""A pack as one .dynpack file: a zip archive of the strictest kind, read by name, never extracted.

Only what PKWARE's APPNOTE.TXT (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT) calls
stored entries, laid end to end from byte 0 to the end of the file, each described the same way in
its local header and in the central directory. So there is nothing to expand, nothing hidden
between entries, and no two programs can read two different packs out of one file.
"""

from __future__ import annotations

import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, NoReturn

from ..protocol.errors import PackArchiveError
from .strict_json import shown

MAX_ENTRIES = 64
MAX_ARCHIVE_BYTES = 260 << 20
BOMB_RATIO = 20  # no photo or text of a pack shrinks that far; deflate's own limit is 1030

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_ENCRYPTED, _STREAMED, _UTF8 = 1 << 0, 1 << 3, 1 << 11
_STORED = 0
_CREATED_ON_UNIX = 3


@dataclass(frozen=True)
class _Entry:
    """One entry as both of its headers describe it. offset: of its local header."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int  # Unix file type and permissions, 0 where the archive was made elsewhere


class ArchiveSource:
    """The files in a .dynpack. stream: open for reading, seekable; it stays the caller's."""

    def __init__(self, stream: BinaryIO, pack: str) -> None:
        """Check the whole layout. pack names it in messages. Raises PackArchiveError."""
        self._stream, self._pack = stream, pack
        size = self._size()
        if size > MAX_ARCHIVE_BYTES:
            self._refuse(
                f"has {size >> 20} MB; at most {MAX_ARCHIVE_BYTES >> 20} MB are allowed, "
                "so do not trust it"
            )
        count, start, end = self._read_end(size)
        self._entries: dict[str, _Entry] = {}
        for entry in self._read_directory(count, start, end):
            self._check_entry(entry)
            self._check_unique(entry)
            self._entries[entry.name] = entry
        self._data_offsets = self._check_layout(start)

    def sizes(self) -> dict[str, int]:
        return {entry.name: entry.size for entry in self._entries.values()}

    def read(self, name: str, limit: int) -> bytes:
        entry = self._entries.get(name)
        if entry is None:
            self._refuse(f"does not hold {shown(name)}; get the pack again")
        if entry.size > limit:
            self._refuse(
                f"holds {name} with {entry.size} bytes; at most {limit} are allowed, get it again"
            )
        data = self._read_at(self._data_offsets[name], entry.size)
        if zlib.crc32(data) != entry.crc:
            self._refuse(f"is damaged: the checksum of {name} is wrong; get the pack again")
        return data

    def _read_end(self, size: int) -> tuple[int, int, int]:
        """Number of entries, and first and last byte of the central directory."""
        at = self._find_end(size)
        starts_right = self._read_at(0, min(size, 4)) in (b"PK\x03\x04", b"PK\x05\x06")
        if at is None and not starts_right:
            self._refuse("is no zip archive, so it is no .dynpack; get the pack again")
        if at is None:
            self._refuse("is cut off before its end; get the pack again")
        if not starts_right:
            self._refuse("has data put before it; do not trust it")
        _, disk, first_disk, here, count, length, start, comment = _END.unpack(
            self._read_at(at, _END.size)
        )
        end = size - _END.size
        if at != end or comment:
            self._refuse("has a comment or other data put after it; do not trust it")
        if disk or first_disk or here != count:
            self._refuse("is one part of an archive in several parts; get it in one piece")
        if count > MAX_ENTRIES:
            self._refuse(
                f"has {count} entries; at most {MAX_ENTRIES} are allowed, so do not trust it"
            )
        if start + length != end:
            self._refuse("has a directory that is not where it says; get the pack again")
        return count, start, end

    def _find_end(self, size: int) -> int | None:
        """Where the end record is: last in the file, or before data that was added."""
        tail = min(size, _END.size + 0xFFFF)  # zip's longest comment
        data = self._read_at(size - tail, tail)
        at = data.rfind(b"PK\x05\x06", 0, max(tail - _END.size + 4, 0))
        return None if at < 0 else size - tail + at

    def _read_directory(self, count: int, start: int, end: int) -> list[_Entry]:
        entries, at = [], start
        for _ in range(count):
            if at + _CENTRAL.size > end:
                self._refuse("has a directory that ends too early; get the pack again")
            (
                magic, made_by, _needed, flags, method, _time, _date, crc, packed, size,
                name_length, extra, comment, disk, _internal, external, offset,
            ) = _CENTRAL.unpack(self._read_at(at, _CENTRAL.size))  # fmt: skip
            if magic != b"PK\x01\x02" or disk:
                self._refuse("has a damaged directory; get the pack again")
            raw_name = self._read_at(at + _CENTRAL.size, name_length)
            mode = external >> 16 if made_by >> 8 == _CREATED_ON_UNIX else 0
            name = self._decode_name(raw_name, flags)
            if extra or comment:
                self._refuse(
                    f"has extra fields or a comment on the entry {shown(name)}; "
                    "write it again without (zip -0 -X -j, for one)"
                )
            entries.append(_Entry(name, raw_name, flags, method, crc, packed, size, offset, mode))
            at += _CENTRAL.size + name_length
        if at != end:
            self._refuse("has more in its directory than it counts; get the pack again")
        return entries

    def _decode_name(self, raw: bytes, flags: int) -> str:
        try:
            return raw.decode("utf-8" if flags & _UTF8 else "ascii")
        except UnicodeDecodeError as error:
            raise PackArchiveError(
                f"{self._pack}: the archive has an entry whose name is no valid text; "
                "get the pack again"
            ) from error

    def _check_entry(self, entry: _Entry) -> None:
        name = shown(entry.name)
        problem = _name_problem(entry.name)
        if problem:
            self._refuse(f"has the entry {name}, whose name {problem}; do not trust it")
        if entry.mode and stat.S_IFMT(entry.mode) not in (0, stat.S_IFREG):
            kind = "a symbolic link" if stat.S_ISLNK(entry.mode) else "a device, pipe or folder"
            self._refuse(f"has the entry {name}, which is {kind}, not a file; do not trust it")
        if entry.flags & _ENCRYPTED:
            self._refuse(f"has the encrypted entry {name}; get the pack without encryption")
        if entry.flags & _STREAMED:
            self._refuse(
                f"has the entry {name} without its size up front; write it to a file again"
            )
        if entry.method != _STORED and entry.size > BOMB_RATIO * max(entry.packed, 1):
            self._refuse(
                f"has the entry {name}, which unpacks to {entry.size // max(entry.packed, 1)} "
                "times its size; do not trust it"
            )
        if entry.method != _STORED:
            self._refuse(f"has the compressed entry {name}; write it again uncompressed (stored)")
        if entry.packed != entry.size:
            self._refuse(
                f"says that {name} has {entry.size} bytes, but stores {entry.packed}; "
                "do not trust it"
            )

    def _check_unique(self, entry: _Entry) -> None:
        if entry.name in self._entries:
            self._refuse(f"has two entries {shown(entry.name)}; do not trust it")
        if entry.name.casefold() in map(str.casefold, self._entries):
            self._refuse(
                f"has entries that differ from {shown(entry.name)} in upper and lower case only; "
                "do not trust it"
            )

    def _check_layout(self, directory: int) -> dict[str, int]:
        """Walk the local headers end to end. Returns where each entry's data starts."""
        offsets, at = {}, 0
        for entry in sorted(self._entries.values(), key=lambda entry: entry.offset):
            if entry.offset < at:
                self._refuse(
                    f"has the entry {shown(entry.name)} inside another one; do not trust it"
                )
            if entry.offset > at:
                self._refuse(
                    f"has bytes that belong to no entry before {shown(entry.name)}; do not trust it"
                )
            if at + _LOCAL.size > directory:
                self._refuse("is cut off inside an entry; get the pack again")
            magic, _needed, flags, method, _time, _date, crc, packed, size, name_length, extra = (
                _LOCAL.unpack(self._read_at(at, _LOCAL.size))
            )
            raw_name = self._read_at(at + _LOCAL.size, name_length)
            here = (magic, raw_name, flags, method, crc, packed, size, extra)
            there = (entry.raw_name, entry.flags, entry.method, entry.crc, entry.packed, entry.size)
            if here != (b"PK\x03\x04", *there, 0):
                self._refuse(
                    f"describes {shown(entry.name)} in two different ways; do not trust it"
                )
            offsets[entry.name] = at + _LOCAL.size + name_length
            at = offsets[entry.name] + entry.size
        if at != directory:
            self._refuse("has hidden bytes after its last entry; do not trust it")
        return offsets

    def _size(self) -> int:
        with self._readable():
            return self._stream.seek(0, 2)

    def _read_at(self, offset: int, length: int) -> bytes:
        with self._readable():
            self._stream.seek(offset)
            data = self._stream.read(length)
        if len(data) != length:
            self._refuse("is cut off; get the pack again")
        return data

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Turn the operating system's refusals into PackArchiveError."""
        try:
            yield
        except OSError as error:
            raise PackArchiveError(
                f"{self._pack}: the archive cannot be read ({error.strerror}); "
                "copy it from where it came once more"
            ) from error

    def _refuse(self, problem: str) -> NoReturn:
        raise PackArchiveError(f"{self._pack}: the archive {problem}")


def write_archive(files: Mapping[str, bytes], out: BinaryIO) -> None:
    """Write files as a .dynpack, the same bytes for the same files on every machine."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)  # dated 1980-01-01: the archive says nothing of its maker
            info.create_system = _CREATED_ON_UNIX
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, data)


def _name_problem(name: str) -> str | None:
    """Why an entry's name could lead its reader astray, or None."""
    if "\0" in name:
        return "holds a NUL byte"
    if "\\" in name:
        return "holds a backslash"
    if name.startswith("/"):
        return "is an absolute path"
    if name[1:2] == ":":
        return "starts with a drive letter"
    if ".." in name.split("/"):
        return "climbs out of the folder with '..'"
    if "/" in name:
        return "lies in a folder, where packs are flat"
    if not name or len(name) > 255:
        return "is empty or too long"
    if not unicodedata.is_normalized("NFC", name):
        return "is not in Unicode's normal form (NFC)"
    return None
