"""How far the set-up of the backend is, with a button that cancels it. Hidden while there is none.
Before one begins it is said what is fetched.
"""

from __future__ import annotations

from typing import Any

from ...model.controller import Controller
from ...model.setting_up import SettingUp
from ...plugin.translations import tr
from ...qt import Qt, QtWidgets, Signal
from ...safe_slots import guarded
from ..dialogs import open_manual
from ..labels import plain_label

_STEPS = 1000


class SetUpArea(QtWidgets.QFrame):
    """resized: it has another height now."""

    resized = Signal()

    def __init__(self, setting_up: SettingUp) -> None:
        super().__init__()
        self.setObjectName("dynamic_style_set_up")
        self.setFrameShape(QtWidgets.QFrame.Shape.StyledPanel)
        self._setting_up = setting_up
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 4)
        column.setSpacing(4)
        self._text = plain_label(name="dynamic_style_set_up_text")
        self._text.setWordWrap(True)
        column.addWidget(self._text)
        self._bar = QtWidgets.QProgressBar()
        self._bar.setObjectName("dynamic_style_set_up_progress")
        self._bar.setAccessibleName(tr("Progress of the set-up"))
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        self._bar.setMaximumHeight(8)
        column.addWidget(self._bar)
        self._cancel = QtWidgets.QPushButton(tr("Cancel"))
        self._cancel.setObjectName("dynamic_style_set_up_cancel")
        self._cancel.clicked.connect(self._on_cancel)
        column.addWidget(self._cancel)
        setting_up.changed.connect(self.show_set_up)
        self.show_set_up()

    @guarded
    def show_set_up(self) -> None:
        setting_up = self._setting_up
        was_hidden = self.isHidden()
        self.setVisible(setting_up.is_at_work)
        self._text.setText(setting_up.text)
        self._bar.setValue(round(setting_up.fraction * _STEPS))
        if was_hidden != self.isHidden():
            self._cancel.setEnabled(True)
            self.resized.emit()

    @guarded
    def _on_cancel(self, *_: Any) -> None:
        self._cancel.setEnabled(False)
        self._setting_up.cancel()


def ask_to_set_up(parent: Any, controller: Controller) -> None:
    """Say what is fetched, how large it is and where it goes; begin if the user agrees."""
    box = QtWidgets.QMessageBox(parent)
    box.setObjectName("dynamic_style_set_up_dialog")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(tr("Set up Dynamic Style"))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(controller.setting_up.question)
    begin = box.addButton(tr("Set Up"), QtWidgets.QMessageBox.ButtonRole.AcceptRole)
    begin.setObjectName("dynamic_style_set_up_begin")
    box.addButton(tr("Cancel"), QtWidgets.QMessageBox.ButtonRole.RejectRole)
    by_hand = box.addButton(tr("By hand…"), QtWidgets.QMessageBox.ButtonRole.HelpRole)
    by_hand.setObjectName("dynamic_style_set_up_by_hand")
    box.setDefaultButton(begin)

    @guarded
    def on_begin(*_: Any) -> None:
        controller.last_error.clear()
        controller.setting_up.begin()

    @guarded
    def on_by_hand(*_: Any) -> None:
        open_manual("installing")

    begin.clicked.connect(on_begin)
    by_hand.clicked.connect(on_by_hand)
    box.open()
