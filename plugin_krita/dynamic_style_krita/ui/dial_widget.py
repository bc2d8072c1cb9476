"""One dial of a pack: its slider with both ends named, and folded away, one for each tap."""

from __future__ import annotations

from typing import Any

from ..plugin.dial_model import DialModel
from ..plugin.texts.number_texts import short_text
from ..plugin.translations import tr
from ..qt import Qt, QtWidgets, Signal
from ..safe_slots import guarded
from .labels import ElidedLabel, plain_label
from .number_slider import NumberSlider
from .tooltips import plain_tip

_END_SIZE = 0.88  # of the panel's font


class DialWidget(QtWidgets.QWidget):
    """changed: the model has changed. settled: a drag has ended."""

    changed = Signal()
    settled = Signal()

    def __init__(self, model: DialModel, parent: Any = None) -> None:
        super().__init__(parent)
        self.model = model
        name = f"dynamic_style_dial_{model.spec.id}"
        self.setObjectName(name)
        low, high = model.slider_range
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 4)
        column.setSpacing(1)

        head = QtWidgets.QHBoxLayout()
        head.setSpacing(4)
        self._fold = QtWidgets.QToolButton()
        self._fold.setObjectName(f"{name}_fold")
        self._fold.setAutoRaise(True)
        self._fold.setCheckable(True)
        self._fold.setArrowType(Qt.ArrowType.RightArrow)
        self._fold.setFixedSize(18, 18)
        self._fold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._fold.setToolTip(tr("One dial for each tuning block"))
        self._fold.setAccessibleName(tr("Blocks of {dial}").format(dial=model.spec.title))
        self._fold.toggled.connect(self._on_folded)
        self._fold.setVisible(len(model.spec.taps) > 1)
        head.addWidget(self._fold)
        head.addWidget(ElidedLabel(model.spec.title), 1)
        self._mark = plain_label(name=f"{name}_mark")
        head.addWidget(self._mark)
        column.addLayout(head)

        self._slider = NumberSlider(f"{name}_alpha", low, high)
        self._slider.set_names(
            tr("α of {dial}, {low} to {high}").format(
                dial=model.spec.title, low=model.spec.label_low, high=model.spec.label_high
            ),
            _range_text(model),
        )
        self._slider.changed.connect(self._on_changed)
        self._slider.settled.connect(self.settled)
        self._slider.reset_asked.connect(self._on_reset)
        column.addWidget(self._slider)
        self.setFocusProxy(self._slider)

        self._ends = QtWidgets.QWidget()
        ends = QtWidgets.QHBoxLayout(self._ends)
        ends.setContentsMargins(0, 0, 0, 0)
        for text, side in (
            (model.spec.label_low, Qt.AlignmentFlag.AlignLeft),
            (model.spec.label_high, Qt.AlignmentFlag.AlignRight),
        ):
            label = plain_label(text, relative_size=_END_SIZE)
            label.setWordWrap(True)
            label.setAlignment(side | Qt.AlignmentFlag.AlignTop)
            label.setToolTip(plain_tip(text))
            ends.addWidget(label, 1)
        column.addWidget(self._ends)

        self._taps = QtWidgets.QWidget()
        self._taps.setObjectName(f"{name}_taps")
        self._taps.hide()
        self._tap_sliders: list[NumberSlider] = []
        column.addWidget(self._taps)
        self.show_model()
        if not model.is_linked:
            self._fold.setChecked(True)

    def set_compact(self, is_compact: bool) -> None:
        """Without the names of the ends, which the tooltip has, too."""
        self._ends.setVisible(not is_compact)

    def show_model(self) -> None:
        """Show what the model says now."""
        self._slider.set_value(self.model.alpha)
        self._slider.set_marked(self.model.is_extrapolated)
        for index, slider in enumerate(self._tap_sliders):
            slider.set_value(self.model.tap_alpha(index))
        texts = []
        if not self.model.is_linked:
            texts.append(tr("mixed"))
        if self.model.is_extrapolated:
            texts.append(tr("extrapolated"))
        self._mark.setText(", ".join(texts))
        self._mark.setToolTip(plain_tip(_range_text(self.model)) if texts else "")

    @guarded
    def _on_changed(self, alpha: float) -> None:
        self.model.set(alpha)
        self.show_model()
        self.changed.emit()

    @guarded
    def _on_tap_changed(self, index: int, alpha: float) -> None:
        self.model.set_tap(index, alpha)
        self.show_model()
        self.changed.emit()

    @guarded
    def _on_reset(self) -> None:
        self.model.reset()
        self.show_model()
        self.changed.emit()
        self.settled.emit()

    @guarded
    def _on_folded(self, is_open: bool) -> None:
        if is_open and not self._tap_sliders:
            self._make_taps()
        self._fold.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._taps.setVisible(is_open)
        self.show_model()

    def _make_taps(self) -> None:
        low, high = self.model.slider_range
        grid = QtWidgets.QGridLayout(self._taps)
        grid.setContentsMargins(18, 0, 0, 0)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(1, 1)
        for index, tap in enumerate(self.model.spec.taps):
            slider = NumberSlider(f"{self.objectName()}_tap{index + 1}", low, high)
            title = self.model.tap_title(index)
            tip = tr("α of this block alone; in the net it is called {tap}").format(tap=tap)
            slider.set_names(f"{self.model.spec.title}, {title}", tip)
            slider.changed.connect(lambda alpha, i=index: self._on_tap_changed(i, alpha))
            slider.settled.connect(self.settled)
            slider.reset_asked.connect(self._on_reset)
            label = plain_label(title)
            label.setToolTip(plain_tip(tip))
            grid.addWidget(label, index, 0)
            grid.addWidget(slider, index, 1)
            self._tap_sliders.append(slider)


def _range_text(model: DialModel) -> str:
    low, high = model.spec.trained_range
    return tr(
        "Trained for α from {low} to {high}; beyond, the result is extrapolated. "
        "The pack's default is {default}."
    ).format(low=short_text(low), high=short_text(high), default=short_text(model.spec.default))
