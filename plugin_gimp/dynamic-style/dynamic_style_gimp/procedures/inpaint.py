"""What Inpaint Selection… does in each of GIMP's run modes; see run_modes.py."""

from __future__ import annotations

from collections.abc import Sequence

from gi.repository import Gimp

from ..backend import connect, show_progress
from ..layers.hole import Hole, hole_of
from ..layers.placing_fills import check_fill_target, place_fills
from ..layers.reading import Source, check_painted, sources_of
from ..layers.run_settings import Settings
from ..plugin.pack_list import COMPLETION
from ..plugin.translations import tr
from ..protocol.messages import Result
from . import return_values
from .blocking_run import check_named, find_pack, run
from .inpaint_arguments import (
    InpaintArguments,
    inpaint_settings,
    last_inpaint_settings,
    read_inpaint_arguments,
    remember_inpaint,
)
from .stylize import answered, earlier_recipe, original_of


def inpaint(
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
            return _inpaint_by_dialog(procedure, image, drawables, config)
        settings, holes, results = _fill(_sources(image, drawables), read_inpaint_arguments(config))
        return return_values.succeeded(procedure, place_fills(holes, results, settings))

    return answered(procedure, run_mode, work)


def _inpaint_by_dialog(
    procedure: Gimp.ImageProcedure,
    image: Gimp.Image,
    drawables: Sequence[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
) -> Gimp.ValueArray:
    sources = _sources(image, drawables)
    start = _start(sources[0], read_inpaint_arguments(config))
    for source in sources:  # nothing to fill is said at once, not in a dialog
        hole_of(source, grow_px=0)
    Gimp.progress_init(tr("Dynamic Style: opening the dialog"))  # which ends it

    from ..dialog.run import run_dialog

    painted = run_dialog(sources, start, task=COMPLETION)
    if painted is None:
        return return_values.cancelled(procedure)
    layers = place_fills(painted.holes, painted.results, painted.settings)
    remember_inpaint(painted.settings, config)
    return return_values.succeeded(procedure, layers)


def _sources(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> list[Source]:
    """What was selected. In place of an earlier fill, which has nothing around it to fill from: the
    layer that it was made for. Raises UsageError for an empty layer.
    """
    sources = [original_of(source, task=COMPLETION) for source in sources_of(image, drawables)]
    check_painted(sources)
    return sources


def _start(source: Source, arguments: InpaintArguments) -> Settings | None:
    """What the dialog begins with: how the chosen layer was made, else the last use."""
    recipe = earlier_recipe(source, task=COMPLETION)
    return last_inpaint_settings(arguments) if recipe is None else Settings(recipe)


def _fill(
    sources: Sequence[Source], arguments: InpaintArguments
) -> tuple[Settings, list[Hole], tuple[Result, ...]]:
    """Let the backend do what the arguments say; the image is untouched."""
    check_fill_target(sources, arguments.target)
    holes = [hole_of(source, grow_px=arguments.grow_px) for source in sources]
    check_named(arguments.pack)
    with connect() as client:
        pack = find_pack(client.packs(), arguments.pack, task=COMPLETION)
        settings = inpaint_settings(arguments, pack)
        requests = [hole.request(settings.recipe) for hole in holes]
        return settings, holes, run(client, requests, show_progress)
