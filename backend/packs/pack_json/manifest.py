"""pack.json, the manifest of a style pack: what it says, as frozen dataclasses.

The format's specification is weights/README.md. Reading and checking it is in manifest_parser.py.
No torch here, so that listing packs stays quick.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...protocol.dial_spec import DialSpec
from ...protocol.errors import PackFormatError
from ...protocol.texts.languages import choose_language
from .translations import Translation

FORMAT = "dynamic-style-pack"
FORMAT_VERSION = 2  # since there are dials of weights; of packs without them it is 1

PACK_JSON = "pack.json"
MAIN_FILE = "main.safetensors"
GOLDEN_FILE = "golden.safetensors"
TENSOR_SUFFIX = ".safetensors"
PICTURE_SUFFIXES = (".jpg", ".png", ".webp")


@dataclass(frozen=True)
class Licence:
    """Terms of one part. spdx: an expression of https://spdx.org/licenses, None if none fits."""

    spdx: str | None
    note: str
    author: str
    source: str


@dataclass(frozen=True)
class Licences:
    weights: Licence
    style_images: tuple[Licence, ...]
    training_data: tuple[Licence, ...]


@dataclass(frozen=True)
class Architecture:
    """The main net that the weights belong to. taps: all the net's taps, in its order."""

    name: str
    width: int
    taps: tuple[str, ...]


@dataclass(frozen=True)
class LossRecord:
    """What lambdas and measured losses are relative to. normalisation: "none", or "target" where
    each layer's difference is divided by the target's own size.
    """

    content_layer: str
    style_layers: tuple[str, ...]
    normalisation: str


@dataclass(frozen=True)
class TrainingRecord:
    """How the weights came to be. config: the TOML text. steps and lambdas: by phase or dial.
    loss: None for completion, and in packs from before there were two normalisations: "none".
    """

    config: str
    seed: int
    steps: Mapping[str, int]
    loss_network_sha256: str
    lambdas: Mapping[str, float]
    duration_s: float
    tool_version: str
    loss: LossRecord | None = None


@dataclass(frozen=True)
class Measurement:
    """Means over n pictures at rising alpha of one dial, the others at 0. columns[0] is "alpha";
    the usual others are content, style, and for a second-style dial style_a and style_b.
    """

    dial: str
    dataset: str
    n: int
    columns: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]

    def column(self, name: str) -> tuple[float, ...]:
        """One column's values from top to bottom. Raises KeyError for a name it lacks."""
        if name not in self.columns:
            raise KeyError(name)
        return tuple(row[self.columns.index(name)] for row in self.rows)


@dataclass(frozen=True)
class ComparisonRow:
    """One method's means, a number for each of the comparison's columns."""

    method: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Comparison:
    """The pack beside other ways to do its task, means over n pictures."""

    dataset: str
    n: int
    columns: tuple[str, ...]
    rows: tuple[ComparisonRow, ...]


@dataclass(frozen=True)
class GoldenCheck:
    """settings: {dial id: alpha} for each output in golden.safetensors, dials not named at 0.
    tolerance: largest absolute difference, so that it holds across processors.
    """

    settings: tuple[Mapping[str, float], ...] = ()
    tolerance: float = 0.0


@dataclass(frozen=True)
class FileEntry:
    sha256: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """All of pack.json. golden and files are left out by whoever makes a pack: write_pack fills
    them in. base_main_sha256 is set in add-on packs only: the main net they add dials to. grain:
    standard deviation of the noise that the net wants to see in pictures, from 0 to 0.5. margin_px:
    so far a picture is mirrored around its edges for the net, from 0 to 64, a multiple of 4.
    translations: by language, such as "de" or "pt_BR"; all other texts are English.
    """

    id: str
    version: str
    title: str
    summary: str
    authors: tuple[str, ...]
    created: str
    task: str
    architecture: Architecture
    dials: tuple[DialSpec, ...]
    licences: Licences
    working_size_px: int
    training: TrainingRecord
    measurements: tuple[Measurement, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    base_id: str | None = None
    base_main_sha256: str | None = None
    grain: float = 0.0
    margin_px: int = 0
    translations: Mapping[str, Translation] = field(default_factory=dict)
    golden: GoldenCheck = GoldenCheck()
    files: Mapping[str, FileEntry] = field(default_factory=dict)

    @property
    def is_addon(self) -> bool:
        return self.base_main_sha256 is not None

    @property
    def format_version(self) -> int:
        """The lowest that can say all of it, so that earlier programs read what they can."""
        return FORMAT_VERSION if any(dial.kind == "weights" for dial in self.dials) else 1

    def dial(self, dial_id: str) -> DialSpec | None:
        return next((dial for dial in self.dials if dial.id == dial_id), None)

    def in_languages(self, wanted: Sequence[str]) -> Manifest:
        """With title, summary and dials in the first of the languages that it knows, best first."""
        language = choose_language(wanted, self.translations)
        if language is None:
            return self
        said = self.translations[language]
        return dataclasses.replace(
            self,
            title=said.title or self.title,
            summary=said.summary or self.summary,
            dials=tuple(said.of_dial(dial) for dial in self.dials),
        )

    def picture_file(self, stem: str) -> str:
        """The file name of the "preview" or the "thumbnail"."""
        return next(stem + s for s in PICTURE_SUFFIXES if stem + s in self.files)


def dial_file(dial_id: str) -> str:
    return dial_id + TENSOR_SUFFIX


def manifest_bytes(manifest: Manifest) -> bytes:
    """Serialise as pack.json. Raises PackFormatError where it holds NaN or infinity."""
    members: dict[str, Any] = {
        "format": FORMAT,
        "format_version": manifest.format_version,
        **dataclasses.asdict(manifest),
    }
    for dial, entry in zip(manifest.dials, members["dials"], strict=True):
        if dial.kind != "blocks":
            entry["kind"] = dial.kind
    for said in members["translations"].values():
        for name in [name for name, text in said.items() if not text]:
            del said[name]
    for key in ("grain", "margin_px", "translations"):
        if not members[key]:
            del members[key]  # earlier versions of this program read such packs, too
    try:
        text = json.dumps(members, indent=2, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise PackFormatError(
            f"pack '{manifest.id}': its manifest holds NaN or infinity, which JSON cannot; "
            "look for a loss that diverged"
        ) from error
    return (text + "\n").encode("utf-8", errors="surrogatepass")
