"""Says what happened and offers the way out, until it is dismissed or something works again."""

from __future__ import annotations

from typing import Any

from ...plugin.errors.error_actions import Remedy
from ...plugin.translations import tr
from ...qt import Qt, QtWidgets, Signal
from ...safe_slots import guarded
from ..labels import plain_label


class ErrorArea(QtWidgets.QFrame):
    """remedy_asked: the kind of remedy whose button was pressed."""

    remedy_asked = Signal(str)
    copy_asked = Signal()
    dismissed = Signal()

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamic_style_error")
        self.setFrameShape(QtWidgets.QFrame.Shape.StyledPanel)
        self._kind = "none"
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 6)
        head = QtWidgets.QHBoxLayout()
        icon = plain_label()
        side = self.style().pixelMetric(QtWidgets.QStyle.PixelMetric.PM_SmallIconSize)
        warning = self.style().standardIcon(QtWidgets.QStyle.StandardPixmap.SP_MessageBoxWarning)
        icon.setPixmap(warning.pixmap(side, side))
        head.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        self._text = plain_label(name="dynamic_style_error_text")
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._text.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.MinimumExpanding
        )
        head.addWidget(self._text, 1)
        close = QtWidgets.QToolButton()
        close.setObjectName("dynamic_style_error_dismiss")
        close.setAutoRaise(True)
        close.setText("✕")
        close.setToolTip(tr("Dismiss"))
        close.setAccessibleName(tr("Dismiss the message"))
        close.clicked.connect(self._on_dismissed)
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        self._remedy = QtWidgets.QPushButton()
        self._remedy.setObjectName("dynamic_style_error_remedy")
        self._remedy.clicked.connect(self._on_remedy)
        column.addWidget(self._remedy)
        self._copy = QtWidgets.QPushButton(tr("Copy diagnostics"))
        self._copy.setObjectName("dynamic_style_error_copy")
        self._copy.setToolTip(tr("Versions, state and the ends of the logs, for a report"))
        self._copy.clicked.connect(self._on_copy)
        column.addWidget(self._copy)
        self.hide()

    def show_error(self, text: str, remedy: Remedy) -> None:
        self._kind = remedy.kind
        self._text.setText(_sentence(text))
        self._remedy.setVisible(remedy.kind != "none")
        self._remedy.setText(remedy.text)
        self._copy.setText(tr("Copy diagnostics"))
        self.show()
        self._fit_text()

    @guarded
    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._fit_text()

    def _fit_text(self) -> None:
        """As high as all of the text: a layout may give a wrapped label less."""
        self._text.setMinimumHeight(self._text.heightForWidth(max(1, self._text.width())))

    @guarded
    def _on_remedy(self, *_: Any) -> None:
        self.remedy_asked.emit(self._kind)

    @guarded
    def _on_copy(self, *_: Any) -> None:
        self.copy_asked.emit()
        self._copy.setText(tr("Copied"))

    @guarded
    def _on_dismissed(self, *_: Any) -> None:
        self.hide()
        self.dismissed.emit()


def _sentence(text: str) -> str:
    """An error's message begins in lower case, as it follows a prefix on the command line."""
    text = text.strip()
    is_word = text.partition(" ")[0].isalpha()
    return text[:1].upper() + text[1:] if is_word else text
