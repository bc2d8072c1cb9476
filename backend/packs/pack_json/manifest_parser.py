"""pack.json to Manifest: every member's type, form and limits, then how the members fit together.

Limits are those of weights/README.md. Every refusal is a PackFormatError, or a PackVersionError for
a format that is newer than this program.
"""

from __future__ import annotations

import re
from itertools import pairwise

from ...protocol.errors import PackFormatError, PackVersionError
from ...protocol.runs import TASKS
from .dials import MAX_ALPHA, check_dial_fits, read_dial
from .forms import read_date, read_id, read_one_of, read_sha256
from .manifest import (
    FORMAT,
    FORMAT_VERSION,
    GOLDEN_FILE,
    MAIN_FILE,
    PACK_JSON,
    PICTURE_SUFFIXES,
    Architecture,
    Comparison,
    ComparisonRow,
    FileEntry,
    GoldenCheck,
    Licence,
    Licences,
    LossRecord,
    Manifest,
    Measurement,
    TrainingRecord,
    dial_file,
)
from .strict_json import Fields, checked_number, decode_json, shown
from .translations import LONGEST_SUMMARY, LONGEST_TITLE, read_translations

MAX_MANIFEST_BYTES = 1 << 20
# The widest dual dial of blocks has 117 MB. One of weights, in F32, fits up to width 101.
MAX_FILE_BYTES = 128 << 20
MAX_DIALS = 16
MAX_GRAIN = 0.5
MAX_MARGIN_PX, MARGIN_MULTIPLE = 64, 4
MAX_WIDTH = 128  # four times the paper's
MAX_TOLERANCE = 1 / 255  # a golden check that allows a visible step checks nothing
GOLDEN_SETTINGS = 3

ARCHITECTURES = tuple(TASKS)  # a task's net has its name

_VERSION = re.compile(r"(0|[1-9][0-9]{0,5})(\.(0|[1-9][0-9]{0,5})){2}")
_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+() -]{0,99}")
_COLUMN = re.compile(r"[a-z][a-z0-9_]{0,31}")

_REQUIRED = (
    "format", "format_version", "id", "version", "title", "summary", "authors", "created", "task",
    "architecture", "dials", "licences", "working_size_px", "training", "measurements", "golden",
    "files",
)  # fmt: skip
_OPTIONAL = ("base_id", "base_main_sha256", "comparisons", "grain", "margin_px", "translations")
_TRAINING_KEYS = (
    "config", "seed", "steps", "loss_network_sha256", "lambdas", "duration_s", "tool_version",
)  # fmt: skip


def parse_manifest(data: bytes, *, pack: str) -> Manifest:
    """Read and check pack.json. pack names the pack in messages, as in "pack 'mosaic'"."""
    where = f"{pack}: {PACK_JSON}"
    value = decode_json(data, where=where, max_bytes=MAX_MANIFEST_BYTES)
    version = _check_format(value, where)
    top = Fields(value, where, _REQUIRED, optional=_OPTIONAL)
    manifest = Manifest(
        id=read_id(top, "id"),
        version=top.matching("version", _VERSION, "a version such as '1.0.0'"),
        title=top.text("title", limit=LONGEST_TITLE),
        summary=top.text("summary", limit=LONGEST_SUMMARY, lines=True, empty=True),
        authors=top.texts("authors", most=32, limit=200),
        created=read_date(top, "created"),
        task=read_one_of(top, "task", ARCHITECTURES),
        architecture=_architecture(*top.value("architecture")),
        dials=tuple(
            read_dial(*item, version=version) for item in top.array("dials", most=MAX_DIALS)
        ),
        licences=_licences(*top.value("licences")),
        working_size_px=top.integer("working_size_px", 64, 8192),
        training=_training(*top.value("training")),
        measurements=tuple(_measurement(*i) for i in top.array("measurements", most=64)),
        comparisons=_comparisons(top),
        base_id=read_id(top, "base_id") if top.has("base_id") else None,
        base_main_sha256=read_sha256(top, "base_main_sha256")
        if top.has("base_main_sha256")
        else None,
        grain=top.number("grain", 0.0, MAX_GRAIN) if top.has("grain") else 0.0,
        margin_px=_margin_px(top) if top.has("margin_px") else 0,
        translations=(read_translations(top, "translations") if top.has("translations") else {}),
        golden=_golden(*top.value("golden")),
        files=_files(*top.value("files")),
    )
    _check_fit(manifest, where)
    return manifest


def check_id(value: str, *, where: str) -> str:
    """A valid pack id, as every packs folder's subfolders are named. Raises PackFormatError."""
    return read_id(Fields({"id": value}, where, ("id",)), "id")


def expected_files(manifest: Manifest) -> tuple[str, ...]:
    """The tensor files that the manifest's dials and base call for; pictures are apart."""
    main = () if manifest.is_addon else (MAIN_FILE,)
    return (*main, *(dial_file(dial.id) for dial in manifest.dials), GOLDEN_FILE)


def _check_format(value: object, where: str) -> int:
    """The version. Say "no style pack" or "too new" before complaining about members of another
    format.
    """
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise PackFormatError(f'{where} does not say "format": "{FORMAT}"; it is no style pack')
    version = value.get("format_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise PackFormatError(f"{where}.format_version is no version of this format; write 1")
    if version > FORMAT_VERSION:
        raise PackVersionError(
            f"{where} is of format version {version}, this program reads up to {FORMAT_VERSION}; "
            "update Dynamic Style"
        )
    return version


def _check_fit(manifest: Manifest, where: str) -> None:
    ids = [dial.id for dial in manifest.dials]
    if manifest.architecture.name != manifest.task:
        raise PackFormatError(
            f"{where}: the task is {manifest.task} and the architecture's name "
            f"{manifest.architecture.name}; they must be the same"
        )
    for dial in manifest.dials:
        if ids.count(dial.id) > 1:
            raise PackFormatError(f"{where} has two dials '{dial.id}'; rename one")
        check_dial_fits(dial, manifest.architecture, where)
    named = [(f"measurements[{i}]", m.dial) for i, m in enumerate(manifest.measurements)]
    named += [("golden", name) for setting in manifest.golden.settings for name in setting]
    named += [
        (f"translations.{language}.dials", name)
        for language, said in manifest.translations.items()
        for name in said.dials
    ]
    for member, name in named:
        if name not in ids:
            raise PackFormatError(
                f"{where}.{member} speaks of dial {shown(name)}, which the pack does not have; "
                "correct it"
            )
    if manifest.base_id is not None and not manifest.is_addon:
        raise PackFormatError(f"{where} has base_id without base_main_sha256; add it")
    if manifest.is_addon and not manifest.dials:
        raise PackFormatError(f"{where} is an add-on without dials, so it adds nothing; add one")
    _check_files(manifest, where)


def _check_files(manifest: Manifest, where: str) -> None:
    wanted = set(expected_files(manifest))
    for stem in ("preview", "thumbnail"):
        there = [stem + s for s in PICTURE_SUFFIXES if stem + s in manifest.files]
        if len(there) != 1:
            raise PackFormatError(
                f"{where}.files must list one {stem} ({', '.join(PICTURE_SUFFIXES)}), "
                f"it lists {len(there)}; correct it"
            )
        wanted.update(there)
    for name in sorted(wanted - set(manifest.files)):
        raise PackFormatError(f"{where}.files does not list '{name}', which the pack needs; add it")
    for name in sorted(set(manifest.files) - wanted):
        raise PackFormatError(
            f"{where}.files lists {shown(name)}, which is no file of such a pack; take it out"
        )


def _architecture(value: object, where: str) -> Architecture:
    fields = Fields(value, where, ("name", "width", "taps"))
    return Architecture(
        name=read_one_of(fields, "name", ARCHITECTURES),
        width=fields.integer("width", 1, MAX_WIDTH),
        taps=fields.texts("taps", most=16, limit=32),
    )


def _licences(value: object, where: str) -> Licences:
    fields = Fields(value, where, ("weights", "style_images", "training_data"))
    return Licences(
        weights=_licence(*fields.value("weights")),
        style_images=tuple(_licence(*i) for i in fields.array("style_images", most=16)),
        training_data=tuple(_licence(*i) for i in fields.array("training_data", most=16)),
    )


def _licence(value: object, where: str) -> Licence:
    fields = Fields(value, where, ("spdx", "note", "author", "source"))
    spdx = None
    if fields.has("spdx"):
        spdx = fields.matching("spdx", _SPDX, "an SPDX expression such as 'CC-BY-4.0', or null")
    return Licence(
        spdx=spdx,
        note=fields.text("note", limit=2000, lines=True, empty=True),
        author=fields.text("author", limit=500, empty=True),
        source=fields.text("source", limit=500, empty=True),
    )


def _training(value: object, where: str) -> TrainingRecord:
    fields = Fields(value, where, _TRAINING_KEYS, optional=("loss",))
    return TrainingRecord(
        config=fields.text("config", limit=100_000, lines=True, empty=True),
        seed=fields.integer("seed", -(1 << 63), (1 << 64) - 1),
        steps=_steps(fields),
        loss_network_sha256=read_sha256(fields, "loss_network_sha256"),
        lambdas=fields.numbers("lambdas", most=64, limit=1e30),
        duration_s=fields.number("duration_s", 0, 1e9),
        tool_version=fields.text("tool_version", limit=100),
        loss=_loss(*fields.value("loss")) if fields.has("loss") else None,
    )


def _loss(value: object, where: str) -> LossRecord:
    fields = Fields(value, where, ("content_layer", "style_layers", "normalisation"))
    return LossRecord(
        content_layer=fields.text("content_layer", limit=100),
        style_layers=fields.texts("style_layers", most=64, limit=100),
        normalisation=read_one_of(fields, "normalisation", ("none", "target")),
    )


def _steps(fields: Fields) -> dict[str, int]:
    steps = fields.numbers("steps", most=64, limit=1e12)
    if not all(number.is_integer() and number >= 0 for number in steps.values()):
        fields.refuse("steps", "holds a number of steps that is not 0, 1, 2 …")
    return {name: int(number) for name, number in steps.items()}


def _measurement(value: object, where: str) -> Measurement:
    fields = Fields(value, where, ("dial", "dataset", "n", "columns", "rows"))
    columns = fields.texts("columns", most=16, limit=32)
    if not columns or columns[0] != "alpha" or not all(map(_COLUMN.fullmatch, columns)):
        fields.refuse("columns", "must start with 'alpha' and hold names of a-z, 0-9 and '_'")
    if len(set(columns)) < len(columns):
        fields.refuse("columns", "holds one name twice")
    rows = []
    for row, at in fields.array("rows", least=1, most=256):
        items = Fields({"row": row}, at, ("row",)).array("row", least=0, most=16)
        if len(items) != len(columns):
            fields.refuse("rows", f"has a row of {len(items)} numbers for {len(columns)} columns")
        rows.append(tuple(checked_number(*item, -1e30, 1e30) for item in items))
    alphas = [row[0] for row in rows]
    if any(low >= high for low, high in pairwise(alphas)):
        fields.refuse("rows", "does not go by rising alpha")
    return Measurement(
        dial=read_id(fields, "dial"),
        dataset=fields.text("dataset", limit=500),
        n=fields.integer("n", 1, 1_000_000_000),
        columns=columns,
        rows=tuple(rows),
    )


def _margin_px(top: Fields) -> int:
    margin_px = top.integer("margin_px", 0, MAX_MARGIN_PX)
    if margin_px % MARGIN_MULTIPLE:
        top.refuse("margin_px", f"is {margin_px}, no multiple of {MARGIN_MULTIPLE}")
    return margin_px


def _comparisons(top: Fields) -> tuple[Comparison, ...]:
    if not top.has("comparisons"):
        return ()
    return tuple(_comparison(*item) for item in top.array("comparisons", most=16))


def _comparison(value: object, where: str) -> Comparison:
    fields = Fields(value, where, ("dataset", "n", "columns", "rows"))
    columns = fields.texts("columns", most=16, limit=32)
    if not columns or len(set(columns)) < len(columns) or not all(map(_COLUMN.fullmatch, columns)):
        fields.refuse("columns", "must hold different names of a-z, 0-9 and '_', at least one")
    rows = []
    for row, at in fields.array("rows", least=1, most=32):
        cells = Fields(row, at, ("method", "values"))
        values = cells.array("values", least=len(columns), most=len(columns))
        numbers = tuple(checked_number(*item, -1e30, 1e30) for item in values)
        rows.append(ComparisonRow(cells.text("method", limit=100), numbers))
    return Comparison(
        dataset=fields.text("dataset", limit=500),
        n=fields.integer("n", 1, 1_000_000_000),
        columns=columns,
        rows=tuple(rows),
    )


def _golden(value: object, where: str) -> GoldenCheck:
    fields = Fields(value, where, ("settings", "tolerance"))
    items = fields.array("settings", least=GOLDEN_SETTINGS, most=GOLDEN_SETTINGS)
    settings = tuple(
        Fields({"setting": item}, at, ("setting",)).numbers(
            "setting", most=MAX_DIALS, limit=MAX_ALPHA
        )
        for item, at in items
    )
    return GoldenCheck(settings, fields.number("tolerance", 1e-7, MAX_TOLERANCE))


def _files(value: object, where: str) -> dict[str, FileEntry]:
    if not isinstance(value, dict) or len(value) > MAX_DIALS + 4:
        raise PackFormatError(f"{where} must be an object of at most {MAX_DIALS + 4} files")
    files = {}
    for name, entry in value.items():
        fields = Fields(entry, f"{where}[{shown(name)}]", ("sha256", "bytes"))
        size = fields.integer("bytes", 1, MAX_FILE_BYTES)
        files[name] = FileEntry(read_sha256(fields, "sha256"), size)
    return files
