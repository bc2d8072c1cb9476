"""What is set for a run over frames: from when to when, and how the dials move meanwhile.

Curves are kept for each dial of each pack while Krita runs. Krita tells Python of no change in the
timeline, so this looks twice a second while somebody watches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ..layers.keyframes import MOST_FRAMES, FrameSource, frame_source
from ..layers.kinds import Document, Node, all_nodes, node_id
from ..layers.open_pictures import active_layer
from ..plugin.frames.curve_points import Points
from ..plugin.frames.dial_curves import curves_text, dial_curves, kept_keys
from ..plugin.frames.frame_plan import Curves, PlannedFrame, plan_frames
from ..plugin.panel_state import PanelState
from ..plugin.recipe import FrameKeys
from ..plugin.translations import tr
from ..protocol.animation.alpha_keys import LINEAR, AlphaKeys
from ..protocol.errors import DynamicStyleError, UsageError
from ..qt import QtCore, Signal
from ..safe_slots import guarded
from .frames_run import FramesJob

LOOK_MS = 500


@dataclass(frozen=True)
class EarlierFrames:
    """A result of frames that is to be made anew, the layer that it was made from, both by their
    ids, and how. Krita would crash on a layer of a picture that has been closed meanwhile.
    """

    result: str
    source: str
    keys: FrameKeys


class Animation(QtCore.QObject):
    """changed: anything of what follows. wanted: the user is to see it.

    span: the first and the last time, at first the picture's playback range. ease: of all curves.
    time: that the picture shows. keys: the times of the layer's keyframes. count: of the frames
    that would be made. problem: why none can be.
    """

    changed = Signal()
    wanted = Signal()

    def __init__(self, state: PanelState, start: Callable[[FramesJob], None]) -> None:
        super().__init__()
        self.span = (0, 0)
        self.ease = LINEAR
        self.time = 0
        self.keys: tuple[int, ...] = ()
        self.count = 0
        self.problem = ""
        self._state = state
        self._start = start
        self._points: dict[tuple[str, str], Points] = {}
        self._document = ""  # whose span that is
        self._is_own = False  # the user has set the span
        self._earlier: EarlierFrames | None = None  # which a new result is laid over
        self._panels: set[int] = set()
        self._plan: tuple[object, tuple[PlannedFrame, ...]] = (None, ())  # of what, and which
        self._timer = QtCore.QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    @property
    def is_offered(self) -> bool:
        """Whether there is a pack, and its task works on frames."""
        return self._state.pack is not None and self._state.task.works_on_frames

    def watch(self, panel: int, is_watching: bool) -> None:
        """panel: a number of its own for each docker."""
        (self._panels.add if is_watching else self._panels.discard)(panel)
        if not self._panels:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
            self.look()

    def close(self) -> None:
        self._panels.clear()
        self._timer.stop()

    def points(self, dial: str) -> Points:
        """Of a dial's curve; none where it stands still."""
        pack = self._state.pack
        return () if pack is None else self._points.get((pack.id, dial), ())

    def set_points(self, dial: str, points: Points) -> None:
        if self._state.pack is not None:
            self._points[(self._state.pack.id, dial)] = points
            self.look()
            self.changed.emit()

    def set_ease(self, ease: str) -> None:
        self.ease = ease
        self.look()
        self.changed.emit()

    def set_span(self, first: int, last: int) -> None:
        """Raise or lower the other end where they cross."""
        self._is_own = True
        before = self.span
        if first > last:
            first, last = (first, first) if last == before[1] else (last, last)
        self.span = (max(0, first), min(last, MOST_FRAMES))
        self.look()
        self.changed.emit()

    def restore(self, earlier: EarlierFrames) -> None:
        """Set all as it was for that result, whose pack is chosen. Raises AlphaError where the
        pack has no such dials any more.
        """
        pack, keys = self._state.pack, earlier.keys
        if pack is None:
            return
        _, curves = dial_curves(pack, keys.alpha, keys.ease)
        self.look()  # follows another picture now, not after
        for dial in pack.dials:
            curve = curves.get(dial.id)
            self._points[(pack.id, dial.id)] = () if curve is None else curve.keys
        self._earlier = earlier
        self.ease = keys.ease
        self.set_span(*(keys.span or self.span))
        self.wanted.emit()

    @property
    def curves(self) -> Curves:
        """Of the dials that move."""
        ids = [dial.spec.id for dial in self._state.dials]
        return {dial: AlphaKeys(self.points(dial), self.ease) for dial in ids if self.points(dial)}

    def apply(self) -> None:
        """Make the frames. Raises UsageError."""
        self.look()
        document, node = active_layer()
        source, frames = self._planned(document, node)
        self._check(source, frames)
        blanks = []
        if frames[0].time > 0:
            blanks.append(0)
        if document is not None and self.span[1] < document.fullClipRangeEndTime():
            blanks.append(self.span[1] + 1)
        keys = kept_keys(curves_text(self.curves), self.ease, self.span)
        # whatever is set for single results: this one is a new layer
        recipe = replace(self._state.recipe(), target="new_layer", frames=keys)
        above = self._earlier_result(document, source.use.node)
        self._start(FramesJob(document, source, recipe, frames, tuple(blanks), above))

    def _earlier_result(self, document: Document | None, source: Node) -> Node | None:
        """The result that is to be made anew, if it is there and this is what it was made from."""
        earlier = self._earlier
        if document is None or earlier is None or earlier.source != node_id(source):
            return None
        return next((n for n in all_nodes(document) if node_id(n) == earlier.result), None)

    @guarded
    def look(self) -> None:
        before = (self.span, self.time, self.keys, self.count, self.problem)
        document, node = active_layer()
        self._follow(document)
        self.keys, self.count, self.problem = (), 0, ""
        if document is not None:
            self.time = document.currentTime()
        try:
            if self.is_offered:
                source, frames = self._planned(document, node)
                self.keys = source.times if source.is_animated else ()
                self.count = len(frames)
                self._check(source, frames)
        except DynamicStyleError as error:
            self.problem = str(error)
        if before != (self.span, self.time, self.keys, self.count, self.problem):
            self.changed.emit()

    def _follow(self, document: Any) -> None:
        """Another picture has another playback range; so has this one, until the user sets one."""
        if document is None:
            return
        key = str(document.rootNode().uniqueId().toString())
        if key != self._document:
            self._document, self._is_own = key, False
        if not self._is_own:
            first, last = document.playBackStartTime(), document.playBackEndTime()
            self.span = (first, min(max(first, last), first + MOST_FRAMES))

    def _planned(self, document: Any, node: Any) -> tuple[FrameSource, tuple[PlannedFrame, ...]]:
        source = frame_source(document, node, self.span[1])
        made_of = (source.times, self.span, self._state.recipe().dials, self.curves)
        if self._plan[0] != made_of:  # thousands of frames take a while
            self._plan = (made_of, plan_frames(*made_of))
        return source, self._plan[1]

    def _check(self, source: FrameSource, frames: tuple[PlannedFrame, ...]) -> None:
        if not frames:
            raise UsageError(
                tr("“{name}” has no frame from {first} to {last}. Choose other frames.").format(
                    name=source.use.name, first=self.span[0], last=self.span[1]
                )
            )
        if not source.is_animated and len(frames) == 1:
            raise UsageError(
                tr(
                    "“{name}” is not animated and no dial moves, so that all frames would be the "
                    "same. Click into the curve to have a dial move, or use Apply."
                ).format(name=source.use.name)
            )
