"""Archives that try to mislead their reader. Made byte by byte: zipfile refuses to write most."""

from __future__ import annotations

import stat
import struct
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

from dynamic_style.backend.protocol.errors import PackArchiveError, PackFormatError

from .attack import Attack, Make

UTF8 = 1 << 11


@dataclass(frozen=True)
class Entry:
    """One zip entry; what is None follows from the data."""

    name: bytes
    data: bytes
    method: int = 0
    flags: int = 0
    crc: int | None = None
    size: int | None = None
    mode: int = stat.S_IFREG | 0o644
    extra: bytes = b""
    local_name: bytes | None = None
    offset: int | None = None
    gap: bytes = b""  # put before the local header
    descriptor: bytes | None = None  # put after the data; then the local header says no sizes


def build(entries: list[Entry], *, before_directory: bytes = b"", comment: bytes = b"") -> bytes:
    out, directory = b"", b""
    for entry in entries:
        out += entry.gap
        offset = len(out) if entry.offset is None else entry.offset
        packed = len(entry.data)
        size = packed if entry.size is None else entry.size
        crc = zlib.crc32(entry.data) if entry.crc is None else entry.crc
        described = (20, entry.flags, entry.method, 0, 33, crc, packed, size)
        if entry.offset is None:
            name = entry.name if entry.local_name is None else entry.local_name
            here = described if entry.descriptor is None else (*described[:5], 0, 0, 0)
            local = struct.pack("<4s5H3L2H", b"PK\x03\x04", *here, len(name), len(entry.extra))
            out += local + name + entry.extra + entry.data + (entry.descriptor or b"")
        directory += (
            struct.pack(
                "<4s6H3L5H2L", b"PK\x01\x02", (3 << 8) | 20, *described,
                len(entry.name), len(entry.extra), 0, 0, 0, entry.mode << 16, offset,
            )
            + entry.name
            + entry.extra
        )  # fmt: skip
    out += before_directory
    count = len(entries)
    end = (b"PK\x05\x06", 0, 0, count, count, len(directory), len(out), len(comment))
    return out + directory + struct.pack("<4s4H2LH", *end) + comment


def sound_entries(pack: Path) -> list[Entry]:
    return [Entry(path.name.encode(), path.read_bytes()) for path in sorted(pack.iterdir())]


def _written(data: bytes, place: Path) -> Path:
    path = place / "hostile.dynpack"
    path.write_bytes(data)
    return path


def _plus(entry: Entry) -> Make:
    """A sound archive and one entry more."""
    return lambda pack, place: _written(build([*sound_entries(pack), entry]), place)


def _named(name: str) -> Make:
    return _plus(Entry(name.encode(), b"evil", flags=0 if name.isascii() else UTF8))


def _changed(name: str, **changes: object) -> Make:
    """A sound archive with one entry described differently."""

    def make(pack: Path, place: Path) -> Path:
        entries = [
            replace(entry, **changes) if entry.name == name.encode() else entry  # type: ignore[arg-type]
            for entry in sound_entries(pack)
        ]
        return _written(build(entries), place)

    return make


def deflated(plain: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(plain) + packer.flush()


def _deflated(name: str, data: bytes | None = None, *, more: bytes = b"", size: int = 0) -> Make:
    """more: put behind what was packed. size: which it says to have more than it has."""

    def make(pack: Path, place: Path) -> Path:
        plain = (pack / name).read_bytes() if data is None else data
        packed = deflated(plain) + more
        stated = len(plain) + size
        change = _changed(name, data=packed, method=8, size=stated, crc=zlib.crc32(plain))
        return change(pack, place)

    return make


def _unicode_path(raw: bytes, name: bytes) -> bytes:
    """The field of APPNOTE 4.6.9, whose name programs that know it take in place of the raw one."""
    return struct.pack("<2HBL", 0x7075, 5 + len(name), 1, zlib.crc32(raw)) + name


def _whole(change: object) -> Make:
    """A sound archive whose bytes are changed afterwards."""

    def make(pack: Path, place: Path) -> Path:
        assert callable(change)
        return _written(change(build(sound_entries(pack))), place)

    return make


def _end_record(*values: int, index: int) -> Make:
    """A sound archive with 16-bit members of its end record changed, from index on."""

    def change(data: bytes) -> bytes:
        at = len(data) - 22 + 4 + 2 * index
        return data[:at] + struct.pack(f"<{len(values)}H", *values) + data[at + 2 * len(values) :]

    return _whole(change)


def _overlapping(pack: Path, place: Path) -> Path:
    """Two names for one stretch of bytes (Fifield's bomb: https://www.bamsoftware.com/hacks/zipbomb/)."""
    entries = sound_entries(pack)
    return _written(build([*entries, replace(entries[0], name=b"again", offset=0)]), place)


def _huge(pack: Path, place: Path) -> Path:
    """300 MB that take no room on the disk."""
    path = _written(build(sound_entries(pack)), place)
    with path.open("r+b") as stream:
        stream.truncate(300 << 20)
    return path


def _case_twins(pack: Path, place: Path) -> Path:
    return _named("Main.Safetensors")(pack, place)


def _twice(pack: Path, place: Path) -> Path:
    return _plus(Entry(b"pack.json", b"{}"))(pack, place)


def _crowded(pack: Path, place: Path) -> Path:
    return _written(build([Entry(b"%d" % i, b"") for i in range(1000)]), place)


def _without(name: str) -> Make:
    return lambda pack, place: _written(
        build([entry for entry in sound_entries(pack) if entry.name != name.encode()]), place
    )


_ARCHIVE_ERRORS: list[tuple[str, Make, str]] = [
    ("traversal", _named("../evil.txt"), "the entry '../evil.txt'"),
    ("absolute path", _named("/tmp/evil.txt"), "is an absolute path"),
    ("drive letter", _named("C:evil.txt"), "starts with a drive letter"),
    ("backslash", _named("..\\evil.txt"), "the entry '..\\\\evil.txt'"),
    ("NUL in a name", _named("pack.json\0.txt"), "holds a NUL byte"),
    ("decomposed name", _named("pre\u0301view.jpg"), "normal form (NFC)"),
    ("subfolder", _named("inner/pack.json"), "lies in a folder"),
    ("folder outside", _plus(Entry(b"x/../../", b"")), "the entry 'x/../../'"),
    ("desktop's file outside", _named("..\\.DS_Store"), "the entry '..\\\\.DS_Store'"),
    ("empty name", _named(""), "is empty or too long"),
    ("name is no text", _plus(Entry(b"\xff\xfe", b"", flags=UTF8)), "no valid text"),
    ("one name twice", _twice, "has two entries 'pack.json'"),
    ("names equal but for case", _case_twins, "upper and lower case only"),
    (
        "symbolic link",
        _plus(Entry(b"l", b"/etc/passwd", mode=0o120777)),
        "which is a symbolic link",
    ),
    ("device", _plus(Entry(b"d", b"", mode=0o020666)), "is a device, pipe or folder"),
    ("encryption", _changed("pack.json", flags=1), "the encrypted entry"),
    (
        "other sizes after the data",
        _changed("preview.jpg", flags=8, descriptor=b"PK\x07\x08" + bytes(12)),
        "describes 'preview.jpg' in two different ways",
    ),
    (
        "no sizes after the data",
        _changed("thumbnail.jpg", flags=8, descriptor=b""),
        "describes 'thumbnail.jpg' in two different ways",
    ),
    ("bomb", _deflated("pack.json", b" " * 5_000_000), "times its size"),
    ("more is packed than is said", _deflated("pack.json", size=-1), "bytes for 'pack.json'"),
    (
        "bytes behind what is packed",
        _deflated("main.safetensors", more=b"hidden"),
        "bytes for 'main.safetensors'",
    ),
    ("packed in no known way", _changed("pack.json", method=12), "compressed in a way"),
    ("damaged packing", _changed("pack.json", method=8, data=b"\xff" * 20), "does not unpack"),
    ("folder that holds data", _plus(Entry(b"inner/", b"evil")), "the folder 'inner/'"),
    ("lie about the size", _changed("pack.json", size=17), "has 17 bytes, but stores"),
    ("crowd of entries", _crowded, "has 1000 entries"),
    ("data put first", _whole(lambda data: b"#!/bin/sh\n" + data), "data put before it"),
    ("data put last", _whole(lambda data: data + b"<script>"), "other data put after it"),
    ("bytes between", _changed("main.safetensors", gap=b"hidden"), "belong to no entry before"),
    ("overlapping entries", _overlapping, "inside another one"),
    (
        "bytes before the directory",
        lambda pack, place: _written(build(sound_entries(pack), before_directory=b"x"), place),
        "hidden bytes after its last entry",
    ),
    (
        "two names for one entry",
        _changed("pack.json", local_name=b"evil.json"),
        "describes 'pack.json' in two",
    ),
    ("extra fields cut off", _changed("pack.json", extra=b"UT\x09\x00x"), "damaged extra fields"),
    ("endless extra fields", _changed("pack.json", extra=b"UT\0\x08" + bytes(2048)), "2052 bytes"),
    (
        "another name in extra fields",
        _changed("pack.json", extra=_unicode_path(b"pack.json", b"other.json")),
        "a second name",
    ),
    ("other sizes in extra fields", _changed("pack.json", extra=b"\1\0\0\0"), "zip64"),
    ("cut off", _whole(lambda data: data[:22]), "is cut off before its end"),
    ("no archive at all", _whole(lambda data: b"GIF89a"), "is no zip archive"),
    ("wrong checksum", _changed("pack.json", crc=1), "the checksum of pack.json is wrong"),
    ("count too small", _end_record(1, 1, index=2), "more in its directory"),
    ("several disks", _end_record(2, index=0), "one part of an archive"),
    ("directory elsewhere", _end_record(3, index=4), "not where it says"),
    ("too large", _huge, "300 MB"),
]

ARCHIVES = (
    *(
        Attack(f"archive: {name}", make, PackArchiveError, says)
        for name, make, says in _ARCHIVE_ERRORS
    ),
    Attack(
        "archive: a pickle beside the weights",
        _named("evil.pkl"),
        PackFormatError,
        "holds 'evil.pkl', which its pack.json does not list",
    ),
    Attack(
        "archive: no manifest", _without("pack.json"), PackFormatError, "'hostile' has no pack.json"
    ),
)
