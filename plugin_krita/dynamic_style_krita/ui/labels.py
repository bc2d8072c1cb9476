"""Labels, all of plain text: Qt would take a pack's title that looks like HTML for HTML."""

from __future__ import annotations

from typing import Any

from ..qt import Qt, QtGui, QtWidgets
from ..safe_slots import guarded
from .tooltips import plain_tip


def plain_label(text: str = "", *, name: str = "", relative_size: float = 1.0) -> Any:
    """name: the object name. relative_size: of the panel's font."""
    label = QtWidgets.QLabel()
    _set_up(label, name, relative_size)
    label.setText(text)
    return label


class ElidedLabel(QtWidgets.QLabel):
    """One line, cut with an ellipsis where it is narrow; the tooltip has all of it."""

    def __init__(self, text: str = "", *, name: str = "", relative_size: float = 1.0) -> None:
        super().__init__()
        _set_up(self, name, relative_size)
        self.setMinimumWidth(20)
        self.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred
        )
        self.whole_text = ""
        self.show_text(text)

    def show_text(self, text: str) -> None:
        if text != self.whole_text:
            self.whole_text = text
            self.setToolTip(plain_tip(text))
            self.setText(text)
            self._elide()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._elide()

    @guarded
    def _elide(self) -> None:
        metrics = QtGui.QFontMetrics(self.font())
        cut = metrics.elidedText(self.whole_text, Qt.TextElideMode.ElideRight, self.width())
        if cut != self.text():
            self.setText(cut)


def _set_up(label: Any, name: str, relative_size: float) -> None:
    label.setTextFormat(Qt.TextFormat.PlainText)
    if name:
        label.setObjectName(name)
    font = label.font()
    if relative_size != 1.0 and font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * relative_size)
        label.setFont(font)
