"""More Packs…: the packs that catalogs have, to install, update or remove.

It is asked for by the user, and so it may ask the web; nothing else in the plug-in does.
"""

from __future__ import annotations

from typing import Any

from ...model.controller import Controller
from ...plugin.catalog_model import CatalogModel, CatalogRow, key_text
from ...plugin.errors.error_actions import Remedy
from ...plugin.translations import tr
from ...plugin.worker import Worker
from ...protocol.version import VERSION
from ...qt import Qt, QtCore, QtWidgets
from ...safe_slots import guarded
from ..labels import plain_label

_SIZE_PX = (520, 420)
_DRAIN_MS = 100
_ID_ROLE = Qt.ItemDataRole.UserRole


def show_catalogs(parent: Any, controller: Controller) -> CatalogDialog:
    """Open the dialog; returns at once. The caller keeps it."""
    dialog = CatalogDialog(parent, controller)
    dialog.open()
    return dialog


class CatalogDialog(QtWidgets.QDialog):
    def __init__(self, parent: Any, controller: Controller) -> None:
        super().__init__(parent)
        self.setObjectName("dynamic_style_catalog_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("More Packs"))
        self.resize(*_SIZE_PX)
        self._worker = Worker(host=controller.host, version=VERSION)
        self._model = CatalogModel(
            self._worker,
            changed=self._show,
            packs_changed=controller.list_packs,
            added=lambda: self._address.clear(),
        )
        self._make()
        self._drain = QtCore.QTimer(self)
        self._drain.setInterval(_DRAIN_MS)
        self._drain.timeout.connect(self._on_drain)
        self._drain.start()
        self._model.load()

    def _make(self) -> None:
        column = QtWidgets.QVBoxLayout(self)
        self._notice = plain_label(name="dynamic_style_catalog_notice")
        self._notice.setWordWrap(True)
        self._notice.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self._notice)
        self._list = QtWidgets.QListWidget()
        self._list.setObjectName("dynamic_style_catalog_list")
        self._list.setAccessibleName(tr("Packs"))
        self._list.setWordWrap(True)
        self._list.setSpacing(3)
        self._list.currentItemChanged.connect(self._on_selected)
        column.addWidget(self._list, 1)
        self._details = plain_label(name="dynamic_style_catalog_details")
        self._details.setWordWrap(True)
        column.addWidget(self._details)
        self._doing = plain_label(name="dynamic_style_catalog_doing")
        column.addWidget(self._doing)
        column.addLayout(self._adding())
        self._key = plain_label(name="dynamic_style_catalog_key")
        self._key.setWordWrap(True)
        self._key.hide()
        column.addWidget(self._key)
        row = QtWidgets.QHBoxLayout()
        self._retry = _button(tr("Try again"), "retry", self._on_retry)
        self._remove = _button(tr("Remove"), "remove", self._on_remove)
        self._install = _button(tr("Install"), "install", self._on_install)
        row.addWidget(self._retry)
        row.addStretch(1)
        for button in (self._remove, self._install, _button(tr("Close"), "close", self.accept)):
            row.addWidget(button)
        column.addLayout(row)

    def _adding(self) -> Any:
        """Where a catalog's address and key are pasted."""
        self._address = QtWidgets.QLineEdit()
        self._address.setObjectName("dynamic_style_catalog_address")
        self._address.setPlaceholderText("https://… RW…")
        self._address.setAccessibleName(tr("A catalog's address and its publisher's key"))
        self._address.setToolTip(tr("A catalog's address and its publisher's key"))
        self._address.textChanged.connect(self._on_address)
        self._address.returnPressed.connect(self._on_add)
        self._add = _button(tr("Add Catalog"), "add", self._on_add)
        row = QtWidgets.QHBoxLayout()
        row.addWidget(self._address, 1)
        row.addWidget(self._add)
        return row

    def _show(self) -> None:
        text, remedy = self._model.notice or ("", Remedy("none", ""))
        self._notice.setText(text)
        self._notice.setVisible(bool(text))
        self._retry.setText(remedy.text)
        self._retry.setVisible(bool(remedy.text))
        self._doing.setText(self._model.doing)
        self._doing.setVisible(bool(self._model.doing))
        self._show_rows()
        self._show_selected()

    def _show_rows(self) -> None:
        chosen = self._chosen()
        shown = [self._list.item(i).data(_ID_ROLE) for i in range(self._list.count())]
        if shown != [row.entry.id for row in self._model.rows]:
            self._list.clear()
            for row in self._model.rows:
                item = QtWidgets.QListWidgetItem()
                item.setData(_ID_ROLE, row.entry.id)
                self._list.addItem(item)
                if row.entry.id == chosen:
                    self._list.setCurrentItem(item)
        for i, row in enumerate(self._model.rows):
            self._list.item(i).setText(f"{row.title}\n{row.details}")

    def _show_selected(self) -> None:
        row = self._row()
        is_free = not self._model.doing
        self._details.setText(row.entry.summary if row is not None else "")
        self._details.setVisible(bool(self._details.text()))
        self._add.setEnabled(is_free and bool(self._address.text().strip()))
        self._install.setText((row.install if row is not None else "") or tr("Install"))
        self._install.setEnabled(is_free and row is not None and bool(row.install))
        self._remove.setEnabled(is_free and row is not None and row.can_remove)

    def _chosen(self) -> str:
        item = self._list.currentItem()
        return "" if item is None else str(item.data(_ID_ROLE))

    def _row(self) -> CatalogRow | None:
        return self._model.row(self._chosen())

    @guarded
    def _on_drain(self) -> None:
        for event in self._worker.drain():
            self._model.take(event)

    @guarded
    def _on_selected(self, *_: Any) -> None:
        self._show_selected()

    @guarded
    def _on_address(self, text: str) -> None:
        told = key_text(text)
        self._key.setText(told)
        self._key.setVisible(bool(told))
        self._show_selected()

    @guarded
    def _on_add(self) -> None:
        self._model.add(self._address.text())

    @guarded
    def _on_install(self) -> None:
        self._model.install(self._chosen())

    @guarded
    def _on_remove(self) -> None:
        self._model.remove(self._chosen())

    @guarded
    def _on_retry(self) -> None:
        if self._model.notice is not None:
            self._model.retry(self._model.notice[1])

    @guarded
    def done(self, result: int) -> None:
        self._drain.stop()
        self._worker.close()
        super().done(result)


def _button(text: str, name: str, slot: Any) -> Any:
    button = QtWidgets.QPushButton(text)
    button.setObjectName(f"dynamic_style_catalog_{name}")
    button.setAutoDefault(False)
    button.clicked.connect(lambda *_: slot())
    return button
