"""Apply, and while a run is under way its progress, what is left of it, and Cancel."""

from __future__ import annotations

from typing import Any

from .guarded import guarded
from .labels import plain_label
from .panel.texts import tr
from .qt import QtWidgets, Signal

_STEPS = 1000
_ETA_FROM_S = 2.0  # less than that is not worth reading


class RunBar(QtWidgets.QWidget):
    apply_asked = Signal()
    cancel_asked = Signal()

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamic_style_run")
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self._progress = QtWidgets.QProgressBar()
        self._progress.setObjectName("dynamic_style_progress")
        self._progress.setRange(0, _STEPS)
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(8)
        column.addWidget(self._progress)
        self._text = plain_label(name="dynamic_style_progress_text")
        self._text.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred
        )
        column.addWidget(self._text)
        row = QtWidgets.QHBoxLayout()
        self._apply = QtWidgets.QPushButton(tr("Apply"))
        self._apply.setObjectName("dynamic_style_apply")
        self._apply.clicked.connect(self._on_apply)
        row.addWidget(self._apply, 1)
        self._cancel = QtWidgets.QPushButton(tr("Cancel"))
        self._cancel.setObjectName("dynamic_style_cancel")
        self._cancel.clicked.connect(self._on_cancel)
        row.addWidget(self._cancel, 1)
        column.addLayout(row)
        self.show_idle(is_editing=False, can_apply=False)

    def show_idle(self, *, is_editing: bool, can_apply: bool) -> None:
        self._apply.setText(tr("Update Layer") if is_editing else tr("Apply"))
        self._apply.setEnabled(can_apply)
        self._apply.show()
        for widget in (self._cancel, self._progress, self._text):
            widget.hide()

    def show_progress(self, fraction: float, stage: str, eta_s: float | None) -> None:
        self._progress.setValue(round(fraction * _STEPS))
        self._text.setText(progress_text(fraction, stage, eta_s))
        self._apply.hide()
        for widget in (self._cancel, self._progress, self._text):
            widget.show()

    @guarded
    def _on_apply(self, *_: Any) -> None:
        self.apply_asked.emit()

    @guarded
    def _on_cancel(self, *_: Any) -> None:
        self.cancel_asked.emit()


def progress_text(fraction: float, stage: str, eta_s: float | None) -> str:
    text = f"{fraction:.0%} {stage}".rstrip()
    if eta_s is None or eta_s < _ETA_FROM_S:
        return text
    left = tr("{seconds} s left").format(seconds=round(eta_s))
    if eta_s >= 90:
        left = tr("{minutes} min left").format(minutes=round(eta_s / 60))
    return f"{text}, {left}"
