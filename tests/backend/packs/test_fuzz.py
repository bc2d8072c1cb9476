"""Packs with random damage: they load as they were, or a PackError says why not. Nothing else."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dynamic_style.backend.packs.folder_writer import pack_archive
from dynamic_style.backend.packs.pack_json.manifest import Manifest
from dynamic_style.backend.packs.pack_json.manifest_parser import parse_manifest
from dynamic_style.backend.packs.safetensors_file import read_arrays
from dynamic_style.backend.packs.tensors import load_pack
from dynamic_style.backend.protocol.errors import PackError, PackFormatError

from ..tiny_packs import make_net
from ..verified_packs import verify_pack

FAST = settings(
    max_examples=50,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
WORDS = [
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b",",
    b":",
    b"null",
    b"-",
    b"1e999",
    b"\xff",
    b"\\ud800",
    b"",
]

EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 8), st.sampled_from(WORDS) | st.binary(max_size=6)),
    min_size=1,
    max_size=4,
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def edited(data: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """Bytes cut out and put in at places given as fractions of the length."""
    for place, length, new in edits:
        at = int(place * len(data))
        data = data[:at] + new + data[at + length :]
    return data


@FAST
@given(edits=EDITS)
def test_manifest_with_damaged_bytes(made_packs: Path, edits: list[Any]) -> None:
    data = (made_packs / "tiny" / "pack.json").read_bytes()

    try:
        manifest = parse_manifest(edited(data, edits), pack="pack")
    except PackError as error:
        assert str(error).isprintable()
    else:
        assert isinstance(manifest, Manifest)


@FAST
@given(place=st.integers(0, 10_000), value=JSON_VALUES)
def test_manifest_with_any_value_anywhere(made_packs: Path, place: int, value: object) -> None:
    members = json.loads((made_packs / "tiny" / "pack.json").read_bytes())
    spots = list(_spots(members))
    holder, key = spots[place % len(spots)]
    holder[key] = value

    try:
        manifest = parse_manifest(json.dumps(members).encode(), pack="pack")
    except PackError as error:
        assert str(error).isprintable()
    else:
        assert isinstance(manifest, Manifest)


@FAST
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_archive_with_a_flipped_bit(
    made_packs: Path, tmp_path: Path, place: float, bit: int
) -> None:
    path = tmp_path / "tiny.dynpack"
    if not path.exists():
        pack_archive(made_packs / "tiny", path)
    sound = path.read_bytes()
    data = bytearray(sound)
    data[int(place * len(data))] ^= 1 << bit
    path.write_bytes(data)

    try:
        verify_pack(path)
        found = load_pack(path)
    except PackError as error:
        assert str(error).isprintable()
    else:
        assert found.sha256 == load_pack(made_packs / "tiny").sha256
    finally:
        path.write_bytes(sound)


@FAST
@given(edits=EDITS)
def test_archive_with_damaged_directory(made_packs: Path, tmp_path: Path, edits: list[Any]) -> None:
    path = tmp_path / "tiny.dynpack"
    pack_archive(made_packs / "tiny", path)
    data = path.read_bytes()
    directory = len(data) - 500  # more than half of it is the directory, the rest a picture
    path.write_bytes(data[:directory] + edited(data[directory:], edits))

    try:
        found = load_pack(path)
    except PackError as error:
        assert str(error).isprintable()
    else:
        assert found.sha256 == load_pack(made_packs / "tiny").sha256


@FAST
@given(edits=EDITS)
def test_weights_with_a_damaged_header(made_packs: Path, edits: list[Any]) -> None:
    data = (made_packs / "tiny" / "main.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = edited(data[8 : 8 + length], edits)
    damaged = struct.pack("<Q", len(header)) + header + data[8 + length :]
    state = make_net().main.state_dict()
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}

    try:
        arrays = read_arrays(damaged, shapes, where="main.safetensors")
    except PackFormatError as error:
        assert str(error).isprintable()
    else:
        assert all(torch.equal(torch.from_numpy(arrays[name]), state[name]) for name in state)


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 100])
def test_short_weights(length: int, made_packs: Path) -> None:
    data = (made_packs / "tiny" / "main.safetensors").read_bytes()[:length]

    with pytest.raises(PackFormatError, match=r"main\.safetensors"):
        read_arrays(data, {"a": (1,)}, where="main.safetensors")


def _spots(value: Any) -> Any:
    """Every (holder, key) in nested objects and lists."""
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in list(keys):
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from _spots(value[key])
