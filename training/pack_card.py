"""A pack's card: README.md beside the weights, for people and for model hubs.

The front matter is what hubs read (https://huggingface.co/docs/hub/model-cards). Programs that use
packs pass the card over, so nothing in it counts: it repeats what pack.json says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dynamic_style.backend.packs import Comparison, DialSpec, Licence, Manifest, Measurement

from .claims import Claim

KINDS = {
    "style_transfer": ("image-to-image", "style-transfer", "stylize photo.jpg painted.png"),
    "completion": ("image-to-image", "inpainting", "complete photo.jpg mask.png filled.png"),
    "generation": ("unconditional-image-generation", "gan", "generate face.png --seed 7"),
}  # task -> a hub's name for what goes in and comes out, a tag, the command
SIZE = "Strokes are as they were meant to be at {} pixels on the longer side."
SIZES = {"generation": "Pictures have {} pixels a side."}
# SPDX identifiers that hubs know by another name, in lower case
HUB_LICENCES = {"gpl-2.0-or-later": "gpl-2.0", "gpl-3.0-or-later": "gpl-3.0"}
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")
_AT_START = re.compile(r"^(\d*)([-=.])")  # a rule, a heading's underline, an item of a list
_ADDRESS = re.compile(r"https?://[^\s<>]+")


def make_card(manifest: Manifest, claims: Sequence[Claim] = ()) -> str:
    """Markdown. claims: what packs promise of their tables, and whether this one keeps it."""
    pipeline, tag, command = KINDS[manifest.task]
    weights = manifest.licences.weights
    parts = [
        "---",
        *_front_matter(weights, pipeline, tag),
        "---",
        "",
        f"# {_plain(manifest.title)}",
        "",
        *(f"{_plain(line)}  " for line in manifest.summary.splitlines()),
        "",
        f"![What the pack does]({_preview(manifest)})",
        "",
        "A style pack of Dynamic Style, for Krita, GIMP 3 and the command line: a network whose "
        "dials can be turned after training. Install it from the panel, or:",
        "",
        "```",
        "dynamic-style packs install .",
        f"dynamic-style {command} --pack {manifest.id}",
        "```",
        "",
        "## Dials",
        "",
        *_table(
            ("dial", "at the low end", "at the high end", "trained", "safe", "default"),
            (_dial_row(dial) for dial in manifest.dials),
        ),
        "",
        SIZES.get(manifest.task, SIZE).format(manifest.working_size_px)
        + " 0 is the plain network; beyond the trained range results are extrapolated.",
        "",
        "## Sources and licences",
        "",
        f"Weights: {_licence(weights)}.",
        "",
        *_list("Painted after", manifest.licences.style_images),
        *_list("Trained on", manifest.licences.training_data),
        "## Measured",
        "",
    ]
    for holds, title in ((True, "Kept promises"), (False, "Promises that are NOT kept")):
        texts = [claim.text for claim in claims if claim.holds is holds]
        if texts:
            parts += [f"{title}:", "", *(f"- {_plain(text)}" for text in texts), ""]
    for table in manifest.measurements:
        parts += _measurement(table)
    for comparison in manifest.comparisons:
        parts += _comparison(comparison)
    made_by = ", ".join(map(_plain, manifest.authors))
    minutes = manifest.training.duration_s / 60
    parts += [
        f"Made by {made_by}, {manifest.created[:10]}, in {minutes:.0f} minutes of training. "
        "`pack.json` has the settings, and the hashes of all files.",
        "",
    ]
    return "\n".join(parts)


def _front_matter(weights: Licence, pipeline: str, tag: str) -> list[str]:
    licence = "other"
    if weights.spdx and re.fullmatch(r"[A-Za-z0-9.+-]+", weights.spdx):
        licence = HUB_LICENCES.get(weights.spdx.lower(), weights.spdx.lower())
    return [
        f"license: {licence}",
        f"pipeline_tag: {pipeline}",
        "library_name: dynamic-style",
        "tags:",
        *(f"- {name}" for name in ("dynamic-style", tag, "krita", "gimp")),
    ]


def _preview(manifest: Manifest) -> str:
    return manifest.picture_file("preview")


def _dial_row(dial: DialSpec) -> tuple[str, ...]:
    return (
        f"`{dial.id}`: {_plain(dial.title)}",
        _plain(dial.label_low),
        _plain(dial.label_high),
        "{:g} to {:g}".format(*dial.trained_range),
        "{:g} to {:g}".format(*dial.safe_range),
        f"{dial.default:g}",
    )


def _list(title: str, licences: Sequence[Licence]) -> list[str]:
    if not licences:
        return []
    return [f"{title}:", "", *(f"- {_licence(licence)}" for licence in licences), ""]


def _licence(licence: Licence) -> str:
    first = licence.spdx or licence.note or "licence not stated"
    rest = [licence.note] if licence.spdx else []
    parts = [_plain(part) for part in (first, *rest, licence.author) if part]
    return "; ".join([*parts, *([_linked(licence.source)] if licence.source else [])])


def _linked(source: str) -> str:
    """An address as a link: with its markup escaped it would lead elsewhere."""
    return f"<{source}>" if _ADDRESS.fullmatch(source) else _plain(source)


def _measurement(table: Measurement) -> list[str]:
    rows = ([f"{value:.4g}" for value in row] for row in table.rows)
    return [
        f"`{table.dial}`, over {table.n} pictures ({_plain(table.dataset)}):",
        "",
        *_table(table.columns, rows),
        "",
    ]


def _comparison(table: Comparison) -> list[str]:
    rows = ([row.method, *(f"{value:.4g}" for value in row.values)] for row in table.rows)
    return [
        f"Beside other ways, over {table.n} pictures ({_plain(table.dataset)}):",
        "",
        *_table(("", *table.columns), ([_plain(row[0]), *row[1:]] for row in rows)),
        "",
    ]


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        "| " + " | ".join(columns) + " |",
        "| " + " | ".join("---" for _ in columns) + " |",
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def _plain(text: str) -> str:
    """A text of a manifest, in one line, with nothing in it taken for Markdown or HTML."""
    line = _MARKUP.sub(r"\\\1", " ".join(text.split()))
    return _AT_START.sub(r"\1\\\2", line)
