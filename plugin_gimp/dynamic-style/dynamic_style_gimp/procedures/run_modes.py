"""What Stylize…, Inpaint Selection… and Generate Picture… do in each of GIMP's run modes.

INTERACTIVE asks in a dialog, which does the work while it is open. NONINTERACTIVE takes what the
script says, WITH_LAST_VALS (Filters ▸ Repeat) what the dialog was told the last time. Modules that
need a display are imported by INTERACTIVE alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from gi.repository import Gimp

from ..backend import connect, show_progress
from ..layers.layer_task import FILL_HOLES, GENERATE_OVER_LAYERS, STYLIZE_LAYERS, LayerTask
from ..layers.parasite import recipe_of, source_layer
from ..layers.reading import Source, check_painted, source_of, sources_of
from ..layers.run_settings import Settings
from ..pack_scan import let_gimp_ask_again
from ..plugin.recipe import Recipe
from ..plugin.translations import tr
from ..protocol.errors import DynamicStyleError, MaskError, PackNotFoundError, UsageError
from . import return_values
from .arguments import Arguments, last_settings, read_arguments, remember, settings_of
from .blocking_run import check_named, find_pack, run

PLUGIN_FILE = Path(__file__).resolve().parents[2] / "dynamic-style.py"

RunFunction = Callable[..., Gimp.ValueArray]


def run_function(work: LayerTask) -> RunFunction:
    """What GIMP calls for the procedure of this task."""

    def called(
        procedure: Gimp.ImageProcedure,
        run_mode: Gimp.RunMode,
        image: Gimp.Image,
        drawables: Sequence[Gimp.Drawable],
        config: Gimp.ProcedureConfig,
        _data: object,
    ) -> Gimp.ValueArray:
        def do() -> Gimp.ValueArray:
            if run_mode == Gimp.RunMode.INTERACTIVE:
                return _by_dialog(procedure, image, drawables, config, work)
            arguments = read_arguments(config, work.task)
            takes_original = work.takes_original or arguments.options.target == "replace"
            sources = sources_of(image, drawables)
            if takes_original:
                sources = _originals(sources, work)
            _check_readable(sources, work)
            return return_values.succeeded(procedure, _paint(sources, arguments, work))

        return answered(procedure, run_mode, do)

    return called


stylize = run_function(STYLIZE_LAYERS)
inpaint = run_function(FILL_HOLES)
generate = run_function(GENERATE_OVER_LAYERS)


def answered(
    procedure: Gimp.Procedure, run_mode: Gimp.RunMode, do: Callable[[], Gimp.ValueArray]
) -> Gimp.ValueArray:
    """What it returns, or the status and text of whatever it raises."""
    let_gimp_ask_again(PLUGIN_FILE)
    try:
        return do()
    except (UsageError, PackNotFoundError, MaskError) as error:
        # a script has called wrongly; who works with the mouse has not called anything
        if run_mode == Gimp.RunMode.NONINTERACTIVE:
            return return_values.miscalled(procedure, error)
        return return_values.failed(procedure, error)
    except DynamicStyleError as error:
        return return_values.failed(procedure, error)
    except Exception as error:  # the seam to GIMP, which would show nothing at all
        return return_values.broke(procedure, error)


def _by_dialog(
    procedure: Gimp.ImageProcedure,
    image: Gimp.Image,
    drawables: Sequence[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
    work: LayerTask,
) -> Gimp.ValueArray:
    sources = _originals(sources_of(image, drawables), work)
    _check_readable(sources, work)  # said at once, not in a dialog
    start = _start(sources[0], read_arguments(config, work.task), work)
    for source in sources:
        work.subject_of(source, 0)  # nothing to fill is said at once as well
    Gimp.progress_init(tr("Dynamic Style: opening the dialog"))  # which ends it

    from ..dialog.run import run_dialog

    painted = run_dialog(sources, start, work=work)
    if painted is None:
        return return_values.cancelled(procedure)
    layers = work.place(painted.subjects, painted.results, painted.settings)
    remember(painted.settings, config, work.task)
    return return_values.succeeded(procedure, layers)


def _paint(sources: Sequence[Source], arguments: Arguments, work: LayerTask) -> list[Gimp.Layer]:
    """Let the backend do what the arguments say, and lay that into the image."""
    options = arguments.options
    work.check_target(sources, options.target, arguments.selection)
    subjects = [work.subject_of(source, options.grow_px) for source in sources]
    check_named(arguments.pack)
    with connect() as client:
        pack = find_pack(client.packs(), arguments.pack, task=work.task)
        settings = [
            settings_of(arguments, work.task, pack, (source.width, source.height))
            for source in sources
        ]
        requests = [
            subject.request(wish.recipe) for subject, wish in zip(subjects, settings, strict=True)
        ]
        results = run(client, requests, show_progress)
    return work.place(subjects, results, settings[0])


def _check_readable(sources: Sequence[Source], work: LayerTask) -> None:
    """Raises UsageError for an empty layer, where the result is made of what the layer shows."""
    if work.task.reads_layer:
        check_painted(sources)


def _originals(sources: Sequence[Source], work: LayerTask) -> tuple[Source, ...]:
    """For a layer that is a result of this task: the layer that it was made from, if that is still
    there, with the result as what is to be replaced; a result that was made of no layer stands for
    itself, wherever it is by now. Any other source as it is.
    """
    return tuple(_original_of(source, work) for source in sources)


def _original_of(source: Source, work: LayerTask) -> Source:
    recipe = recipe_of(source.layer)
    if recipe is None or recipe.task != work.task.id:
        return source
    if not work.task.reads_layer:
        return replace(source, into=source.layer)
    original = source_layer(source.image, recipe)
    if original is None or original.get_id() == source.layer.get_id():
        return source
    return replace(source_of(source.image, original), into=source.layer)


def _start(source: Source, arguments: Arguments, work: LayerTask) -> Settings | None:
    """What the dialog begins with: how the chosen layer was made, else the last use."""
    recipe = _earlier_recipe(source, work)
    if recipe is None:
        return last_settings(arguments, work.task)
    return Settings(recipe, arguments.selection)


def _earlier_recipe(source: Source, work: LayerTask) -> Recipe | None:
    recipe = recipe_of(source.into or source.layer)
    if recipe is None or recipe.task != work.task.id:
        return None
    if source.into is not None:
        return replace(recipe, target="replace")
    return replace(recipe, target="new_layer" if recipe.target == "replace" else recipe.target)
