"""New Style from Layer…: asks what is needed, starts the run, and shows how runs are getting on.
Closing it ends none of them; the next time it shows them again.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from ..layers.painting_reading import read_painting
from ..layers.reading import Source
from ..plugin.errors.error_actions import message_for
from ..plugin.new_style.run_texts import dials_text, quality_text
from ..plugin.new_style.style_request import (
    DIAL_CHOICES,
    MOST_TITLE,
    PHOTOS_CHOICE,
    QUALITIES,
    StyleRequest,
)
from ..plugin.new_style.style_runs import RunBegun, RunsSeen, StyleFailed, StyleRuns
from ..plugin.saved_settings import change_settings, load_settings
from ..plugin.translations import tr
from ..protocol.errors import DynamicStyleError, UsageError
from ..protocol.process.plain_files import is_folder
from .help import show_help
from .widgets.css import add_look
from .widgets.gtk import GimpUi, GLib, Gtk
from .widgets.style_run_box import StyleRunBox

_DRAIN_MS = 200
_WIDTH_PX = 480


def run_new_style_dialog(source: Source) -> None:
    """Until the user closes it."""
    GimpUi.init("dynamic-style")
    add_look()
    dialog = _NewStyleDialog(source)
    try:
        dialog.run()
    finally:
        dialog.close()


class _NewStyleDialog:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._runs = StyleRuns()
        self._photos_of_begun = ""
        self._is_beginning = False
        self._dialog = GimpUi.Dialog(
            title=tr("New Style from Layer"), role="dynamic-style-new-style", use_header_bar=0
        )
        self._dialog.add_button(tr("_Help"), Gtk.ResponseType.HELP)
        self._dialog.add_button(tr("_Close"), Gtk.ResponseType.CLOSE)
        self._dialog.add_button(tr("_Start"), Gtk.ResponseType.OK)
        self._dialog.set_default_response(Gtk.ResponseType.OK)
        self._dialog.set_default_size(_WIDTH_PX, -1)
        self._dialog.connect("response", self._responded)
        GimpUi.window_set_transient(self._dialog)
        self._error = _wrapped("", name="new-style-error")
        self._error.set_no_show_all(True)
        self._box = StyleRunBox(
            cancel=self._runs.cancel,
            go_on=self._runs.go_on,
            remove=self._runs.remove,
            dismiss=self._runs.dismiss,
        )
        content = self._dialog.get_content_area()
        content.set_spacing(10)
        content.set_border_width(12)
        intro = tr(
            "The strokes and colours of '{layer}' are learnt and become a style pack of your own. "
            "It takes a while, in the background, also when GIMP is closed."
        ).format(layer=source.name)
        for widget in (_wrapped(intro), self._make_form(), self._error, self._box.widget):
            content.pack_start(widget, False, False, 0)
        self._timer = GLib.timeout_add(_DRAIN_MS, self._drain)

    def run(self) -> None:
        self._dialog.show_all()
        self._runs.watch()
        GimpUi.Dialog.run(self._dialog)

    def close(self) -> None:
        GLib.source_remove(self._timer)
        self._runs.close(timeout_s=0.3)
        self._dialog.destroy()

    def _make_form(self) -> Gtk.Grid:
        self._title = Gtk.Entry(
            text=self._source.name[:MOST_TITLE],
            max_length=MOST_TITLE,
            activates_default=True,
            hexpand=True,
            name="new-style-title",
        )
        self._photos = Gtk.FileChooserButton(
            title=tr("Folder of photos"),
            action=Gtk.FileChooserAction.SELECT_FOLDER,
            name="new-style-photos",
        )
        self._photos.set_tooltip_text(
            tr("Photos of anything, to practise on; 10 at least, some hundred are best")
        )
        last = load_settings().choices.get(PHOTOS_CHOICE, "")
        if last and is_folder(Path(last)):
            self._photos.set_filename(last)
        self._quality = Gtk.ComboBoxText(name="new-style-quality")
        for quality in QUALITIES:
            self._quality.append(quality, quality_text(quality))
        self._quality.set_active_id("normal")
        self._dials = Gtk.ComboBoxText(name="new-style-dials")
        for dials in DIAL_CHOICES:
            self._dials.append_text(dials_text(dials))
        self._dials.set_active(0)
        grid = Gtk.Grid(row_spacing=6, column_spacing=12)
        rows = (
            (tr("_Title"), self._title),
            (tr("_Photos"), self._photos),
            (tr("_Quality"), self._quality),
            (tr("_Dials"), self._dials),
        )
        for row, (text, widget) in enumerate(rows):
            label = Gtk.Label(label=text, use_underline=True, xalign=0)
            label.set_mnemonic_widget(widget)
            grid.attach(label, 0, row, 1, 1)
            grid.attach(widget, 1, row, 1, 1)
        return grid

    def _responded(self, dialog: Gtk.Dialog, response: int) -> None:
        if response == Gtk.ResponseType.OK:
            dialog.stop_emission_by_name("response")
            self._start()
        elif response == Gtk.ResponseType.HELP:
            dialog.stop_emission_by_name("response")
            with suppress(UsageError):
                show_help(dialog)

    def _start(self) -> None:
        self._error.hide()
        photos = self._photos.get_filename() or ""
        request = StyleRequest(
            title=self._title.get_text(),
            photos=Path(photos) if photos else Path(),
            quality=self._quality.get_active_id(),
            dials=DIAL_CHOICES[self._dials.get_active()],
        )
        try:
            painting = read_painting(self._source)
        except DynamicStyleError as error:
            self._show_error(error)
            return
        self._photos_of_begun = photos
        self._set_beginning(True)
        self._runs.begin(request, painting)

    def _drain(self) -> bool:
        for event in self._runs.drain():
            if isinstance(event, RunsSeen):
                self._box.show(event.runs[0] if event.runs else None)
            elif isinstance(event, RunBegun):
                self._begun()
            elif isinstance(event, StyleFailed):
                self._show_error(event.error)
                self._set_beginning(False)
        return True

    def _begun(self) -> None:
        if self._is_beginning:
            photos = self._photos_of_begun
            change_settings(lambda settings: settings.with_choice(PHOTOS_CHOICE, photos))
        self._error.hide()
        self._set_beginning(False)

    def _show_error(self, error: DynamicStyleError) -> None:
        self._error.set_text(message_for(error))
        self._error.show()

    def _set_beginning(self, is_beginning: bool) -> None:
        self._is_beginning = is_beginning
        self._dialog.set_response_sensitive(Gtk.ResponseType.OK, not is_beginning)


def _wrapped(text: str, *, name: str = "") -> Gtk.Label:
    return Gtk.Label(
        label=text, wrap=True, xalign=0, max_width_chars=60, selectable=bool(name), name=name
    )
