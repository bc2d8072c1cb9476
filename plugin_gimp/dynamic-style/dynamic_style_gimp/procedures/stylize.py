"""What Stylize… does in each of GIMP's run modes, and what inpainting.py shares with it.

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
from ..layers.parasite import recipe_of, source_layer
from ..layers.placing import check_target, place
from ..layers.reading import Source, check_painted, source_of, sources_of
from ..layers.run_settings import Settings
from ..pack_scan import let_gimp_ask_again
from ..plugin.pack_list import STYLE_TRANSFER
from ..plugin.recipe import Recipe
from ..plugin.requests import stylize_request
from ..plugin.translations import tr
from ..protocol.errors import DynamicStyleError, MaskError, PackNotFoundError, UsageError
from ..protocol.messages import Result
from . import return_values
from .blocking_run import check_named, find_pack, run
from .stylize_arguments import Arguments, last_settings, read_arguments, remember, settings_of

PLUGIN_FILE = Path(__file__).resolve().parents[2] / "dynamic-style.py"


def stylize(
    procedure: Gimp.ImageProcedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: Sequence[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
    _data: object,
) -> Gimp.ValueArray:
    """The procedure's run function."""

    def work() -> Gimp.ValueArray:
        if run_mode == Gimp.RunMode.INTERACTIVE:
            return _stylize_by_dialog(procedure, image, drawables, config)
        arguments = read_arguments(config)
        sources = list(sources_of(image, drawables))
        if arguments.target == "replace":
            sources = [original_of(source, task=STYLE_TRANSFER) for source in sources]
        check_painted(sources)
        settings, results = _paint(sources, arguments)
        return return_values.succeeded(procedure, place(sources, results, settings))

    return answered(procedure, run_mode, work)


def answered(
    procedure: Gimp.Procedure, run_mode: Gimp.RunMode, work: Callable[[], Gimp.ValueArray]
) -> Gimp.ValueArray:
    """What work returns, or the status and text of whatever it raises."""
    let_gimp_ask_again(PLUGIN_FILE)
    try:
        return work()
    except (UsageError, PackNotFoundError, MaskError) as error:
        # a script has called wrongly; who works with the mouse has not called anything
        if run_mode == Gimp.RunMode.NONINTERACTIVE:
            return return_values.miscalled(procedure, error)
        return return_values.failed(procedure, error)
    except DynamicStyleError as error:
        return return_values.failed(procedure, error)
    except Exception as error:  # the seam to GIMP, which would show nothing at all
        return return_values.broke(procedure, error)


def _stylize_by_dialog(
    procedure: Gimp.ImageProcedure,
    image: Gimp.Image,
    drawables: Sequence[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
) -> Gimp.ValueArray:
    sources = [original_of(source, task=STYLE_TRANSFER) for source in sources_of(image, drawables)]
    check_painted(sources)  # said at once, not in a dialog
    Gimp.progress_init(tr("Dynamic Style: opening the dialog"))  # which ends it

    from ..dialog.run import run_dialog

    painted = run_dialog(sources, _start(sources[0], read_arguments(config)), task=STYLE_TRANSFER)
    if painted is None:
        return return_values.cancelled(procedure)
    layers = place(sources, painted.results, painted.settings)
    remember(painted.settings, config)
    return return_values.succeeded(procedure, layers)


def original_of(source: Source, *, task: str) -> Source:
    """For a layer that is a result of this task: the layer that it was made from, if that is still
    there, with the result as what is to be replaced. Any other source as it is.
    """
    recipe = recipe_of(source.layer)
    if recipe is None or recipe.task != task:
        return source
    original = source_layer(source.image, recipe)
    if original is None or original.get_id() == source.layer.get_id():
        return source
    return replace(source_of(source.image, original), into=source.layer)


def earlier_recipe(source: Source, *, task: str) -> Recipe | None:
    """How the chosen layer was made, if it is a result of this task; what a dialog starts from."""
    recipe = recipe_of(source.into or source.layer)
    if recipe is None or recipe.task != task:
        return None
    if source.into is not None:
        return replace(recipe, target="replace")
    return replace(recipe, target="new_layer" if recipe.target == "replace" else recipe.target)


def _start(source: Source, arguments: Arguments) -> Settings | None:
    """What the dialog begins with: how the chosen layer was made, else the last use."""
    recipe = earlier_recipe(source, task=STYLE_TRANSFER)
    if recipe is None:
        return last_settings(arguments, task=STYLE_TRANSFER)
    return Settings(recipe, arguments.selection)


def _paint(sources: Sequence[Source], arguments: Arguments) -> tuple[Settings, tuple[Result, ...]]:
    """Let the backend do what the arguments say; the image is untouched."""
    check_named(arguments.pack)
    with connect() as client:
        pack = find_pack(client.packs(), arguments.pack)
        settings = [settings_of(arguments, pack, (s.width, s.height)) for s in sources]
        check_target(sources, settings[0])
        requests = [
            stylize_request(wish.recipe, source.pixels(), source.alpha_map(wish.recipe))
            for source, wish in zip(sources, settings, strict=True)
        ]
        return settings[0], run(client, requests, show_progress)
