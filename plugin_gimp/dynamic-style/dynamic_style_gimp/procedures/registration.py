"""The five procedures as GIMP registers them: names, menus, documentation, arguments.

A pack's id comes twice: `pack` is a choice of what was installed when GIMP registered the
procedure, `pack-id` any text, for packs that are newer than that. All other words are texts, not
choices: in place of a word that is none of its choices GIMP passes the default, and nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import Gimp, GObject

from ..layers.run_settings import MOST_SEED
from ..pack_scan import KnownPack, known_packs
from ..plugin.tasks import completion_task, stylize_task
from ..plugin.translations import tr
from ..protocol.animation.alpha_keys import EASES
from ..protocol.limits import MAX_FEATHER_PX, MAX_GROW_PX
from .arguments import ALPHA_SLIP, INT_SLIP, NO_PACK, TARGETS

STYLIZE = "plug-in-dynamic-style-stylize"
FRAMES = "plug-in-dynamic-style-frames"
INPAINT = "plug-in-dynamic-style-inpaint"
NEW_STYLE = "plug-in-dynamic-style-new-style"
INSTALL_PACK = "plug-in-dynamic-style-install-pack"

# GIMP sorts the entries of plug-ins by path and label; the name of a section, in brackets, is
# part of that path and is not shown.
MENU = "<Image>/Filters/Dynamic Style/[{place}]"
INPAINT_ALPHA = 0.5  # between sharp and smooth
_READWRITE = GObject.ParamFlags.READWRITE

Run = Callable[..., Gimp.ValueArray]


def stylize_procedure(plugin: Gimp.PlugIn, run: Run) -> Gimp.Procedure:
    procedure = _image_procedure(plugin, STYLIZE, run, place=1, label=tr("_Stylize..."))
    procedure.set_documentation(
        tr("Paint the layer in the style of a pack, with dials to turn"),
        tr(
            "Sends the selected layers to the Dynamic Style backend on this computer, which is "
            "started if need be, and lays the results into the image as new layers or in place, "
            "in one undo step. Works without a display. Returns the first result's layer. A pack "
            "must be named, by pack or by pack-id."
        ),
        STYLIZE,
    )
    _add_pack(procedure, known_packs(stylize_task.STYLIZE.id))
    _add_alpha(procedure, default=1.0)
    _add_word(
        procedure,
        "alpha-source",
        tr("Alpha _map"),
        tr(
            "What alpha is multiplied by, pixel by pixel: 'none', the same alpha everywhere, or "
            "'selection', alpha 0 where nothing is selected"
        ),
        "none",
    )
    _add_selection(procedure)
    _add_scale(procedure)
    _add_target(procedure)
    _add_preserve_color(procedure)
    _add_layer(procedure)
    return procedure


def frames_procedure(plugin: Gimp.PlugIn, run: Run) -> Gimp.Procedure:
    label = tr("Stylize Layers as _Frames...")
    procedure = _image_procedure(plugin, FRAMES, run, place=2, label=label)
    procedure.set_documentation(
        tr("Paint the layers of an animation, with dials that move from frame to frame"),
        tr(
            "Each layer of the image is a frame, the lowest is frame 0; layers keep their names "
            "and places, and their pixels become the results, in one undo step, where something "
            "is selected only there. Empty layers stay as they are. Nothing is changed before all "
            "frames are there; if one fails, nothing is, and the error names it. Frames of "
            "optimized animations show only what changes: unoptimize those first (Filters > "
            "Animation). Works without a display. Returns how many layers were changed. A pack "
            "must be named, by pack or by pack-id."
        ),
        FRAMES,
    )
    _add_pack(procedure, known_packs(stylize_task.STYLIZE.id))
    for name, about, what, default in (
        (
            "alpha",
            tr("_Alpha"),
            tr(
                "How far dials are turned, and when: 0=0.1,24=0.9 moves the pack's first dial from "
                "0.1 at frame 0 to 0.9 at frame 24, 0.6 leaves it there; with names "
                "strength=0=0.1,24=0.9,wave=0.3. Dials that are not named stand at the pack's "
                "defaults"
            ),
            "",
        ),
        (
            "ease",
            tr("_Between keys"),
            tr("How a dial gets from one frame that is named to the next: {words}").format(
                words=", ".join(f"'{ease}'" for ease in EASES)
            ),
            EASES[0],
        ),
        (
            "layers",
            tr("_Layers"),
            tr("'all', or 'selected': frames keep their numbers, whichever are chosen"),
            "all",
        ),
    ):
        _add_word(procedure, name, about, what, default)
    _add_scale(procedure)
    _add_preserve_color(procedure)
    procedure.add_int_return_value(
        "frames",
        tr("Frames"),
        tr("How many layers were changed"),
        *(0, INT_SLIP, 0),
        _READWRITE,
    )
    return procedure


def inpaint_procedure(plugin: Gimp.PlugIn, run: Run) -> Gimp.Procedure:
    procedure = _image_procedure(plugin, INPAINT, run, place=3, label=tr("_Inpaint Selection..."))
    procedure.set_documentation(
        tr("Fill what is selected from its surroundings, from sharp to smooth"),
        tr(
            "Sends what is selected of the layer, with what is around it, to the Dynamic Style "
            "backend on this computer, which is started if need be, and lays the fill into the "
            "image in one undo step: as a new layer of the hole's size, or in place. The selection "
            "stays as it is; nothing outside of what is selected and grown changes. Works without "
            "a display. Returns the first fill's layer. A pack must be named, by pack or by "
            "pack-id."
        ),
        INPAINT,
    )
    _add_pack(procedure, known_packs(completion_task.COMPLETION.id))
    _add_alpha(procedure, default=INPAINT_ALPHA)
    for name, label, blurb, most in (
        (
            "grow",
            tr("_Grow"),
            tr("How far the hole reaches beyond the selection, 0 to {most} pixels"),
            MAX_GROW_PX,
        ),
        (
            "feather",
            tr("_Feather"),
            tr("Over how many pixels the fill is blended in, inwards from its edge, 0 to {most}"),
            MAX_FEATHER_PX,
        ),
        (
            "seed",
            tr("_Variant"),
            tr("Which of the fills that are possible, 0 to {most}"),
            MOST_SEED,
        ),
    ):
        about = blurb.format(most=most)
        procedure.add_int_argument(name, label, about, -INT_SLIP, INT_SLIP, 0, _READWRITE)
    _add_target(procedure)
    _add_layer(procedure)
    return procedure


def new_style_procedure(plugin: Gimp.PlugIn, run: Run) -> Gimp.Procedure:
    label = tr("_New Style from Layer...")
    procedure = _image_procedure(plugin, NEW_STYLE, run, place=4, label=label)
    procedure.set_documentation(
        tr("Make a style pack of the layer, a painting, and a folder of photos"),
        tr(
            "Starts a training in the background, which goes on when GIMP is closed, and installs "
            "the pack when it is done. Called by a script it returns once the training has begun, "
            "or with wait once the pack is installed. The same title cannot be made twice at a "
            "time; the dialog shows what is being made, and goes on with what was stopped."
        ),
        NEW_STYLE,
    )
    _add_word(procedure, "title", tr("_Title"), tr("The style's title; must be given"), "")
    procedure.add_file_argument(
        "photos",
        tr("_Photos"),
        tr("A folder of photos of anything, with its subfolders; 10 at least, some hundred best"),
        Gimp.FileChooserAction.SELECT_FOLDER,
        True,
        None,
        _READWRITE,
    )
    _add_word(
        procedure,
        "quality",
        tr("_Quality"),
        tr("How long to learn: 'draft', 'normal', 'fine', or 'trial', which paints nothing"),
        "normal",
    )
    _add_word(
        procedure,
        "dial",
        tr("_Dials"),
        tr("'strength', or 'strength,scale' to have the painting's size as a second dial"),
        "strength",
    )
    procedure.add_boolean_argument(
        "wait", tr("_Wait"), tr("Return once the pack is installed"), False, _READWRITE
    )
    for name, label, about in (
        ("run-folder", tr("Folder"), tr("The run's folder, with its progress.json; in a script")),
        ("pack-id", tr("Pack"), tr("The pack's id, if its end was waited for; else empty")),
    ):
        procedure.add_string_return_value(name, label, about, "", _READWRITE)
    return procedure


def install_pack_procedure(plugin: Gimp.PlugIn, run: Run) -> Gimp.Procedure:
    procedure = Gimp.Procedure.new(plugin, INSTALL_PACK, Gimp.PDBProcType.PLUGIN, run, None)
    procedure.set_menu_label(tr("Install Style _Pack..."))
    procedure.add_menu_path(MENU.format(place=5))
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
    plugin: Gimp.PlugIn, name: str, run: Run, *, place: int, label: str
) -> Gimp.ImageProcedure:
    procedure = Gimp.ImageProcedure.new(plugin, name, Gimp.PDBProcType.PLUGIN, run, None)
    # Indexed images are refused with a message; a menu entry that is only grey gives no reason.
    procedure.set_image_types("*")
    mask = Gimp.ProcedureSensitivityMask
    procedure.set_sensitivity_mask(mask.DRAWABLE | mask.DRAWABLES)
    procedure.set_menu_label(label)
    # after the label, without which it is refused
    procedure.add_menu_path(MENU.format(place=place))
    _attribute(procedure)
    return procedure


def _attribute(procedure: Gimp.Procedure) -> None:
    procedure.set_attribution("The Dynamic Style authors", "The Dynamic Style authors", "2026")


def _add_pack(procedure: Gimp.Procedure, packs: tuple[KnownPack, ...]) -> None:
    none = tr("None was chosen; the call fails unless pack-id names one")
    choice: Any = Gimp.Choice.new()
    choice.add(NO_PACK, 0, tr("None"), none)
    for index, pack in enumerate(packs, start=1):
        choice.add(pack.id, index, pack.title, pack.summary)
    about = tr("The pack, of those that were installed when GIMP started")
    procedure.add_choice_argument("pack", tr("_Pack"), about, choice, NO_PACK, _READWRITE)
    procedure.add_string_argument(
        "pack-id",
        tr("Pack _id"),
        tr("The id of any installed pack; if it is not empty, it counts instead of pack"),
        "",
        _READWRITE,
    )


def _add_alpha(procedure: Gimp.Procedure, *, default: float) -> None:
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
    _add_word(
        procedure,
        "selection",
        tr("Sele_ction"),
        tr(
            "Where the result shows, if something is selected: 'soft', with its feathered edges, "
            "'hard', whole where half or more is selected, or 'ignore', the whole layer"
        ),
        "soft",
    )


def _add_scale(procedure: Gimp.Procedure) -> None:
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


def _add_preserve_color(procedure: Gimp.Procedure) -> None:
    procedure.add_boolean_argument(
        "preserve-color",
        tr("Preser_ve colours"),
        tr("Keep the layer's hues: the lightness of the result, the chroma of the layer"),
        False,
        _READWRITE,
    )


def _add_target(procedure: Gimp.Procedure) -> None:
    _add_word(
        procedure,
        "target",
        tr("_Result"),
        tr(
            "Where the result goes: 'new-layer', above the layer it was made from, 'in-place', "
            "into the layer itself, or 'replace', made anew into a layer that is a result already"
        ),
        next(iter(TARGETS)),
    )


def _add_word(procedure: Gimp.Procedure, name: str, label: str, blurb: str, default: str) -> None:
    procedure.add_string_argument(name, label, blurb, default, _READWRITE)


def _add_layer(procedure: Gimp.Procedure) -> None:
    procedure.add_layer_return_value(
        "layer", tr("Layer"), tr("The layer that holds the first result"), True, _READWRITE
    )
