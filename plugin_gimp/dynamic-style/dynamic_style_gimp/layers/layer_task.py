"""What each task does with layers: reads them, asks for the result, lays it into the image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gi.repository import Gimp

from ..plugin.recipe import Recipe, Target
from ..plugin.tasks.completion_task import COMPLETION
from ..plugin.tasks.generation_task import GENERATION
from ..plugin.tasks.stylize_task import STYLIZE
from ..plugin.tasks.task import Task
from ..protocol.messages import Result, Run
from .ground import ground_of, place_pictures
from .hole import hole_of
from .placing import check_target, place
from .placing_fills import check_fill_target, place_fills
from .reading import Source
from .run_settings import SelectionMode, Settings


class Subject(Protocol):
    """What is sent of a layer: a Source, a Hole or a Ground."""

    def request(self, recipe: Recipe) -> Run:
        """Reads the layer. Raises ImageReadError."""
        ...


@dataclass(frozen=True)
class LayerTask:
    """subject_of: of a source, grown by so many pixels; raises UsageError. check_target: raises a
    UsageError for what place could not do, before anything is computed. place: the layers that hold
    the results, laid into the image in one undo step. takes_original: whether an earlier result has
    nothing of its own to work on, so that its source always stands in for it.
    """

    task: Task
    subject_of: Callable[[Source, int], Subject]
    check_target: Callable[[Sequence[Source], Target, SelectionMode], None]
    place: Callable[[Sequence[Any], Sequence[Result], Settings], list[Gimp.Layer]]
    takes_original: bool


STYLIZE_LAYERS = LayerTask(
    STYLIZE,
    subject_of=lambda source, _grow_px: source,
    check_target=check_target,
    place=place,
    takes_original=False,
)

FILL_HOLES = LayerTask(
    COMPLETION,
    subject_of=lambda source, grow_px: hole_of(source, grow_px=grow_px),
    check_target=lambda sources, target, _selection: check_fill_target(sources, target),
    place=place_fills,
    takes_original=True,
)

GENERATE_OVER_LAYERS = LayerTask(
    GENERATION,
    subject_of=lambda source, _grow_px: ground_of(source),
    check_target=check_target,
    place=place_pictures,
    takes_original=False,
)
