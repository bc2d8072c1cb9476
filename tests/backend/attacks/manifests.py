"""pack.json in every way that it can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dynamic_style.backend.protocol.errors import PackError, PackFormatError, PackVersionError

from .attack import Attack, Make, copy_pack, edit_manifest


def _bytes(change: Callable[[bytes], bytes]) -> Make:
    """The sound pack with pack.json changed as bytes."""

    def make(pack: Path, place: Path) -> Path:
        folder = copy_pack(pack, place)
        path = folder / "pack.json"
        path.write_bytes(change(path.read_bytes()))
        return folder

    return make


def _set(member: str, value: object) -> Make:
    """The sound pack with one member of pack.json, such as dials.0.id, set."""

    def edit(members: dict[str, Any]) -> None:
        at: Any = members
        *path, last = member.split(".")
        for step in path:
            at = at[int(step)] if isinstance(at, list) else at[step]
        at[int(last) if isinstance(at, list) else last] = value

    return _edited(edit)


def _edited(edit: Callable[[dict[str, Any]], object]) -> Make:
    def make(pack: Path, place: Path) -> Path:
        folder = copy_pack(pack, place)
        edit_manifest(folder, edit)
        return folder

    return make


def _text(old: bytes, new: bytes) -> Make:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return _bytes(change)


def _addon_without_dials(members: dict[str, Any]) -> None:
    members.update(base_main_sha256="0" * 64, dials=[], measurements=[])
    members["golden"]["settings"] = [{}, {}, {}]
    for name in ("main", "strength", "towards-waves"):
        del members["files"][f"{name}.safetensors"]


def _list_file(name: str) -> Make:
    entry = {"sha256": "0" * 64, "bytes": 1}
    return _edited(lambda members: members["files"].update({name: entry}))


def _huge_file(members: dict[str, Any]) -> None:
    members["files"]["main.safetensors"]["bytes"] = 1 << 40


LOSS = {"content_layer": "relu3_3", "style_layers": ["relu1_2"], "normalisation": "batch"}

_REFUSED: list[tuple[str, Make, str]] = [
    ("too large", _bytes(lambda data: data + b" " * (1 << 20)), "more than the 1048576 bytes"),
    ("nested deeply", _text(b'"Tiny"', b"[" * 100_000 + b"]" * 100_000), "levels deep"),
    ("one name twice", _text(b'"id":', b'"id": "other",\n  "id":'), "the name 'id' twice"),
    ("NaN", _text(b'"duration_s": 1.5', b'"duration_s": NaN'), "holds NaN, which is no JSON"),
    ("infinity", _text(b'"duration_s": 1.5', b'"duration_s": 1e999'), "out of range: '1e999'"),
    ("endless digits", _text(b'"seed": 1', b'"seed": ' + b"9" * 9999), "out of range: '9999999"),
    ("not UTF-8", _text(b"Tiny", b"\xff\xfe"), "is not UTF-8 text"),
    ("byte-order mark", _bytes(lambda data: b"\xef\xbb\xbf" + data), "is not JSON"),
    ("a list", _bytes(lambda data: b"[" + data + b"]"), 'does not say "format"'),
    ("version 0", _set("format_version", 0), "is no version of this format"),
    ("misspelt key", _edited(lambda m: m.update(licence={})), "did you mean 'licences'?"),
    ("strange key", _edited(lambda m: m.update(__reduce__="os.system")), "'__reduce__'; known are"),
    ("key left out", _edited(lambda m: m.pop("licences")), "lacks 'licences'"),
    ("text direction", _set("title", "\u202egnp.exe"), "text-direction control"),
    ("terminal escape", _set("title", "\x1b[2J"), r"control character ('\x1b')"),
    ("half a character", _set("summary", "\ud800"), r"control character ('\ud800')"),
    ("invisible letter", _set("dials.0.title", "a\u200bb"), r"control character ('\u200b')"),
    ("long title", _set("title", "x" * 5000), "has 5000 characters"),
    ("empty title", _set("title", "  "), "title is empty"),
    ("number for text", _set("title", 3), "title is a number where text belongs"),
    ("text for number", _set("working_size_px", "512"), "is text where a whole number belongs"),
    ("truth for number", _set("dials.0.default", True), "is true or false where a number"),
    ("null for list", _set("authors", None), "is null where a list belongs"),
    ("list for object", _set("training", []), "is a list where an object belongs"),
    ("number for truth", _set("dials.0.dual", 1), "is a number where true or false belongs"),
    ("id climbs out", _set("id", "../../evil"), "id is '../../evil', expected an id"),
    ("id is a device", _set("id", "con"), "is 'con', a name that Windows keeps"),
    ("dial takes main's file", _set("dials.0.id", "main"), "that the pack's own files have"),
    ("one dial twice", _set("dials.1.id", "strength"), "has two dials 'strength'"),
    (
        "too many dials",
        _edited(lambda m: m["dials"].extend(m["dials"] * 9)),
        "has 20 entries, expected 0 … 16",
    ),
    ("unknown tap", _set("dials.0.taps", ["res3", "res9"]), "the taps of dial 'strength' are"),
    ("no tap", _set("dials.0.taps", []), "so the dial would do nothing"),
    ("range of one number", _set("dials.0.safe_range", [1]), "has 1 entries, expected 2"),
    ("range backwards", _set("dials.0.safe_range", [1, 0]), "the low end comes first"),
    ("default out of range", _set("dials.0.default", 3), "default is 3, outside its safe_range"),
    ("alpha out of all bounds", _set("dials.0.trained_range", [0, 1e9]), "is 1e+09, outside -4"),
    ("gigabytes of width", _set("architecture.width", 100_000), "width is 100000, outside 1"),
    ("unknown net", _set("architecture.name", "os.system"), "name is 'os.system'; this program"),
    ("unknown task", _set("task", "mining"), "task is 'mining'; this program"),
    (
        "taps of another net",
        _set("architecture.taps", ["res3", "up1", "conv_out", "up2"]),
        "architecture.taps is",
    ),
    ("version is no version", _set("version", "latest"), "expected a version"),
    ("no such day", _set("created", "2026-02-30"), "a day that no calendar has"),
    ("no date", _set("created", "yesterday"), "expected a date"),
    ("licence is no SPDX", _set("licences.weights.spdx", "do what\nyou want"), "spdx holds"),
    ("hash is no hash", _set("training.loss_network_sha256", "?"), "expected a SHA-256"),
    ("loss of a third kind", _set("training.loss", LOSS), "this program knows none, target"),
    ("half a step", _set("training.steps", {"main": 0.5}), "steps that is not 0, 1, 2"),
    ("golden check that passes all", _set("golden.tolerance", 1000), "tolerance is 1000, outside"),
    ("golden check that is empty", _set("golden.settings", []), "has 0 entries, expected 3"),
    ("golden check of no dial", _set("golden.settings.1", {"ghost": 1}), "golden speaks of dial"),
    ("measured dial missing", _set("measurements.0.dial", "ghost"), "measurements[0] speaks of"),
    ("table without alpha", _set("measurements.0.columns.0", "x"), "must start with 'alpha'"),
    ("table with one column twice", _set("measurements.0.columns.2", "content"), "one name twice"),
    ("ragged table", _set("measurements.0.rows.0", [0]), "a row of 1 numbers for 3 columns"),
    ("table not in order", _set("measurements.0.rows.1.0", -1), "does not go by rising alpha"),
    ("base id alone", _set("base_id", "tiny"), "base_id without base_main_sha256"),
    ("add-on that adds nothing", _edited(_addon_without_dials), "so it adds nothing"),
    ("file from elsewhere", _list_file("../../etc/passwd"), "lists '../../etc/passwd'"),
    ("two previews", _list_file("preview.png"), "must list one preview"),
    (
        "unlisted weights",
        _edited(lambda m: m["files"].pop("main.safetensors")),
        "which the pack needs",
    ),
    ("gigabytes of file", _edited(_huge_file), "bytes is 1099511627776"),
]


def _attack(name: str, make: Make, error: type[PackError], says: str) -> Attack:
    return Attack(f"manifest: {name}", make, error, says)


MANIFESTS = (
    *(_attack(name, make, PackFormatError, says) for name, make, says in _REFUSED),
    _attack("of a newer program", _set("format_version", 3), PackVersionError, "update Dynamic"),
)
