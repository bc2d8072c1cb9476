"""A pack as one .dynpack or .zip file: read by name within bounds, never extracted to a disk.

What ordinary tools write is taken: stored and deflated entries, inside one folder or none, beside
what desktops leave (PKWARE's APPNOTE.TXT,
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT). Entries lie end to end from byte 0 to
the end of the file, each described the same way in its local header and in the central directory,
and unpack to what they say. So nothing is hidden between entries, nothing grows without bounds, and
no two programs can read two different packs out of one file.
"""

from __future__ import annotations

import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO, NoReturn

from ..protocol.errors import PackArchiveError
from .pack_json.strict_json import shown

MAX_ENTRIES = 64
MAX_ARCHIVE_BYTES = 260 << 20
BOMB_RATIO = 20  # no photo or text of a pack shrinks that far; deflate's own limit is 1030
MAX_EXTRA_BYTES = 1024  # of an entry: times and owners, which nobody reads here
CARD_NAME = "README.md"
PASSED_OVER = (
    CARD_NAME.lower(),
    "license",
    "license.md",
    "license.txt",
    "thumbs.db",
    "desktop.ini",
)
PASSED_OVER_FOLDER = "__MACOSX"

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_DESCRIPTOR = struct.Struct("<3L")
_DESCRIPTOR_MAGIC = b"PK\x07\x08"
_ENCRYPTED, _STREAMED, _UTF8 = 1 << 0, 1 << 3, 1 << 11
_STORED, _DEFLATED = 0, 8
_ZIP64, _UNICODE_PATH = 1, 0x7075  # ids of extra fields
_BEFORE_PATH = 5  # bytes in the latter: a version and a checksum
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
        entries = self._read_directory(count, start, end)
        self._data_offsets = self._check_layout(entries, start)
        self._entries: dict[str, _Entry] = {}
        for entry in _without_folder([entry for entry in entries if not self._is_aside(entry)]):
            self._check_entry(entry)
            self._check_unique(entry)
            self._entries[entry.name] = entry

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
        data = self._unpacked(entry)
        if zlib.crc32(data) != entry.crc:
            self._refuse(f"is damaged: the checksum of {name} is wrong; get the pack again")
        return data

    def _unpacked(self, entry: _Entry) -> bytes:
        data = self._read_at(self._data_offsets[entry.offset], entry.packed)
        if entry.method == _STORED:
            return data
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            unpacked = unpacker.decompress(data, entry.size + 1)
        except zlib.error as error:
            raise PackArchiveError(
                f"{self._pack}: the archive is damaged: {shown(entry.name)} does not unpack "
                f"({error}); get the pack again"
            ) from error
        if len(unpacked) != entry.size or not unpacker.eof or unpacker.unused_data:
            self._refuse(
                f"packs other bytes for {shown(entry.name)} than the {entry.size} that it says; "
                "do not trust it"
            )
        return unpacked

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
            if comment:
                self._refuse(f"has a comment on the entry {shown(name)}; write it again without")
            self._check_extra(name, at + _CENTRAL.size + name_length, extra)
            entries.append(_Entry(name, raw_name, flags, method, crc, packed, size, offset, mode))
            at += _CENTRAL.size + name_length + extra
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

    def _check_extra(self, name: str, at: int, length: int) -> None:
        """Times and owners are passed over; what says other sizes or another name is not."""
        if length > MAX_EXTRA_BYTES:
            self._refuse(
                f"has {length} bytes of extra fields on the entry {shown(name)}; do not trust it"
            )
        extra = self._read_at(at, length)
        while extra:
            kind, size = struct.unpack("<2H", extra[:4].ljust(4, b"\0"))
            if len(extra) < 4 + size:
                self._refuse(f"has damaged extra fields on the entry {shown(name)}; get it again")
            if kind == _ZIP64:
                self._refuse(
                    f"says the size of {shown(name)} as only larger archives do (zip64); write it "
                    "again with another program"
                )
            if kind == _UNICODE_PATH and extra[4 + _BEFORE_PATH : 4 + size] != name.encode():
                self._refuse(f"gives {shown(name)} a second name; do not trust it")
            extra = extra[4 + size :]

    def _is_aside(self, entry: _Entry) -> bool:
        """Whether an entry is a folder, or one of the files that belong to no pack."""
        *folders, name = entry.name.split("/")
        is_folder = bool(folders) and not name
        if any(_name_problem(part) for part in (folders if is_folder else [*folders, name])):
            return False
        if not is_folder:
            return folders[:1] == [PASSED_OVER_FOLDER] or is_passed_over(name)
        if entry.size:
            self._refuse(f"has the folder {shown(entry.name)}, which holds data; do not trust it")
        return True

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
        if entry.method not in (_STORED, _DEFLATED):
            self._refuse(
                f"has the entry {name}, compressed in a way that few programs know; write it again "
                "as an ordinary zip"
            )
        if entry.method == _DEFLATED and entry.size > BOMB_RATIO * max(entry.packed, 1):
            self._refuse(
                f"has the entry {name}, which unpacks to {entry.size // max(entry.packed, 1)} "
                "times its size; do not trust it"
            )
        if entry.method == _STORED and entry.packed != entry.size:
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

    def _check_layout(self, entries: Sequence[_Entry], directory: int) -> dict[int, int]:
        """Walk the local headers end to end. Returns where each entry's data starts, by the offset
        of its header.
        """
        offsets, at = {}, 0
        for entry in sorted(entries, key=lambda entry: entry.offset):
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
            here = (magic, raw_name, flags, method)
            sizes = (entry.crc, entry.packed, entry.size)
            comes_later = bool(flags & _STREAMED) and (crc, packed, size) == (0, 0, 0)
            is_same = comes_later or (crc, packed, size) == sizes
            if here != (b"PK\x03\x04", entry.raw_name, entry.flags, entry.method) or not is_same:
                self._refuse_two_ways(entry)
            self._check_extra(entry.name, at + _LOCAL.size + name_length, extra)
            offsets[entry.offset] = at + _LOCAL.size + name_length + extra
            at = offsets[entry.offset] + entry.packed
            if flags & _STREAMED:
                at = self._read_descriptor(entry, at)
        if at != directory:
            self._refuse("has hidden bytes after its last entry; do not trust it")
        return offsets

    def _read_descriptor(self, entry: _Entry, at: int) -> int:
        """What follows the data of an entry whose size was not known before. Returns its end."""
        magic = self._read_at(at, len(_DESCRIPTOR_MAGIC))
        at += len(_DESCRIPTOR_MAGIC) if magic == _DESCRIPTOR_MAGIC else 0
        said = _DESCRIPTOR.unpack(self._read_at(at, _DESCRIPTOR.size))
        if said != (entry.crc, entry.packed, entry.size):
            self._refuse_two_ways(entry)
        return at + _DESCRIPTOR.size

    def _refuse_two_ways(self, entry: _Entry) -> NoReturn:
        self._refuse(f"describes {shown(entry.name)} in two different ways; do not trust it")

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


def is_passed_over(name: str) -> bool:
    """Whether a file is none of a pack's: what desktops and hubs leave, a card, a licence. Never
    read, never copied.
    """
    return name.startswith(".") or name.lower() in PASSED_OVER or name == PASSED_OVER_FOLDER


def write_archive(files: Mapping[str, bytes], out: BinaryIO) -> None:
    """Write files as a .dynpack, the same bytes for the same files on every machine."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)  # dated 1980-01-01: the archive says nothing of its maker
            info.create_system = _CREATED_ON_UNIX
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, data)


def _without_folder(entries: list[_Entry]) -> list[_Entry]:
    """The entries by their names in the one folder that all lie in; as they are, where there is
    none.
    """
    tops = {entry.name.partition("/")[0] + "/" for entry in entries}
    if len(tops) != 1:
        return entries
    (top,) = tops
    if _name_problem(top[:-1]) or not all(entry.name.startswith(top) for entry in entries):
        return entries
    return [replace(entry, name=entry.name[len(top) :]) for entry in entries]


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
