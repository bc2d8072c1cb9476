"""The three procedures as GIMP registers them: names, menus, documentation, arguments.

A pack's id comes twice: `pack` is a choice of what was installed when GIMP registered the
procedure, `pack-id` any text, for packs that are newer than that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import Gimp, GObject

from .arguments import ALPHA_SLIP, NO_PACK
from .installed_packs import KnownPack, known_packs
from .panel.texts import tr

STYLIZE = "plug-in-dynamic-style-stylize"
INPAINT = "plug-in-dynamic-style-inpaint"
INSTALL_PACK = "plug-in-dynamic-style-install-pack"

MENU = "<Image>/Filters/Dynamic Style"
STYLE_TASK = "style_transfer"
COMPLETION_TASK = "completion"
LARGEST_PX = 10_000  # to grow or feather a selection by
_READWRITE = GObject.ParamFlags.READWRITE

Run = Callable[..., Gimp.ValueArray]


def stylize_procedure(plugin: Gimp.PlugIn, run: Run) -> Gimp.Procedure:
    procedure = _image_procedure(plugin, STYLIZE, run, label=tr("_Stylize..."))
    procedure.set_documentation(
        tr("Paint the layer in the style of a pack, with dials to turn"),
        tr(
            "Sends the selected layers to the Dynamic Style backend on this computer, which is "
            "started if need be, and lays the results into the image as new layers or in place, "
            "in one undo step. Works without a display. Returns the first result's layer. A pack "
            "must be named, by pack or by pack-id. Mind the spelling of the other choices: GIMP "
            "takes a word that it does not know for the choice's first one, and only warns."
        ),
        STYLIZE,
    )
    _add_pack(procedure, known_packs(STYLE_TASK))
    _add_alpha(procedure)
    _add_choice(
        procedure,
        "alpha-source",
        tr("Alpha _map"),
        tr("What alpha is multiplied by, pixel by pixel"),
        [
            ("none", tr("None"), tr("The same alpha everywhere")),
            ("selection", tr("The selection"), tr("Where nothing is selected, alpha is 0")),
        ],
    )
    _add_selection(procedure)
    procedure.add_string_argument(
        "scale",
        tr("S_cale"),
        tr(
            "The size the net works at, and so how coarse strokes are: pixels of the longer side "
            "(1024), a part of the layer's size (50%) or full; empty: the pack's own size"
        ),
        "",
        _READWRITE,
    )
    _add_target(procedure)
    procedure.add_boolean_argument(
        "preserve-color",
        tr("Preser_ve colours"),
        tr("Keep the layer's hues: the lightness of the result, the chroma of the layer"),
        False,
        _READWRITE,
    )
    _add_layer(procedure)
    return procedure


def inpaint_procedure(plugin: Gimp.PlugIn, run: Run) -> Gimp.Procedure:
    procedure = _image_procedure(plugin, INPAINT, run, label=tr("_Inpaint Selection..."))
    procedure.set_documentation(
        tr("Fill what is selected from its surroundings, from sharp to smooth"),
        tr(
            "Sends the layer and the selection to the Dynamic Style backend on this computer. "
            "Needs a completion pack."
        ),
        INPAINT,
    )
    _add_pack(procedure, known_packs(COMPLETION_TASK))
    _add_alpha(procedure)
    for name, label, blurb in (
        ("grow", tr("_Grow"), tr("Pixels by which the selection is grown before it is filled")),
        ("feather", tr("_Feather"), tr("Pixels over which the filling fades at its edge")),
    ):
        procedure.add_int_argument(name, label, blurb, 0, LARGEST_PX, 0, _READWRITE)
    _add_target(procedure)
    _add_layer(procedure)
    return procedure


def install_pack_procedure(plugin: Gimp.PlugIn, run: Run) -> Gimp.Procedure:
    procedure = Gimp.Procedure.new(plugin, INSTALL_PACK, Gimp.PDBProcType.PLUGIN, run, None)
    procedure.set_menu_label(tr("Install Style _Pack..."))
    procedure.add_menu_path(MENU)
    procedure.set_documentation(
        tr("Install a style pack from a file"),
        tr(
            "Copies a pack, a .dynpack file or a pack's folder, to the packs of this user. Every "
            "byte is checked; nothing in a pack is ever executed."
        ),
        INSTALL_PACK,
    )
    _attribute(procedure)
    procedure.add_enum_argument(
        "run-mode",
        tr("Run mode"),
        tr("The run mode"),
        Gimp.RunMode,
        Gimp.RunMode.INTERACTIVE,
        _READWRITE,
    )
    procedure.add_file_argument(
        "file",
        tr("_File"),
        tr("A .dynpack file, or a pack's folder"),
        Gimp.FileChooserAction.ANY,
        True,
        None,
        _READWRITE,
    )
    procedure.add_boolean_argument(
        "replace", tr("_Replace"), tr("An installed pack of the same id"), False, _READWRITE
    )
    procedure.add_string_return_value("pack-id", tr("Pack"), tr("The pack's id"), "", _READWRITE)
    return procedure


def _image_procedure(
    plugin: Gimp.PlugIn, name: str, run: Run, *, label: str
) -> Gimp.ImageProcedure:
    procedure = Gimp.ImageProcedure.new(plugin, name, Gimp.PDBProcType.PLUGIN, run, None)
    # Indexed images are refused with a message; a menu entry that is only grey gives no reason.
    procedure.set_image_types("*")
    mask = Gimp.ProcedureSensitivityMask
    procedure.set_sensitivity_mask(mask.DRAWABLE | mask.DRAWABLES)
    procedure.set_menu_label(label)
    procedure.add_menu_path(MENU)  # after the label, without which it is refused
    _attribute(procedure)
    return procedure


def _attribute(procedure: Gimp.Procedure) -> None:
    procedure.set_attribution("The Dynamic Style authors", "The Dynamic Style authors", "2026")


def _add_pack(procedure: Gimp.Procedure, packs: tuple[KnownPack, ...]) -> None:
    _add_choice(
        procedure,
        "pack",
        tr("_Pack"),
        tr("The pack, of those that were installed when GIMP started"),
        [(NO_PACK, tr("None"), tr("None was chosen; the call fails unless pack-id names one"))]
        + [(pack.id, pack.title, pack.summary) for pack in packs],
    )
    procedure.add_string_argument(
        "pack-id",
        tr("Pack _id"),
        tr("The id of any installed pack; if it is not empty, it counts instead of pack"),
        "",
        _READWRITE,
    )


def _add_alpha(procedure: Gimp.Procedure) -> None:
    procedure.add_double_argument(
        "alpha",
        tr("_Alpha"),
        tr(
            "How far the pack's first dial is turned: 0 is the plain net, 1 what the dial was "
            "trained for. The other dials stand at the pack's defaults. From -100 to 100; not "
            "used if dials is not empty"
        ),
        -ALPHA_SLIP,
        ALPHA_SLIP,
        1.0,
        _READWRITE,
    )
    procedure.add_string_argument(
        "dials",
        tr("_Dials"),
        tr(
            "Dials by name: strength=0.6,wave=0.4, or a dial's blocks one by one: "
            "strength=0.2/0.6/1. Dials that are not named stand at the pack's defaults"
        ),
        "",
        _READWRITE,
    )


def _add_selection(procedure: Gimp.Procedure) -> None:
    _add_choice(
        procedure,
        "selection",
        tr("Sele_ction"),
        tr("Where the result shows, if something is selected"),
        [
            ("soft", tr("As it is"), tr("With its feathered edges")),
            ("hard", tr("Hard"), tr("Whole where half or more is selected, nothing elsewhere")),
            ("ignore", tr("Ignore"), tr("The whole layer")),
        ],
    )


def _add_target(procedure: Gimp.Procedure) -> None:
    _add_choice(
        procedure,
        "target",
        tr("_Result"),
        tr("Where the result goes"),
        [
            ("new-layer", tr("New layer"), tr("Above the layer it was made from")),
            ("in-place", tr("In place"), tr("Into the layer itself")),
            ("replace", tr("Replace"), tr("Made anew into a layer that is a result already")),
        ],
    )


def _add_choice(
    procedure: Gimp.Procedure,
    name: str,
    label: str,
    blurb: str,
    entries: list[tuple[str, str, str]],
) -> None:
    """entries: (word, title, help); the first is the default."""
    choice: Any = Gimp.Choice.new()
    for index, (word, title, help_) in enumerate(entries):
        choice.add(word, index, title, help_)
    procedure.add_choice_argument(name, label, blurb, choice, entries[0][0], _READWRITE)


def _add_layer(procedure: Gimp.Procedure) -> None:
    procedure.add_layer_return_value(
        "layer", tr("Layer"), tr("The layer that holds the first result"), True, _READWRITE
    )
