"""How a new style is getting on: a bar, the time that is left, the latest sample sheet, and what
can be done about it. Hidden while there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ...plugin.new_style.run_state import StyleRun
from ...plugin.new_style.run_texts import run_text
from ...plugin.translations import tr
from .gtk import GdkPixbuf, GLib, Gtk
from .sharp_picture import SharpPicture

_SHEET_PX = (440, 180)

Act = Callable[[StyleRun], None]


class StyleRunBox:
    """Each of the functions gets the run that is shown."""

    def __init__(self, *, cancel: Act, go_on: Act, remove: Act, dismiss: Act) -> None:
        self._run: StyleRun | None = None
        self._is_cancelling = False
        self._is_asked = False  # whether to remove it, once
        self._sheet_path: Path | None = None
        self._remove = remove
        self.widget = Gtk.Box(
            orientation=Gtk.Orientation.VERTICAL, spacing=6, no_show_all=True, name="style-run"
        )
        self._text = Gtk.Label(wrap=True, xalign=0, max_width_chars=60, name="style-run-text")
        self._bar = Gtk.ProgressBar(name="style-run-progress")
        self._bar.get_accessible().set_name(tr("Progress of the new style"))
        self._sheet = SharpPicture()
        self._sheet.set_tooltip_text(tr("The latest samples: photos as the new style paints them"))
        row = Gtk.Box(spacing=6, halign=Gtk.Align.END, visible=True)
        self._buttons = {
            "cancel": self._make_button(row, tr("C_ancel the Run"), self._on_cancel(cancel)),
            "go_on": self._make_button(row, tr("_Go On"), go_on),
            "remove": self._make_button(row, tr("_Remove"), self._on_remove),
            "dismiss": self._make_button(row, tr("Dis_miss"), dismiss),
        }
        for widget in (self._text, self._bar, self._sheet, row):
            self.widget.pack_start(widget, False, False, 0)

    def show(self, run: StyleRun | None) -> None:
        before, self._run = self._run, run
        if run is None or before is None or before.folder != run.folder or not run.is_at_work:
            self._is_cancelling = False
        if run is None or before is None or before.state != run.state:
            self._is_asked = False
        self._refresh()

    def _refresh(self) -> None:
        run = self._run
        self.widget.set_visible(run is not None)
        if run is None:
            return
        self._text.set_text(run_text(run, is_cancelling=self._is_cancelling))
        self._text.set_tooltip_text(run.message or None)
        self._text.show()
        self._bar.set_fraction(run.fraction)
        self._bar.set_visible(run.is_at_work)
        self._show_sheet(run.sheet)
        for name, button in self._buttons.items():
            button.set_visible(name in run.choices)
        self._buttons["cancel"].set_sensitive(not self._is_cancelling)
        asked, unasked = tr("_Remove All That It Has Learnt"), tr("_Remove")
        self._buttons["remove"].set_label(asked if self._is_asked else unasked)

    def _show_sheet(self, path: Path | None) -> None:
        if path == self._sheet_path:
            return
        self._sheet.set_visible(path is not None)
        if path is not None:
            try:
                pixbuf = GdkPixbuf.Pixbuf.new_from_file_at_size(str(path), *_SHEET_PX)
            except GLib.Error:
                return  # perhaps it is there the next time
            self._sheet.show_pixbuf(pixbuf)
        self._sheet_path = path

    def _on_cancel(self, cancel: Act) -> Act:
        def act(run: StyleRun) -> None:
            self._is_cancelling = True
            cancel(run)
            self._refresh()

        return act

    def _on_remove(self, run: StyleRun) -> None:
        """Asked once more, by the button itself."""
        if self._is_asked:
            self._remove(run)
        self._is_asked = not self._is_asked
        self._refresh()

    def _make_button(self, row: Gtk.Box, text: str, act: Act) -> Gtk.Button:
        button = Gtk.Button(label=text, use_underline=True, no_show_all=True)

        def on_clicked(_button: Gtk.Button) -> None:
            if self._run is not None:
                act(self._run)

        button.connect("clicked", on_clicked)
        row.pack_start(button, False, False, 0)
        return button
