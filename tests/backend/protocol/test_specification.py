"""PROTOCOL.md says what the code does: every message, field, limit, code, and its example."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from dynamic_style.backend import protocol
from dynamic_style.backend.protocol import codec
from dynamic_style.backend.protocol.limits import (
    DEFAULT_LIMITS,
    MAX_FEATHER_PX,
    MAX_GROW_PX,
    MAX_NUMBERS,
)
from dynamic_style.backend.protocol.messages import (
    REPLIES,
    REQUESTS,
    CatalogEntry,
    DialSetting,
    DialSpec,
    EngineChoice,
    Hello,
    Mask,
    PackEntry,
    Picture,
)
from dynamic_style.backend.protocol.pixels import Pixels
from dynamic_style.backend.protocol.process.client import SILENCE_S
from dynamic_style.backend.protocol.process.user_folders import runtime_folder
from dynamic_style.backend.protocol.requests import MAX_LEASE_S
from dynamic_style.backend.protocol.schema import wire_fields

from .test_errors import all_classes

TEXT = (Path(protocol.__file__).parent / "PROTOCOL.md").read_text(encoding="utf-8")

PARTS: dict[str, type] = {
    "Dial setting": DialSetting,
    "Mask": Mask,
    "Pixels": Pixels,
    "Engine": EngineChoice,
    "Pack entry": PackEntry,
    "Dial": DialSpec,
    "Picture": Picture,
    "Catalog entry": CatalogEntry,
}
# The document's words for the types, as the annotations have them.
TYPES = {
    "str": {"str", "MediaType", "Layout", "Depth", "AlphaKind", "Transfer", "MaskRole", "Stage"},
    "str?": {"str | None"},
    "name": {"str"},
    "name?": {"str | None"},
    "int": {"int"},
    "int?": {"int | None"},
    "float": {"float"},
    "float?": {"float | None"},
    "bool": {"bool"},
    "map": {"Limits"},
    "buffer": {"Buffer"},
    "pixels": {"Pixels"},
    "mask": {"Mask"},
    "mask?": {"Mask | None"},
    "picture?": {"Picture | None"},
    "engine": {"EngineChoice"},
    "pack entry": {"PackEntry"},
    "map of float": {"Mapping[str, float]"},
    "map of dial setting": {"Mapping[str, DialSetting]"},
    "array of str": {"tuple[str, ...]"},
    "array of float": {"tuple[float, ...]"},
    "array of dial": {"tuple[DialSpec, ...]"},
    "array of pack entry": {"tuple[PackEntry, ...]"},
    "array of broken pack": {"tuple[BrokenPack, ...]"},
    "array of catalog entry": {"tuple[CatalogEntry, ...]"},
    "array of catalog problem": {"tuple[CatalogProblem, ...]"},
    "[float, float]": {"tuple[float, float]"},
}


def rows(after: str) -> list[list[str]]:
    """The cells of the first table after a line, its two head rows left out."""
    section = TEXT.split(f"\n{after}", 1)[1]
    section = re.split(r"\n#", section, maxsplit=1)[0]
    table = re.search(r"(?:^\|.*\|\n)+", section, re.MULTILINE)
    lines = table[0].splitlines() if table else []
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def headings() -> dict[str, str]:
    """The heading of each message by its wire name."""
    found = re.findall(r"^(### `(\w+)`.*)$", TEXT, re.MULTILINE)
    return {name: heading for heading, name in found}


def test_every_message_has_its_section_and_no_other_is_there() -> None:
    assert list(headings()) == [*REQUESTS, *REPLIES]


def test_every_request_names_its_reply() -> None:
    for name in REQUESTS:
        last = re.findall(r"`(\w+)`", headings()[name])[-1]
        assert last in REPLIES


@pytest.mark.parametrize(
    ("after", "cls"),
    [
        *((headings()[name], cls) for name, cls in {**REQUESTS, **REPLIES}.items()),
        *((f"{name}:\n", cls) for name, cls in PARTS.items()),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_field_is_described_with_its_type(after: str, cls: Any) -> None:
    described = {row[0].strip("`"): row[1] for row in rows(after)}
    assert list(described) == list(wire_fields(cls))
    annotations = {field.name: field.type for field in fields(cls)}
    for name, type_ in described.items():
        assert annotations[name] in TYPES[type_], f"{cls.__name__}.{name}"


def test_the_limits_are_those_of_the_code() -> None:
    described = {row[0].strip("`"): int(row[1]) for row in rows("**Limits.**")}
    assert described == vars(DEFAULT_LIMITS)
    assert list(described) == list(vars(DEFAULT_LIMITS))


def test_numbers_in_the_text_are_those_of_the_code() -> None:
    assert f"version {codec.PROTOCOL_VERSION}\n" in TEXT
    assert f"from now, 0 to {MAX_LEASE_S:g};" in TEXT
    assert f"1 to {MAX_NUMBERS} |" in TEXT
    assert f"beyond the mask, 0 to {MAX_GROW_PX} |" in TEXT
    assert f"is blended in, 0 to {MAX_FEATHER_PX} |" in TEXT
    assert f"gives up after {SILENCE_S:g} seconds" in TEXT


def test_every_code_that_is_sent_is_listed() -> None:
    listed = {row[0].strip("`") for row in rows("## 8. Failure codes")}
    names = ("backend.sandbox", "connection_file", "connection_lost", "timeout")
    never_sent = {f"protocol.{name}" for name in names}
    codes = {cls.code for cls in all_classes()}
    assert listed == codes - never_sent - {"output"}


def test_the_example_is_what_the_code_sends() -> None:
    example = dict(re.findall(r"^    (header|signature) +([0-9a-f]+)$", TEXT, re.MULTILINE))
    address = codec.Address(bytes(range(16)), codec.NO_SESSION, 1)
    hello = Hello("example 1.0", "0.1.0")
    signature, header = codec.encode_request(hello, address, key=bytes(range(32)))
    assert (bytes(signature).hex(), bytes(header).hex()) == (
        example["signature"],
        example["header"],
    )


def test_the_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DYNAMIC_STYLE_RUNTIME", raising=False)
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setattr("sys.platform", "linux")
    folder = runtime_folder().as_posix().removeprefix("/home/somebody/")
    assert f"`~/{folder}`" in TEXT
