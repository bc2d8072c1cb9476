"""The folded part of the docker that stylizes all frames of a layer."""

from __future__ import annotations

from typing import Any

from ...model.animation import Animation
from ...plugin.dial_model import DialModel
from ...plugin.frames.curve_points import CurveRoom, drop_point, move_point
from ...plugin.translations import tr, trn
from ...protocol.animation.alpha_keys import EASES, HOLD, LINEAR, SMOOTH
from ...qt import Qt, QtWidgets, Signal
from ...safe_slots import guarded
from ..labels import plain_label
from ..tooltips import plain_tip
from .curve_widget import CurveWidget

_MOST_TIME = 1_000_000
_LEAST_PX = 58  # of a number; Qt would make room for the longest
_NAME = "dynamic_style_frames"


class FramesBox(QtWidgets.QWidget):
    """apply_asked: by its button. resized: it has another height now. opened: by the user, or
    closed.
    """

    apply_asked = Signal()
    resized = Signal()
    opened = Signal(bool)

    def __init__(self, animation: Animation) -> None:
        super().__init__()
        self.setObjectName(_NAME)
        self._animation = animation
        self._dials: list[DialModel] = []
        self._is_showing = False
        self._is_idle = True
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(3)
        self._head = QtWidgets.QToolButton()
        self._head.setObjectName(f"{_NAME}_head")
        self._head.setText(tr("Animation"))
        self._head.setAutoRaise(True)
        self._head.setCheckable(True)
        self._head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._head.setArrowType(Qt.ArrowType.RightArrow)
        self._head.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._head.setToolTip(tr("Stylize all frames of the layer, while the dials move"))
        self._head.toggled.connect(self._on_head)
        column.addWidget(self._head)
        self._body = QtWidgets.QWidget()
        self._body.hide()
        column.addWidget(self._body)
        self._fill(self._body)
        animation.changed.connect(self.show_animation)

    @property
    def is_open(self) -> bool:
        return bool(self._head.isChecked())

    def show_open(self, is_open: bool) -> None:
        self._head.setChecked(is_open)

    def show_dials(self, dials: list[DialModel]) -> None:
        """Of the chosen pack, as they stand."""
        ids = [dial.spec.id for dial in dials]
        if ids != [dial.spec.id for dial in self._dials]:
            self._is_showing = True
            self._which.clear()
            for dial in dials:
                self._which.addItem(dial.spec.title, dial.spec.id)
            self._is_showing = False
            self.curve.choose(-1)
        self._dials = list(dials)
        self._which.setVisible(len(dials) > 1)
        self.curve.setVisible(bool(dials))
        self.show_animation()

    def show_idle(self, is_idle: bool) -> None:
        """Whether no run is under way."""
        self._is_idle = is_idle
        self._apply.setEnabled(is_idle and not self._animation.problem)

    @guarded
    def show_animation(self) -> None:
        if not self.is_open:
            return
        animation, dial = self._animation, self._dial()
        self._is_showing = True
        try:
            for box, time in zip((self._first, self._last), animation.span, strict=True):
                if box.value() != time:
                    box.setValue(time)
            self._ease.setCurrentIndex(max(0, self._ease.findData(animation.ease)))
            if dial is not None:
                room = self._room(dial)
                points = animation.points(dial.spec.id)
                self.curve.show_curve(points, room, rest=dial.alpha, ease=animation.ease)
                self.curve.setAccessibleName(tr("Curve of {dial}").format(dial=dial.spec.title))
            self.curve.show_times(animation.time, animation.keys)
        finally:
            self._is_showing = False
        self._show_point()
        count = animation.count
        frames = trn("{count} frame to make", "{count} frames to make", count)
        text = animation.problem or frames.format(count=count)
        if text != self._note.text():
            self._note.setText(text)
            self.resized.emit()
        self.show_idle(self._is_idle)

    def _fill(self, body: Any) -> None:
        column = QtWidgets.QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self._which = QtWidgets.QComboBox()
        self._which.setObjectName(f"{_NAME}_dial")
        self._which.setAccessibleName(tr("The dial whose curve is shown"))
        self._which.setToolTip(tr("Each dial has a curve of its own"))
        self._which.currentIndexChanged.connect(self._on_which)
        column.addWidget(self._which)
        self.curve = CurveWidget(f"{_NAME}_curve")
        self.curve.changed.connect(self._on_points)
        self.curve.chosen.connect(self._on_chosen)
        column.addWidget(self.curve)
        column.addLayout(self._point_row())
        column.addLayout(self._ease_row())
        column.addLayout(self._span_row())
        self._note = plain_label(name=f"{_NAME}_note", relative_size=0.9)
        self._note.setWordWrap(True)
        column.addWidget(self._note)
        self._apply = QtWidgets.QPushButton(tr("Apply to Frames"))
        self._apply.setObjectName(f"{_NAME}_apply")
        self._apply.setToolTip(
            tr(
                "Make one new animated layer above this one, as one undo step: a keyframe for\n"
                "each of the layer's, and while a dial moves one for every frame, for then each\n"
                "frame differs, also where the layer holds one. Cancel keeps what is done."
            )
        )
        self._apply.clicked.connect(self._on_apply)
        column.addWidget(self._apply)

    def _point_row(self) -> Any:
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(4)
        self._frame = _time_box(f"{_NAME}_point_frame", tr("The chosen point's frame"))
        self._frame.valueChanged.connect(self._on_point)
        self._alpha = QtWidgets.QDoubleSpinBox()
        self._alpha.setObjectName(f"{_NAME}_point_alpha")
        self._alpha.setDecimals(2)
        self._alpha.setSingleStep(0.01)
        self._alpha.setKeyboardTracking(False)
        self._alpha.setPrefix("α ")
        self._alpha.setMinimumWidth(_LEAST_PX)
        self._alpha.setAccessibleName(tr("The chosen point's alpha"))
        self._alpha.setToolTip(tr("The chosen point's α"))
        self._alpha.valueChanged.connect(self._on_point)
        self._remove = QtWidgets.QToolButton()
        self._remove.setObjectName(f"{_NAME}_point_remove")
        self._remove.setText("✕")
        self._remove.setAutoRaise(True)
        self._remove.setAccessibleName(tr("Remove the chosen point"))
        self._remove.setToolTip(tr("Remove the chosen point"))
        self._remove.clicked.connect(self._on_remove)
        row.addWidget(self._frame, 1)
        row.addWidget(self._alpha, 1)
        row.addWidget(self._remove)
        return row

    def _ease_row(self) -> Any:
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(4)
        self._ease = QtWidgets.QComboBox()
        self._ease.setObjectName(f"{_NAME}_ease")
        self._ease.setMinimumContentsLength(6)
        self._ease.setSizeAdjustPolicy(
            QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._ease.setAccessibleName(tr("Between points"))
        self._ease.setToolTip(tr("How a dial gets from one point to the next"))
        texts = {LINEAR: tr("evenly"), SMOOTH: tr("smoothly"), HOLD: tr("by a leap")}
        for ease in EASES:
            self._ease.addItem(texts[ease], ease)
        self._ease.currentIndexChanged.connect(self._on_ease)
        label = plain_label(tr("Between points"))
        label.setBuddy(self._ease)
        row.addWidget(label)
        row.addWidget(self._ease, 1)
        return row

    def _span_row(self) -> Any:
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(4)
        self._first = _time_box(f"{_NAME}_first", tr("The first frame; at first that of playback"))
        self._last = _time_box(f"{_NAME}_last", tr("The last frame; at first that of playback"))
        for text, box in ((tr("Frames"), self._first), (tr("to"), self._last)):
            label = plain_label(text)
            label.setBuddy(box)
            row.addWidget(label)
            row.addWidget(box, 1)
            box.valueChanged.connect(self._on_span)
        return row

    def _dial(self) -> DialModel | None:
        index = self._which.currentIndex()
        return self._dials[index] if 0 <= index < len(self._dials) else None

    def _room(self, dial: DialModel) -> CurveRoom:
        first, last = self._animation.span
        return CurveRoom(first, max(first + 1, last), *dial.slider_range)

    def _show_point(self) -> None:
        """What is chosen, or that nothing is."""
        index, points = self.curve.index, self.curve.points
        is_chosen = 0 <= index < len(points)
        for widget in (self._frame, self._alpha, self._remove):
            widget.setEnabled(is_chosen)
        dial = self._dial()
        if is_chosen and dial is not None:
            self._is_showing = True
            self._alpha.setRange(*dial.slider_range)
            self._frame.setValue(points[index][0])
            self._alpha.setValue(points[index][1])
            self._is_showing = False

    @guarded
    def _on_head(self, is_open: bool) -> None:
        self._head.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._body.setVisible(is_open)
        self.opened.emit(is_open)
        self.show_animation()
        self.resized.emit()

    @guarded
    def _on_which(self, *_: Any) -> None:
        if not self._is_showing:
            self.curve.choose(-1)
            self.show_animation()

    @guarded
    def _on_points(self, points: Any) -> None:
        dial = self._dial()
        if dial is not None:
            self._animation.set_points(dial.spec.id, points)

    @guarded
    def _on_chosen(self) -> None:
        self._show_point()

    @guarded
    def _on_point(self, *_: Any) -> None:
        dial, curve = self._dial(), self.curve
        if self._is_showing or dial is None or not 0 <= curve.index < len(curve.points):
            return
        frame, alpha = self._frame.value(), self._alpha.value()
        points, _index = move_point(curve.points, self._room(dial), curve.index, frame, alpha)
        self._animation.set_points(dial.spec.id, points)

    @guarded
    def _on_remove(self, *_: Any) -> None:
        dial, curve = self._dial(), self.curve
        if dial is not None and 0 <= curve.index < len(curve.points):
            points, index = drop_point(curve.points, curve.index)
            self._animation.set_points(dial.spec.id, points)
            curve.choose(index)

    @guarded
    def _on_ease(self, *_: Any) -> None:
        if not self._is_showing:
            self._animation.set_ease(self._ease.currentData())

    @guarded
    def _on_span(self, *_: Any) -> None:
        if not self._is_showing:
            self._animation.set_span(self._first.value(), self._last.value())

    @guarded
    def _on_apply(self, *_: Any) -> None:
        self.apply_asked.emit()


def _time_box(name: str, tip: str) -> Any:
    box = QtWidgets.QSpinBox()
    box.setObjectName(name)
    box.setRange(0, _MOST_TIME)
    box.setKeyboardTracking(False)
    box.setMinimumWidth(_LEAST_PX)
    box.setAccessibleName(tip)
    box.setToolTip(plain_tip(tip))
    return box
