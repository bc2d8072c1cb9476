"""Stylize Layers as Frames…: the layers of an animation, while dials move from frame to frame.

Cancel in GIMP's own progress bar kills a plug-in; nothing is laid into the image before all frames
are there, so that it leaves the image as it was. The dialog can also stop and keep what is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from gi.repository import Gimp

from ..backend import connect
from ..layers.frame_layers import WhichLayers, chosen_frames, frames_of
from ..layers.frame_wishes import FrameJob, FrameWishes, earlier_wishes, frame_jobs
from ..layers.placing_frames import FrameResults, place_frames
from ..plugin.frames.frame_pace import FramePace
from ..plugin.tasks.stylize_task import STYLIZE
from ..plugin.translations import tr
from ..protocol.animation.alpha_keys import EASES
from ..protocol.errors import DynamicStyleError
from ..protocol.messages import Stage
from ..protocol.process.client import Client
from . import return_values
from .arguments import NO_PACK, one_of, text_of
from .blocking_run import check_named, find_pack, run
from .run_modes import answered


def stylize_frames(
    procedure: Gimp.ImageProcedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: Sequence[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
    _data: object,
) -> Gimp.ValueArray:
    """The procedure's run function."""

    def do() -> Gimp.ValueArray:
        wishes = read_wishes(config)
        if run_mode == Gimp.RunMode.INTERACTIVE:
            return _by_dialog(procedure, image, drawables, config, wishes)
        frames = chosen_frames(image, drawables, wishes.layers)
        check_named(wishes.pack)
        results = FrameResults()
        try:
            with connect() as client:
                pack = find_pack(client.packs(), wishes.pack, task=STYLIZE)
                jobs = frame_jobs(frames, wishes, pack)
                failed = _make(client, jobs, results)
            if failed is not None:
                return return_values.failed(procedure, failed[1], where=failed[0].frame.name)
            return return_values.counted(procedure, place_frames(jobs, results))
        finally:
            results.close()

    return answered(procedure, run_mode, do)


def read_wishes(config: Any) -> FrameWishes:
    """config: a Gimp.ProcedureConfig. Raises UsageError."""
    pack = text_of(config, "pack-id") or config.get_property("pack")
    return FrameWishes(
        pack="" if pack == NO_PACK else str(pack),
        alpha=text_of(config, "alpha"),
        ease=one_of(EASES, config, "ease"),
        layers=one_of(get_args(WhichLayers), config, "layers"),
        scale=text_of(config, "scale"),
        preserve_color=config.get_property("preserve-color"),
    )


def remember_wishes(wishes: FrameWishes, config: Any) -> None:
    """Write what a dialog was told into the config, which GIMP keeps for Filters ▸ Repeat."""
    config.set_property("pack-id", wishes.pack)
    config.set_property("alpha", wishes.alpha)
    config.set_property("ease", wishes.ease)
    config.set_property("layers", wishes.layers)
    config.set_property("scale", wishes.scale)
    config.set_property("preserve-color", wishes.preserve_color)


def _make(
    client: Client, jobs: Sequence[FrameJob], results: FrameResults
) -> tuple[FrameJob, DynamicStyleError] | None:
    """All results; else the frame that has none, and why."""
    pace = FramePace(len(jobs))

    def report(fraction: float, _stage: Stage) -> None:
        Gimp.progress_set_text(tr("Dynamic Style: {text}").format(text=pace.text(fraction)))
        Gimp.progress_update(pace.fraction(fraction))

    for job in jobs:
        try:
            request = job.frame.source.request(job.recipe)
            (result,) = run(client, [request], report)
            results.add(bytes(result.pixels.data))
        except DynamicStyleError as error:
            return job, error
        pace.mark()
    return None


def _by_dialog(
    procedure: Gimp.ImageProcedure,
    image: Gimp.Image,
    drawables: Sequence[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
    wishes: FrameWishes,
) -> Gimp.ValueArray:
    frames = frames_of(image, None)  # what is no frame is said at once, not in a dialog
    chosen = {drawable.get_id() for drawable in drawables}
    layers = [frame.source.layer for frame in frames]
    layers.sort(key=lambda layer: layer.get_id() not in chosen)  # those that are selected first
    Gimp.progress_init(tr("Dynamic Style: opening the dialog"))

    from ..dialog.frames.frames_dialog import run_frames_dialog

    made = run_frames_dialog(image, drawables, earlier_wishes(layers, wishes))
    if made is None:
        return return_values.cancelled(procedure)
    try:
        count = place_frames(made.jobs, made.results)
    finally:
        made.results.close()
    remember_wishes(made.wishes, config)
    return return_values.counted(procedure, count)
