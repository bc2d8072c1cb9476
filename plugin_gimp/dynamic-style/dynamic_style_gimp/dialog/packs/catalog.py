"""More Packs…: the packs that catalogs have, to install, update or remove.

It is asked for by the user, and so it may ask the web; nothing else in the plug-in does.
"""

from __future__ import annotations

from ...plugin.catalog_model import CatalogModel, CatalogRow, key_text
from ...plugin.errors.error_actions import Remedy
from ...plugin.events import Event, PackInstalled
from ...plugin.translations import tr
from ...protocol.messages import PackEntry
from ..main_thread_worker import MainThreadWorker
from ..widgets.gtk import GimpUi, Gtk
from ..widgets.info_bar import Notice

_LIST_PX = (680, 300)  # the notice and its button side by side
_INSTALL, _REMOVE = 1, 2  # responses


def run_catalog_dialog(parent: Gtk.Window) -> PackEntry | None:
    """Until it is closed. The pack that was installed last, or None."""
    dialog = _CatalogDialog(parent)
    try:
        return dialog.run()
    finally:
        dialog.close()


class _CatalogDialog:
    def __init__(self, parent: Gtk.Window) -> None:
        self._installed: PackEntry | None = None
        self._rows: tuple[CatalogRow, ...] = ()
        self._heard = MainThreadWorker(self._take)
        self._model = CatalogModel(
            self._heard.worker,
            changed=self._show,
            packs_changed=lambda: None,
            added=lambda: self._address.set_text(""),
        )
        self._notice = Notice(self._remedy, self._diagnostics)
        self._list = Gtk.ListBox(name="catalog", activate_on_single_click=False)
        self._list.connect("row-selected", lambda *_row: self._show_selected())
        scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER)
        scrolled.set_shadow_type(Gtk.ShadowType.IN)
        scrolled.set_size_request(*_LIST_PX)
        scrolled.add(self._list)
        self._doing = Gtk.Label(xalign=0, no_show_all=True)
        self._key = Gtk.Label(
            xalign=0, wrap=True, max_width_chars=1, no_show_all=True, name="catalog-key"
        )
        self._dialog = GimpUi.Dialog(
            title=tr("More Packs"), role="dynamic-style-catalog", use_header_bar=0
        )
        self._dialog.add_button(tr("_Remove"), _REMOVE).set_name("catalog-remove")
        self._install = self._dialog.add_button(tr("_Install"), _INSTALL)
        self._install.set_name("catalog-install")
        self._dialog.add_button(tr("_Close"), Gtk.ResponseType.CLOSE)
        self._dialog.connect("response", self._responded)
        self._dialog.set_transient_for(parent)
        self._dialog.set_modal(True)
        content = self._dialog.get_content_area()
        content.set_spacing(6)
        content.pack_start(self._notice.widget, False, False, 0)
        content.pack_start(scrolled, True, True, 0)
        content.pack_start(self._doing, False, False, 0)
        content.pack_start(self._adding(), False, False, 0)
        content.pack_start(self._key, False, False, 0)

    def _adding(self) -> Gtk.Widget:
        """Where a catalog's address and key are pasted."""
        about = tr("A catalog's address and its publisher's key")
        self._address = Gtk.Entry(
            placeholder_text="https://… RW…", tooltip_text=about, name="catalog-address"
        )
        self._address.get_accessible().set_name(about)
        self._address.connect("changed", lambda _entry: self._address_changed())
        self._address.connect("activate", lambda _entry: self._model.add(_entry.get_text()))
        self._add = Gtk.Button(label=tr("_Add Catalog"), use_underline=True, name="catalog-add")
        self._add.connect("clicked", lambda _button: self._model.add(self._address.get_text()))
        row = Gtk.Box(spacing=6)
        row.pack_start(self._address, True, True, 0)
        row.pack_start(self._add, False, False, 0)
        return row

    def run(self) -> PackEntry | None:
        self._dialog.show_all()
        self._model.load()
        GimpUi.Dialog.run(self._dialog)
        return self._installed

    def close(self) -> None:
        self._heard.stop()
        self._dialog.destroy()

    def _take(self, event: Event) -> None:
        if isinstance(event, PackInstalled):
            self._installed = event.entry
        self._model.take(event)

    def _responded(self, dialog: Gtk.Dialog, response: int) -> None:
        row = self._row()
        if response in (_INSTALL, _REMOVE):
            dialog.stop_emission_by_name("response")
            if row is not None and response == _INSTALL:
                self._model.install(row.entry.id)
            elif row is not None:
                self._model.remove(row.entry.id)

    def _remedy(self, remedy: Remedy) -> None:
        self._model.retry(remedy)

    def _diagnostics(self) -> str:
        return self._heard.diagnostics(state="looking at catalogs", error=self._model.error)

    def _address_changed(self) -> None:
        told = key_text(self._address.get_text())
        self._key.set_text(told)
        self._key.set_visible(bool(told))
        self._show_selected()

    def _show(self) -> None:
        if self._model.notice is None:
            self._notice.hide()
        else:
            self._notice.show_error(*self._model.notice)
        self._doing.set_text(self._model.doing)
        self._doing.set_visible(bool(self._model.doing))
        if self._rows != self._model.rows:
            self._show_rows()
        self._show_selected()

    def _show_rows(self) -> None:
        chosen = self._row()
        self._rows = self._model.rows
        for child in self._list.get_children():
            self._list.remove(child)
        for row in self._rows:
            made = _list_row(row)
            self._list.add(made)
            if chosen is not None and chosen.entry.id == row.entry.id:
                self._list.select_row(made)
        self._list.show_all()

    def _show_selected(self) -> None:
        row = self._row()
        is_free = not self._model.doing
        is_newer = row is not None and row.entry.is_newer
        self._install.set_label(tr("_Update") if is_newer else tr("_Install"))
        self._add.set_sensitive(is_free and bool(self._address.get_text().strip()))
        can_install = is_free and row is not None and bool(row.install)
        self._dialog.set_response_sensitive(_INSTALL, can_install)
        can_remove = is_free and row is not None and row.can_remove
        self._dialog.set_response_sensitive(_REMOVE, can_remove)

    def _row(self) -> CatalogRow | None:
        selected = self._list.get_selected_row()
        index = -1 if selected is None else selected.get_index()
        return self._rows[index] if 0 <= index < len(self._rows) else None


def _list_row(row: CatalogRow) -> Gtk.ListBoxRow:
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, border_width=6)
    for text, is_dim in ((row.title, False), (row.details, True), (row.entry.summary, True)):
        if text:
            label = Gtk.Label(label=text, xalign=0, wrap=True)
            if is_dim:
                label.get_style_context().add_class("dim-label")
            box.pack_start(label, False, False, 0)
    made = Gtk.ListBoxRow()
    made.add(box)
    return made
