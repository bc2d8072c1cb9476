"""Install Style Pack…: choose a file, let the backend check and install it, say what came of it."""

from __future__ import annotations

from pathlib import Path

from ...plugin.errors.error_actions import Remedy, beside_the_panel, message_for
from ...plugin.events import Event, PackInstalled, RunFailed
from ...plugin.translations import tr
from ...protocol.errors import DynamicStyleError, PackInstallError
from ...protocol.messages import PackEntry
from ..main_thread_worker import MainThreadWorker
from ..widgets.css import add_look
from ..widgets.gtk import GimpUi, GLib, Gtk
from ..widgets.info_bar import Notice
from .catalog import run_catalog_dialog

MANIFEST = "pack.json"  # of a pack that is a folder
_PULSE_MS = 100
_MORE = 1  # response: out of a catalog


def run_install_dialog(parent: Gtk.Window | None = None) -> PackEntry | None:
    """Install a pack that the user chooses; None after Cancel. Errors are shown in the dialog."""
    GimpUi.init("dynamic-style")
    add_look()
    dialog = _InstallDialog(parent)
    try:
        return dialog.run()
    finally:
        dialog.close()


class _InstallDialog:
    def __init__(self, parent: Gtk.Window | None) -> None:
        self._heard = MainThreadWorker(self._take)
        self._worker = self._heard.worker
        self._installed: PackEntry | None = None
        self._error: DynamicStyleError | None = None
        self._path = ""
        self._replace = Remedy("retry", tr("Replace it"))
        self._is_replacing = False
        self._pulse = 0
        self._notice = Notice(self._remedy, self._diagnostics)
        self._progress = Gtk.ProgressBar(show_text=True, no_show_all=True)
        self._progress.set_text(tr("Checking and installing…"))
        self._dialog = GimpUi.Dialog(
            title=tr("Install Style Pack"), role="dynamic-style-install", use_header_bar=0
        )
        self._dialog.add_button(tr("_More Packs…"), _MORE)
        self._dialog.add_button(tr("_Cancel"), Gtk.ResponseType.CANCEL)
        self._dialog.add_button(tr("_Install"), Gtk.ResponseType.OK)
        self._dialog.set_default_response(Gtk.ResponseType.OK)
        self._dialog.connect("response", self._responded)
        if parent is not None:
            self._dialog.set_transient_for(parent)
            self._dialog.set_modal(True)
        else:
            GimpUi.window_set_transient(self._dialog)
        self._files = Gtk.FileChooserWidget(action=Gtk.FileChooserAction.OPEN)
        self._files.set_size_request(640, 360)
        for name, patterns in (
            (tr("Style packs"), ("*.dynpack", "*.zip", MANIFEST)),
            (tr("All files"), ("*",)),
        ):
            kind = Gtk.FileFilter()
            kind.set_name(name)
            for pattern in patterns:
                kind.add_pattern(pattern)
            self._files.add_filter(kind)
        self._files.connect("file-activated", lambda _files: self._start())
        content = self._dialog.get_content_area()
        content.set_spacing(6)
        content.pack_start(self._notice.widget, False, False, 0)
        content.pack_start(self._files, True, True, 0)
        content.pack_start(self._progress, False, False, 6)

    def run(self) -> PackEntry | None:
        self._dialog.show_all()
        GimpUi.Dialog.run(self._dialog)
        return self._installed

    def close(self) -> None:
        self._set_busy(False)
        self._heard.stop()
        self._dialog.destroy()

    def _responded(self, dialog: Gtk.Dialog, response: int) -> None:
        if response == _MORE:
            dialog.stop_emission_by_name("response")
            self._installed = run_catalog_dialog(dialog)
            if self._installed is not None:
                dialog.response(Gtk.ResponseType.OK)
            return
        if response == Gtk.ResponseType.OK and self._installed is None:
            dialog.stop_emission_by_name("response")
            self._start()

    def _start(self) -> None:
        chosen = self._files.get_filename()
        if chosen is None:
            self._notice.show_hint(tr("Choose a .dynpack or .zip file, or a folder's pack.json."))
            return
        path = Path(chosen)
        self._path = str(path.parent if path.name == MANIFEST else path)
        self._install(replace=False)

    def _install(self, *, replace: bool) -> None:
        self._notice.hide()
        self._is_replacing = replace
        self._set_busy(True)
        self._worker.install_pack(self._path, replace=replace)

    def _remedy(self, remedy: Remedy) -> None:
        if remedy.kind in ("start", "restart"):
            self._worker.restart()
        self._install(replace=self._is_replacing or remedy is self._replace)

    def _diagnostics(self) -> str:
        return self._heard.diagnostics(state="installing a pack", error=self._error)

    def _take(self, event: Event) -> None:
        if isinstance(event, PackInstalled):
            self._installed = event.entry
            self._dialog.response(Gtk.ResponseType.OK)
        elif isinstance(event, RunFailed):
            self._set_busy(False)
            self._error = event.error
            text, remedy = message_for(event.error), event.remedy
            if isinstance(event.error, PackInstallError) and not self._is_replacing:
                # the backend's advice after the semicolon is for its command line
                text = text.partition("; replace it")[0]
                remedy = self._replace
            elif remedy.kind == "install_pack":  # which is what this dialog does
                remedy = Remedy("none", "")
            self._notice.show_error(*beside_the_panel(text, remedy))

    def _set_busy(self, is_busy: bool) -> None:
        if self._pulse:
            GLib.source_remove(self._pulse)
            self._pulse = 0
        self._files.set_sensitive(not is_busy)
        self._dialog.set_response_sensitive(Gtk.ResponseType.OK, not is_busy)
        self._progress.set_visible(is_busy)
        if is_busy:
            self._pulse = GLib.timeout_add(_PULSE_MS, self._pulsed)

    def _pulsed(self) -> bool:
        self._progress.pulse()
        return True
