"""Asks what a new style needs: a title, a folder of photos, how long to learn, which dials."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...model.controller import Controller
from ...plugin.new_style.run_texts import dials_text, quality_text
from ...plugin.new_style.style_request import (
    DIAL_CHOICES,
    MOST_TITLE,
    PHOTOS_CHOICE,
    QUALITIES,
    StyleRequest,
)
from ...plugin.translations import tr
from ...protocol.errors import DynamicStyleError
from ...qt import Qt, QtWidgets
from ...safe_slots import guarded
from ..labels import plain_label

_WIDTH_PX = 460


def ask_for_style(parent: Any, controller: Controller) -> NewStyleDialog:
    """Let the user make a new style of the active layer; returns at once. The caller keeps the
    dialog: Krita's window alone would let go of its half in Python. Raises UsageError where the
    layer cannot be the painting.
    """
    dialog = NewStyleDialog(parent, controller, controller.styles.layer_name())
    dialog.open()
    return dialog


class NewStyleDialog(QtWidgets.QDialog):
    """Stays until the run is started, so that what is refused can be mended."""

    def __init__(self, parent: Any, controller: Controller, layer: str) -> None:
        super().__init__(parent)
        self._controller = controller
        self.setObjectName("dynamic_style_new_style_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("New Style from Layer"))
        self.setMinimumWidth(_WIDTH_PX)
        column = QtWidgets.QVBoxLayout(self)
        intro = plain_label(
            tr(
                "The strokes and colors of “{layer}” are learnt and become a style pack of your "
                "own. It takes a while, in the background, also when Krita is closed."
            ).format(layer=layer)
        )
        intro.setWordWrap(True)
        column.addWidget(intro)
        column.addLayout(self._make_form(layer))
        self._error = plain_label(name="dynamic_style_new_style_error")
        self._error.setWordWrap(True)
        self._error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._error.hide()
        column.addWidget(self._error)
        column.addLayout(self._make_buttons())
        controller.styles.begun.connect(self._on_begun)
        controller.styles.refused.connect(self._on_refused)

    def _make_form(self, layer: str) -> Any:
        form = QtWidgets.QFormLayout()
        self._title = QtWidgets.QLineEdit(layer[:MOST_TITLE])
        self._title.setObjectName("dynamic_style_new_style_title")
        self._title.setMaxLength(MOST_TITLE)
        form.addRow(tr("Title"), self._title)
        row = QtWidgets.QHBoxLayout()
        self._photos = QtWidgets.QLineEdit(self._controller.settings.choices.get(PHOTOS_CHOICE, ""))
        self._photos.setObjectName("dynamic_style_new_style_photos")
        self._photos.setToolTip(
            tr("Photos of anything, to practise on; 10 at least, some hundred are best")
        )
        row.addWidget(self._photos, 1)
        browse = QtWidgets.QPushButton(tr("Browse…"))
        browse.setObjectName("dynamic_style_new_style_browse")
        browse.clicked.connect(self._on_browse)
        row.addWidget(browse)
        form.addRow(tr("Folder of photos"), row)
        self._quality = QtWidgets.QComboBox()
        self._quality.setObjectName("dynamic_style_new_style_quality")
        for quality in QUALITIES:
            self._quality.addItem(quality_text(quality), quality)
        self._quality.setCurrentIndex(QUALITIES.index("normal"))
        form.addRow(tr("Quality"), self._quality)
        self._dials = QtWidgets.QComboBox()
        self._dials.setObjectName("dynamic_style_new_style_dials")
        for dials in DIAL_CHOICES:
            self._dials.addItem(dials_text(dials))
        form.addRow(tr("Dials"), self._dials)
        return form

    def _make_buttons(self) -> Any:
        row = QtWidgets.QHBoxLayout()
        row.addStretch(1)
        close = QtWidgets.QPushButton(tr("Cancel"))
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        self._start = QtWidgets.QPushButton(tr("Start"))
        self._start.setObjectName("dynamic_style_new_style_start")
        self._start.setDefault(True)
        self._start.clicked.connect(self._on_start)
        row.addWidget(close)
        row.addWidget(self._start)
        return row

    @guarded
    def _on_browse(self, *_: Any) -> None:
        dialog = QtWidgets.QFileDialog(self, tr("Folder of photos"), self._photos.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QtWidgets.QFileDialog.FileMode.Directory)
        dialog.setOption(QtWidgets.QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._photos.setText)
        dialog.open()

    @guarded
    def _on_start(self, *_: Any) -> None:
        photos = self._photos.text().strip()
        request = StyleRequest(
            title=self._title.text(),
            photos=Path(photos).expanduser() if photos else Path(),
            quality=str(self._quality.currentData()),
            dials=DIAL_CHOICES[self._dials.currentIndex()],
        )
        self._error.hide()
        self._start.setEnabled(False)
        self._start.setText(tr("Starting…"))
        try:
            self._controller.styles.begin(request)
        except DynamicStyleError as error:
            self._on_refused(str(error))

    @guarded
    def _on_begun(self) -> None:
        self._controller.keep_choice(PHOTOS_CHOICE, self._photos.text().strip())
        self.accept()

    @guarded
    def _on_refused(self, reason: str) -> None:
        self._start.setEnabled(True)
        self._start.setText(tr("Start"))
        self._error.setText(reason)
        self._error.show()
        self.adjustSize()
