"""How a new style is getting on: a bar, the time that is left, the latest sample sheet, and what
can be done about it. Hidden while there is none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...model.style_making import StyleMaking
from ...plugin.translations import tr
from ...qt import Qt, QtCore, QtGui, QtWidgets, Signal
from ...safe_slots import guarded
from ..labels import plain_label
from ..tooltips import plain_tip

_STEPS = 1000
_SHEET_PX = 130  # high at most


class StyleRunArea(QtWidgets.QFrame):
    """resized: it has another height now."""

    resized = Signal()

    def __init__(self, styles: StyleMaking) -> None:
        super().__init__()
        self.setObjectName("dynamic_style_style_run")
        self.setFrameShape(QtWidgets.QFrame.Shape.StyledPanel)
        self._styles = styles
        self._sheet_path: Path | None = None
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 4)
        column.setSpacing(4)
        self._text = plain_label(name="dynamic_style_style_text", relative_size=0.9)
        self._text.setWordWrap(True)
        column.addWidget(self._text)
        self._bar = QtWidgets.QProgressBar()
        self._bar.setObjectName("dynamic_style_style_progress")
        self._bar.setAccessibleName(tr("Progress of the new style"))
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        self._bar.setMaximumHeight(8)
        column.addWidget(self._bar)
        self._sheet = plain_label(name="dynamic_style_style_sheet")
        self._sheet.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sheet.setToolTip(tr("The latest samples: photos as the new style paints them"))
        column.addWidget(self._sheet)
        row = QtWidgets.QHBoxLayout()
        self._buttons = {
            name: self._make_button(row, name, text)
            for name, text in (
                ("cancel", tr("Cancel")),
                ("go_on", tr("Go On")),
                ("remove", tr("Remove…")),
                ("dismiss", tr("Dismiss")),
            )
        }
        column.addLayout(row)
        styles.changed.connect(self.show_run)
        self.show_run()

    @guarded
    def show_run(self) -> None:
        run = self._styles.shown
        self.setVisible(run is not None)
        if run is not None:
            self._text.setText(self._styles.text)
            self._text.setToolTip(plain_tip(run.message))
            self._bar.setValue(round(run.fraction * _STEPS))
            self._bar.setVisible(run.is_at_work)
            self._show_sheet(run.sheet)
            for name, button in self._buttons.items():
                button.setVisible(name in run.choices)
            self._buttons["cancel"].setEnabled(not self._styles.is_cancelling)
        self.resized.emit()

    def _show_sheet(self, path: Path | None) -> None:
        """Read once, and small: Qt decodes a JPEG at a fraction of its size in milliseconds."""
        if path == self._sheet_path:
            return
        image = QtGui.QImage()
        if path is not None:
            reader = QtGui.QImageReader(str(path))
            size = reader.size().scaled(self.width(), _SHEET_PX, Qt.AspectRatioMode.KeepAspectRatio)
            reader.setScaledSize(size.expandedTo(QtCore.QSize(1, 1)))
            image = reader.read()
            if image.isNull():
                return  # perhaps it is there the next time
        self._sheet_path = path
        self._sheet.setPixmap(QtGui.QPixmap.fromImage(image))
        self._sheet.setVisible(not image.isNull())

    def _make_button(self, row: Any, name: str, text: str) -> Any:
        button = QtWidgets.QPushButton(text)
        button.setObjectName(f"dynamic_style_style_{name}")
        asked = self._ask_to_remove if name == "remove" else getattr(self._styles, name)

        @guarded
        def on_clicked(*_: Any) -> None:
            asked()

        button.clicked.connect(on_clicked)
        row.addWidget(button)
        return button

    def _ask_to_remove(self) -> None:
        run = self._styles.shown
        if run is None:
            return
        box = QtWidgets.QMessageBox(self)
        box.setObjectName("dynamic_style_remove_dialog")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(tr("Remove the unfinished style"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(
            tr("Remove “{title}” and all that it has learnt so far?").format(title=run.note.title)
        )
        remove = box.addButton(tr("Remove"), QtWidgets.QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(tr("Cancel"), QtWidgets.QMessageBox.ButtonRole.RejectRole)

        @guarded
        def on_removed(*_: Any) -> None:
            if self._styles.shown is not None and self._styles.shown.folder == run.folder:
                self._styles.remove()

        remove.clicked.connect(on_removed)
        box.open()
