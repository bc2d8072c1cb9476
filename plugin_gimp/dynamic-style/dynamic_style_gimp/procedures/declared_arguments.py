"""Arguments that several procedures have, as GIMP registers them; arguments.py reads them.

A pack's id comes twice: `pack` is a choice of what was installed when GIMP registered the
procedure, `pack-id` any text, for packs that are newer than that. All other words are texts, not
choices: in place of a word that is none of its choices GIMP passes the default, and nobody knows.
"""

from __future__ import annotations

from typing import Any

from gi.repository import Gimp, GObject

from ..pack_scan import known_packs
from ..plugin.tasks.task import Task
from ..plugin.translations import tr
from .arguments import ALPHA_SLIP, INT_SLIP, NO_PACK, TARGETS

READWRITE = GObject.ParamFlags.READWRITE


def add_pack(procedure: Gimp.Procedure, task: Task) -> None:
    none = tr("None was chosen; the call fails unless pack-id names one")
    choice: Any = Gimp.Choice.new()
    choice.add(NO_PACK, 0, tr("None"), none)
    for index, pack in enumerate(known_packs(task.id), start=1):
        choice.add(pack.id, index, pack.title, pack.summary)
    about = tr("The pack, of those that were installed when GIMP started")
    procedure.add_choice_argument("pack", tr("_Pack"), about, choice, NO_PACK, READWRITE)
    procedure.add_string_argument(
        "pack-id",
        tr("Pack _id"),
        tr("The id of any installed pack; if it is not empty, it counts instead of pack"),
        "",
        READWRITE,
    )


def add_alpha(procedure: Gimp.Procedure, *, default: float) -> None:
    procedure.add_double_argument(
        "alpha",
        tr("_Alpha"),
        tr(
            "How far the pack's first dial is turned: 0 is its one end and the plain net, 1 the "
            "other, what the dial was trained for. The other dials stand at the pack's defaults. "
            "From -100 to 100; not used if dials is not empty"
        ),
        -ALPHA_SLIP,
        ALPHA_SLIP,
        default,
        READWRITE,
    )
    procedure.add_string_argument(
        "dials",
        tr("_Dials"),
        tr(
            "Dials by name: strength=0.6,wave=0.4, or a dial's blocks one by one: "
            "strength=0.2/0.6/1. Dials that are not named stand at the pack's defaults"
        ),
        "",
        READWRITE,
    )


def add_selection(procedure: Gimp.Procedure) -> None:
    add_word(
        procedure,
        "selection",
        tr("Sele_ction"),
        tr(
            "Where the result shows, if something is selected: 'soft', with its feathered edges, "
            "'hard', whole where half or more is selected, or 'ignore', the whole layer"
        ),
        "soft",
    )


def add_scale(procedure: Gimp.Procedure) -> None:
    procedure.add_string_argument(
        "scale",
        tr("S_cale"),
        tr(
            "The size the net works at, and so how coarse strokes are: pixels of the longer side "
            "(1024), a part of the layer's size (50%) or full; empty: the pack's own size"
        ),
        "",
        READWRITE,
    )


def add_preserve_color(procedure: Gimp.Procedure) -> None:
    procedure.add_boolean_argument(
        "preserve-color",
        tr("Preser_ve colours"),
        tr("Keep the layer's hues: the lightness of the result, the chroma of the layer"),
        False,
        READWRITE,
    )


def add_target(procedure: Gimp.Procedure) -> None:
    add_word(
        procedure,
        "target",
        tr("_Result"),
        tr(
            "Where the result goes: 'new-layer', above the layer it was made from, 'in-place', "
            "into the layer itself, or 'replace', made anew into a layer that is a result already"
        ),
        next(iter(TARGETS)),
    )


def add_word(procedure: Gimp.Procedure, name: str, label: str, blurb: str, default: str) -> None:
    procedure.add_string_argument(name, label, blurb, default, READWRITE)


def add_count(procedure: Gimp.Procedure, name: str, label: str, blurb: str) -> None:
    """A whole number from 0 up."""
    procedure.add_int_argument(name, label, blurb, -INT_SLIP, INT_SLIP, 0, READWRITE)


def add_layer(procedure: Gimp.Procedure) -> None:
    procedure.add_layer_return_value(
        "layer", tr("Layer"), tr("The layer that holds the first result"), True, READWRITE
    )
