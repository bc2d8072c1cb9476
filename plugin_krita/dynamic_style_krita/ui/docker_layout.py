"""Where the docker's parts stand: above each other, or in a low docker side by side.

What must be seen at any height is the chosen pack, the preview, the first dial and Apply; the rest
is scrolled. See docker_height.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..qt import Qt, QtCore, QtWidgets, Signal
from ..safe_slots import guarded
from .docker_height import Room, preview_height, room_for
from .preview.preview_view import LEAST_PX, PreviewView

_MARGIN_PX = 6
_SPACING_PX = 4
_KRITAS_PX = 1  # the margin that Krita gives the outermost layout of every docker
_AROUND_PX = _SPACING_PX + _MARGIN_PX + 2 * _KRITAS_PX  # above and below
_COMPACT_LEAST_PX = 96  # pack, dial and Apply above each other
_VIEW_SHARE, _DIAL_SHARE = 2, 3  # of the width, where preview and dial stand side by side


@dataclass(frozen=True)
class Parts:
    """The docker's widgets, in the order in which they stand when there is room. first: the first
    dial; notes: what stands between the preview and the dials; more: what is scrolled below the
    first dial; foot: what stands at the bottom, below Apply (run).
    """

    bar: Any
    packs: Any
    view: PreviewView
    notes: Sequence[Any]
    first: Any
    more: Sequence[Any]
    error: Any
    run: Any
    foot: Any


class DockerLayout(QtWidgets.QWidget):
    """room_changed: and with it what can be shown."""

    room_changed = Signal()

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.room = room_for(0)
        self._parts = parts
        self._has_packs_open = False
        self._arranged: bool | None = None
        self._row: Any = None
        self.setMinimumWidth(200)
        outer = QtWidgets.QVBoxLayout(self)
        outer.setContentsMargins(_KRITAS_PX, _KRITAS_PX, _KRITAS_PX, _KRITAS_PX)
        inner = QtWidgets.QWidget()
        outer.addWidget(inner)
        column = QtWidgets.QVBoxLayout(inner)
        column.setContentsMargins(_MARGIN_PX, _SPACING_PX, _MARGIN_PX, _MARGIN_PX)
        column.setSpacing(_SPACING_PX)
        self._column = column
        self._scroll = QtWidgets.QScrollArea()
        self._scroll.setObjectName("dynamic_style_scroll")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._soon = QtCore.QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.fit)

    def minimumSizeHint(self) -> Any:
        return QtCore.QSize(200, _COMPACT_LEAST_PX + _AROUND_PX)

    def show_packs_open(self, is_open: bool) -> None:
        """Show the packs; where there is no room for both, in place of the preview."""
        self._has_packs_open = is_open
        self.fit()
        if not is_open:
            self._scroll.verticalScrollBar().setValue(0)  # back to the first dial

    def show_part(self, part: Any) -> None:
        """Scroll to the top of what has been unfolded."""
        self.fit()
        bar = self._scroll.verticalScrollBar()
        top = part.mapTo(self._scroll.widget(), QtCore.QPoint(0, 0)).y()
        bar.setValue(min(top, bar.maximum()))

    def fit_soon(self) -> None:
        """Something has another height now."""
        self._soon.start()

    @guarded
    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self.fit()

    @guarded
    def fit(self) -> None:
        before, self.room = self.room, room_for(self.height())
        if self._arranged != self.room.is_compact:
            self._arranged = self.room.is_compact
            self._arrange(is_compact=self.room.is_compact)
        self._fit_parts(self.room)
        if before != self.room:
            self.room_changed.emit()

    def _fit_parts(self, room: Room) -> None:
        parts = self._parts
        hides = self._has_packs_open and not room.has_packs
        parts.packs.setVisible(self._has_packs_open)
        parts.packs.set_most_rows(room.pack_rows)
        parts.view.setVisible(not hides)
        inside = self.width() - 2 * (_MARGIN_PX + _KRITAS_PX)
        parts.bar.set_room(not room.is_compact or hides, inside)
        if room.is_compact:
            for part in (parts.first, parts.run):
                part.setVisible(not hides)
            self._fit_row()
            return
        for part in (parts.first, parts.run):
            part.setVisible(True)
        body = self._scroll.widget()
        first = _height_of(parts.first, inside)
        parts.view.setFixedHeight(
            preview_height(
                self._left_over(inside),
                wanted=parts.view.wanted_px(inside),
                scrolled=_height_of(body, inside),
                first_dial=first,
                least=LEAST_PX,
            )
        )
        self._scroll.setMinimumHeight(first)

    def _fit_row(self) -> None:
        """As high as the docker, so that it is all that is seen before scrolling."""
        high = self.height() - _AROUND_PX
        self._row.setFixedHeight(max(high, self._row.minimumSizeHint().height()))

    def _left_over(self, inside: int) -> int:
        """What is left of the height for the preview and what is scrolled."""
        parts = self._parts
        fixed = [parts.bar, parts.packs, *parts.notes, parts.error, parts.run, parts.foot]
        heights = [_height_of(part, inside) for part in fixed if not part.isHidden()]
        gaps = (len(heights) + 1) * _SPACING_PX
        return int(self.height()) - sum(heights) - gaps - _AROUND_PX

    def _arrange(self, *, is_compact: bool) -> None:
        parts = self._parts
        self.setUpdatesEnabled(False)
        body = QtWidgets.QWidget()
        body.setObjectName("dynamic_style_body")
        column = QtWidgets.QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_SPACING_PX)
        for part in (parts.view, self._scroll):
            part.setMinimumSize(0, 0)
            part.setMaximumSize(_NO_LIMIT, _NO_LIMIT)
        if is_compact:
            self._row = self._compact_row()
            inside = [parts.error, self._row, *parts.notes, *parts.more, parts.foot]
            outside = [self._scroll]
        else:
            inside = [parts.first, *parts.more]
            outside = [parts.bar, parts.packs, parts.view, *parts.notes, self._scroll]
            outside += [parts.error, parts.run, parts.foot]
        for part in inside:
            column.addWidget(part)
        column.addStretch(1)
        for part in outside:
            self._column.removeWidget(part)
            self._column.addWidget(part, 1 if part is self._scroll else 0)
        self._scroll.setWidget(body)  # the last one, which is empty now, is deleted
        self.setUpdatesEnabled(True)

    def _compact_row(self) -> Any:
        parts = self._parts
        whole = QtWidgets.QWidget()
        row = QtWidgets.QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_MARGIN_PX)
        row.addWidget(parts.view, _VIEW_SHARE)
        column = QtWidgets.QVBoxLayout()
        column.setSpacing(2)
        for part in (parts.bar, parts.packs, parts.first):
            column.addWidget(part)
        column.addStretch(1)
        column.addWidget(parts.run)
        row.addLayout(column, _DIAL_SHARE)
        return whole


def _height_of(widget: Any, width: int) -> int:
    layout = widget.layout()
    if layout is not None and layout.hasHeightForWidth():
        return int(layout.totalHeightForWidth(width))
    if widget.hasHeightForWidth():
        return int(widget.heightForWidth(width))
    return int(max(widget.sizeHint().height(), widget.minimumHeight()))


_NO_LIMIT = 16_777_215  # QWIDGETSIZE_MAX
