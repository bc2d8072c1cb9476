"""Apply, and in its place while a run is under way its progress, what is left of it, and Cancel."""

from __future__ import annotations

from typing import Any

from ..plugin.translations import tr
from ..qt import QtWidgets, Signal
from ..safe_slots import guarded
from .tooltips import plain_tip

_STEPS = 1000


class RunBar(QtWidgets.QWidget):
    """Always as high as its buttons, so that nothing jumps when a run begins."""

    apply_asked = Signal()
    cancel_asked = Signal()

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamic_style_run")
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._apply = QtWidgets.QPushButton(tr("Apply"))
        self._apply.setObjectName("dynamic_style_apply")
        self._apply.clicked.connect(self._on_apply)
        row.addWidget(self._apply, 1)
        self._progress = QtWidgets.QProgressBar()
        self._progress.setObjectName("dynamic_style_progress")
        self._progress.setAccessibleName(tr("Progress"))
        self._progress.setRange(0, _STEPS)
        self._progress.setMinimumWidth(40)
        row.addWidget(self._progress, 1)
        self._cancel = QtWidgets.QPushButton(tr("Cancel"))
        self._cancel.setObjectName("dynamic_style_cancel")
        self._cancel.clicked.connect(self._on_cancel)
        row.addWidget(self._cancel)
        height_px = self._apply.sizeHint().height()
        for widget in (self._apply, self._progress, self._cancel):
            widget.setFixedHeight(height_px)
        self.show_idle(is_editing=False, can_apply=False)

    def show_idle(self, *, is_editing: bool, can_apply: bool) -> None:
        self._apply.setText(tr("Update Layer") if is_editing else tr("Apply"))
        self._apply.setEnabled(can_apply)
        self._progress.hide()
        self._cancel.hide()
        self._apply.show()

    def show_progress(self, fraction: float, text: str) -> None:
        self._progress.setValue(round(fraction * _STEPS))
        self._progress.setFormat(text)
        self._progress.setToolTip(plain_tip(text))
        self._apply.hide()
        self._progress.show()
        self._cancel.show()

    @guarded
    def _on_apply(self, *_: Any) -> None:
        self.apply_asked.emit()

    @guarded
    def _on_cancel(self, *_: Any) -> None:
        self.cancel_asked.emit()
