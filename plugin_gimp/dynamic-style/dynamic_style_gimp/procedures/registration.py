"""The six procedures as GIMP registers them: names, menus, documentation, and arguments that one of
them alone has; those of several are in declared_arguments.py.
"""

from __future__ import annotations

from collections.abc import Callable

from gi.repository import Gimp

from ..layers.run_settings import MOST_SEED
from ..plugin.tasks import completion_task, generation_task, stylize_task
from ..plugin.translations import tr
from ..protocol.animation.alpha_keys import EASES
from ..protocol.limits import MAX_FEATHER_PX, MAX_GROW_PX
from .arguments import INT_SLIP
from .declared_arguments import (
    READWRITE,
    add_alpha,
    add_count,
    add_layer,
    add_pack,
    add_preserve_color,
    add_scale,
    add_selection,
    add_target,
    add_word,
)

STYLIZE = "plug-in-dynamic-style-stylize"
FRAMES = "plug-in-dynamic-style-frames"
INPAINT = "plug-in-dynamic-style-inpaint"
GENERATE = "plug-in-dynamic-style-generate"
NEW_STYLE = "plug-in-dynamic-style-new-style"
INSTALL_PACK = "plug-in-dynamic-style-install-pack"

# GIMP sorts the entries of plug-ins by path and label; the name of a section, in brackets, is
# part of that path and is not shown.
MENU = "<Image>/Filters/Dynamic Style/[{place}]"
INPAINT_ALPHA = 0.5  # between sharp and smooth
GENERATE_ALPHA = 0.0  # the picture as the seed gives it

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
    add_pack(procedure, stylize_task.STYLIZE)
    add_alpha(procedure, default=1.0)
    add_word(
        procedure,
        "alpha-source",
        tr("Alpha _map"),
        tr(
            "What alpha is multiplied by, pixel by pixel: 'none', the same alpha everywhere, or "
            "'selection', alpha 0 where nothing is selected"
        ),
        "none",
    )
    add_selection(procedure)
    add_scale(procedure)
    add_target(procedure)
    add_preserve_color(procedure)
    add_layer(procedure)
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
    add_pack(procedure, stylize_task.STYLIZE)
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
        add_word(procedure, name, about, what, default)
    add_scale(procedure)
    add_preserve_color(procedure)
    procedure.add_int_return_value(
        "frames",
        tr("Frames"),
        tr("How many layers were changed"),
        *(0, INT_SLIP, 0),
        READWRITE,
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
    add_pack(procedure, completion_task.COMPLETION)
    add_alpha(procedure, default=INPAINT_ALPHA)
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
        add_count(procedure, name, label, blurb.format(most=most))
    add_target(procedure)
    add_layer(procedure)
    return procedure


def generate_procedure(plugin: Gimp.PlugIn, run: Run) -> Gimp.Procedure:
    procedure = _image_procedure(plugin, GENERATE, run, place=4, label=tr("_Generate Picture..."))
    procedure.set_documentation(
        generation_task.GENERATION.words().tip,
        tr(
            "Has the Dynamic Style backend on this computer, which is started if need be, make a "
            "picture, and lays it over the selected layer as a new one, in one undo step: in the "
            "middle, as large as there is room for, transparent around it, and where something is "
            "selected only there. The same variant gives the same picture every time. Works "
            "without a display. Returns the picture's layer. A pack must be named, by pack or by "
            "pack-id."
        ),
        GENERATE,
    )
    add_pack(procedure, generation_task.GENERATION)
    add_alpha(procedure, default=GENERATE_ALPHA)
    about = tr("Which picture, 0 to {most}; each number gives another one").format(most=MOST_SEED)
    add_count(procedure, "seed", tr("_Variant"), about)
    add_selection(procedure)
    add_word(
        procedure,
        "target",
        tr("_Result"),
        tr(
            "Where the picture goes: 'new-layer', above the layer, or 'replace', made anew into a "
            "layer that is such a picture already"
        ),
        "new-layer",
    )
    add_layer(procedure)
    return procedure


def new_style_procedure(plugin: Gimp.PlugIn, run: Run) -> Gimp.Procedure:
    label = tr("_New Style from Layer...")
    procedure = _image_procedure(plugin, NEW_STYLE, run, place=5, label=label)
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
    add_word(procedure, "title", tr("_Title"), tr("The style's title; must be given"), "")
    procedure.add_file_argument(
        "photos",
        tr("_Photos"),
        tr("A folder of photos of anything, with its subfolders; 10 at least, some hundred best"),
        Gimp.FileChooserAction.SELECT_FOLDER,
        True,
        None,
        READWRITE,
    )
    add_word(
        procedure,
        "quality",
        tr("_Quality"),
        tr("How long to learn: 'draft', 'normal', 'fine', or 'trial', which paints nothing"),
        "normal",
    )
    add_word(
        procedure,
        "dial",
        tr("_Dials"),
        tr("'strength', or 'strength,scale' to have the painting's size as a second dial"),
        "strength",
    )
    procedure.add_boolean_argument(
        "wait", tr("_Wait"), tr("Return once the pack is installed"), False, READWRITE
    )
    for name, label, about in (
        ("run-folder", tr("Folder"), tr("The run's folder, with its progress.json; in a script")),
        ("pack-id", tr("Pack"), tr("The pack's id, if its end was waited for; else empty")),
    ):
        procedure.add_string_return_value(name, label, about, "", READWRITE)
    return procedure


def install_pack_procedure(plugin: Gimp.PlugIn, run: Run) -> Gimp.Procedure:
    procedure = Gimp.Procedure.new(plugin, INSTALL_PACK, Gimp.PDBProcType.PLUGIN, run, None)
    procedure.set_menu_label(tr("Install Style _Pack..."))
    procedure.add_menu_path(MENU.format(place=6))
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
        READWRITE,
    )
    procedure.add_file_argument(
        "file",
        tr("_File"),
        tr("A .dynpack file, or a pack's folder"),
        Gimp.FileChooserAction.ANY,
        True,
        None,
        READWRITE,
    )
    procedure.add_boolean_argument(
        "replace", tr("_Replace"), tr("An installed pack of the same id"), False, READWRITE
    )
    procedure.add_string_return_value("pack-id", tr("Pack"), tr("The pack's id"), "", READWRITE)
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
