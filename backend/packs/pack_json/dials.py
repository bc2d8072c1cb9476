"""The dials of a pack.json, each read and checked by itself, and then beside the pack's net."""

from __future__ import annotations

from typing import get_args

from ...nets.architectures import LAYOUTS
from ...protocol.dial_spec import DialKind, DialSpec
from ...protocol.errors import PackFormatError
from .forms import read_id, read_one_of
from .manifest import Architecture
from .strict_json import Fields, checked_number, shown
from .translations import LONGEST_DIAL_TITLE, LONGEST_LABEL

MAX_ALPHA = 4.0
OWN_NAMES = frozenset({"pack", "main", "golden", "preview", "thumbnail"})
KINDS: tuple[DialKind, ...] = get_args(DialKind)
KINDS_SINCE = 2  # the format's version

_KEYS = (
    "id", "title", "label_low", "label_high", "taps", "dual", "trained_range", "safe_range",
    "default",
)  # fmt: skip


def read_dial(value: object, where: str, *, version: int) -> DialSpec:
    """One entry of `dials`, in a manifest of that format version. Raises PackFormatError."""
    fields = Fields(value, where, _KEYS, optional=("kind",))
    kind = read_one_of(fields, "kind", KINDS) if fields.has("kind") else "blocks"
    if fields.has("kind") and version < KINDS_SINCE:
        fields.refuse("kind", f"came with format_version {KINDS_SINCE}, and this says {version}")
    dial = DialSpec(
        id=read_id(fields, "id"),
        title=fields.text("title", limit=LONGEST_DIAL_TITLE),
        label_low=fields.text("label_low", limit=LONGEST_LABEL),
        label_high=fields.text("label_high", limit=LONGEST_LABEL),
        taps=fields.texts("taps", most=16, limit=32),
        dual=fields.boolean("dual"),
        trained_range=_range(fields, "trained_range"),
        safe_range=_range(fields, "safe_range"),
        default=fields.number("default", -MAX_ALPHA, MAX_ALPHA),
    )
    if dial.id in OWN_NAMES:
        fields.refuse("id", f"is '{dial.id}', a name that the pack's own files have")
    if kind == "weights" and dial.taps:
        fields.refuse("taps", "is not empty, but a dial of the kind weights has no blocks")
    if kind == "blocks" and not dial.taps:
        fields.refuse("taps", "is empty, so the dial would do nothing")
    low, high = dial.safe_range
    if not low <= dial.default <= high:
        fields.refuse("default", f"is {dial.default:g}, outside its safe_range {low:g} … {high:g}")
    return dial


def check_dial_fits(dial: DialSpec, architecture: Architecture, where: str) -> None:
    """Raises PackFormatError for a dial that there cannot be on such a main net."""
    taps = architecture.taps
    strange = [tap for tap in dial.taps if tap not in taps]
    if strange or sorted(set(dial.taps), key=taps.index) != list(dial.taps):
        raise PackFormatError(
            f"{where}: the taps of dial '{dial.id}' are {shown(', '.join(dial.taps))}; they "
            f"must be among the architecture's {shown(', '.join(taps))}, in that order"
        )
    if dial.kind == "weights" and not LAYOUTS[architecture.name].interpolates:
        raise PackFormatError(
            f"{where}: dial '{dial.id}' is of the kind weights, but between two nets for "
            f"{architecture.name} there need be none, as their norms keep variances; train it "
            "with blocks"
        )


def _range(fields: Fields, key: str) -> tuple[float, float]:
    items = fields.array(key, least=2, most=2)
    low, high = (checked_number(*item, -MAX_ALPHA, MAX_ALPHA) for item in items)
    if low >= high:
        fields.refuse(key, f"runs from {low:g} to {high:g}; the low end comes first")
    return low, high
