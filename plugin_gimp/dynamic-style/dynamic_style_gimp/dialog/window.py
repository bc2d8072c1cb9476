"""The window of Stylize…, Inpaint Selection… and Generate Picture…: it shows, and tells the session
what the user does.
"""

from __future__ import annotations

from collections.abc import Sequence

from gi.repository import Gimp

from ..layers.reading import Source
from ..layers.run_settings import SelectionMode
from ..pack_scan import known_packs
from ..plugin.dial_model import DialModel
from ..plugin.errors.error_actions import Remedy, message_for
from ..plugin.tasks.task import Options, Task
from ..plugin.translations import tr
from ..protocol.errors import DynamicStyleError
from ..protocol.messages import BrokenPack, PackEntry
from ..protocol.pixels import Pixels
from .help import show_help
from .layout import RESET, add_search_key, body, left_side, new_dialog, right_side
from .packs.install import run_install_dialog
from .session import DialogSession
from .set_up_question import asks_to_set_up
from .widgets.css import add_look
from .widgets.dial_row import DialRow
from .widgets.gtk import GimpUi, Gtk, Pango
from .widgets.info_bar import Notice
from .widgets.mnemonics import Mnemonics, letters_of
from .widgets.options_box import OptionsBox
from .widgets.pack_chooser import PackChooser
from .widgets.preview_view import PreviewView

_PROGRESS_PX = 120


class DialogWindow:
    """source: the layer that is shown. A DialogView."""

    _session: DialogSession

    def __init__(self, source: Source, task: Task) -> None:
        GimpUi.init("dynamic-style")
        add_look()
        words = task.words()
        self._rows: list[DialRow] = []
        self._view = PreviewView(lambda: self._session.look_closer())
        self._notice = Notice(self._remedy, lambda: self._session.diagnostics())
        self._progress = Gtk.ProgressBar(
            no_show_all=True,
            name="progress",
            valign=Gtk.Align.CENTER,
            width_request=_PROGRESS_PX,
        )
        self._progress.get_accessible().set_name(tr("Progress"))
        self._chooser = PackChooser(
            lambda pack: self._session.choose(pack.id),
            self._install,
            heading=words.packs,
            likely=len(known_packs(task.id)),
        )
        self._options = OptionsBox(
            lambda *options: self._session.set_options(*options),
            task,
            has_selection=source.has_selection,
            long_side_px=max(source.width, source.height),
            is_result=source.into is not None,
        )
        self._dial_box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=10)
        self._status = Gtk.Label(
            xalign=0, hexpand=True, ellipsize=Pango.EllipsizeMode.END, name="preview-status"
        )
        self._spinner = Gtk.Spinner()
        self._side = right_side(self._chooser.widget, self._dial_box, self._options.widget)
        self._dialog = self._make_dialog(words.title)

    def run(self, session: DialogSession) -> None:
        """Show the dialog until it is done."""
        self._session = session
        session.open()
        self._dialog.show_all()
        Gimp.progress_end()  # GIMP's bar has said that the dialog would come
        GimpUi.Dialog.run(self._dialog)

    def close(self) -> None:
        self._dialog.destroy()

    # -- for the session -------------------------------------------------------------------------

    @property
    def needed_long_side_px(self) -> int:
        return self._view.needed_long_side_px

    def say_in_place_of_packs(self, text: str) -> None:
        self._chooser.say(text)

    def show_packs(
        self, packs: Sequence[PackEntry], broken: Sequence[BrokenPack], *, chosen: str
    ) -> None:
        self._chooser.show(packs, broken, chosen=chosen)

    def show_dials(self, dials: Sequence[DialModel]) -> None:
        if [id(row.model) for row in self._rows] != [id(dial) for dial in dials]:
            for row in self._rows:
                self._dial_box.remove(row.widget)
            mnemonics = Mnemonics(letters_of(self._dialog))
            self._rows = [DialRow(dial, self._session.turn, mnemonics) for dial in dials]
            for row in self._rows:
                self._dial_box.pack_start(row.widget, False, False, 0)
            self._dial_box.show_all()
        for row in self._rows:
            row.show()

    def show_options(
        self, options: Options, selection: SelectionMode, pack: PackEntry
    ) -> tuple[Options, SelectionMode]:
        self._options.show(options, selection, pack)
        return self._options.options, self._options.selection

    def show_part(self, size: tuple[int, int], before: Pixels) -> None:
        self._view.show_part(size, before)

    def show_before(self, pixels: Pixels) -> None:
        self._view.set_before(pixels)

    def show_after(self, pixels: Pixels) -> None:
        self._view.set_after(pixels)

    def show_status(self, text: str, *, is_working: bool) -> None:
        self._status.set_text(text)
        self._view.describe(text)
        if is_working:
            self._spinner.start()
        else:
            self._spinner.stop()

    def show_progress(self, fraction: float | None, text: str) -> None:
        self._progress.set_visible(fraction is not None)
        self._progress.set_fraction(min(1.0, max(0.0, fraction or 0.0)))
        self._progress.get_accessible().set_description(text)

    def set_busy(self, is_busy: bool, *, has_pack: bool) -> None:
        for widget in (self._side, self._dialog.get_widget_for_response(RESET)):
            widget.set_sensitive(not is_busy)
        self._dialog.set_response_sensitive(Gtk.ResponseType.OK, has_pack and not is_busy)

    def show_error(self, text: str, remedy: Remedy) -> None:
        self._notice.show_error(text, remedy)

    def show_hint(self, text: str) -> None:
        self._notice.show_hint(text)

    def show_set_up(self, text: str, fraction: float) -> None:
        if text:
            self._notice.show_hint(text, Remedy("cancel_set_up", tr("Cancel")))
        else:
            self._notice.hide()
        self.show_progress(fraction if text else None, text)

    def hide_notice(self) -> None:
        self._notice.hide()

    def end(self) -> None:
        self._dialog.response(Gtk.ResponseType.OK)

    # -- what the user does ----------------------------------------------------------------------

    def _remedy(self, remedy: Remedy) -> None:
        if remedy.kind == "install_pack":
            self._install()
        elif remedy.kind == "set_up":
            if asks_to_set_up(self._dialog, self._session.set_up.question, help_=self._help):
                self._session.set_up.begin()
        elif remedy.kind == "cancel_set_up":
            self._session.set_up.cancel()
        else:
            self._session.retry(remedy)

    def _install(self) -> None:
        pack = run_install_dialog(self._dialog)
        if pack is not None:
            self._session.take_installed(pack)

    def _help(self) -> None:
        try:
            show_help(self._dialog)
        except DynamicStyleError as error:
            self._notice.show_error(message_for(error), Remedy("none", ""))

    def _responded(self, dialog: Gtk.Dialog, response: int) -> None:
        """Only an OK with results, or a Cancel while nothing runs, ends the dialog."""
        if response == Gtk.ResponseType.OK and self._session.painted is not None:
            return
        if response in (Gtk.ResponseType.OK, Gtk.ResponseType.HELP, RESET):
            dialog.stop_emission_by_name("response")
        if response == Gtk.ResponseType.OK:
            self._session.run()
        elif response == Gtk.ResponseType.HELP:
            self._help()
        elif response == RESET:
            self._session.reset()
        elif self._session.cancel():
            dialog.stop_emission_by_name("response")

    def _make_dialog(self, title: str) -> Gtk.Dialog:
        dialog = new_dialog(title)
        dialog.connect("response", self._responded)
        # Escape and the window's own button stop a run like Cancel
        dialog.connect("delete-event", lambda _dialog, _event: self._session.cancel())
        add_search_key(dialog, self._chooser.focus_search)
        left = left_side(self._view.widget, self._status, self._progress, self._spinner)
        content = dialog.get_content_area()
        content.pack_start(self._notice.widget, False, False, 0)
        content.pack_start(body(left, self._side), True, True, 0)
        return dialog
