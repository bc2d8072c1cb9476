"""What went wrong, at the top of the dialog, with the button that may help."""

from __future__ import annotations

from collections.abc import Callable

from ...plugin.errors.error_actions import Remedy
from ...plugin.translations import tr
from .gtk import Gdk, Gtk, Pango
from .mnemonics import Mnemonics, letters_of

_REMEDY, _COPY = 1, 2  # responses
_MOST_PX = 84  # four lines; a longer text is scrolled, so that the dialog fits a small screen


class Notice:
    """on_remedy: called with the remedy whose button was pressed. diagnostics: the text that "Copy
    Diagnostics" copies.
    """

    def __init__(self, on_remedy: Callable[[Remedy], None], diagnostics: Callable[[], str]) -> None:
        self._on_remedy = on_remedy
        self._diagnostics = diagnostics
        self._remedy: Remedy | None = None
        self.widget = Gtk.InfoBar(show_close_button=True, no_show_all=True)
        self._text = Gtk.Label(name="notice", xalign=0, wrap=True, selectable=True)
        self._text.set_line_wrap_mode(Pango.WrapMode.WORD_CHAR)
        self._text.set_max_width_chars(60)
        scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER)
        scrolled.set_propagate_natural_height(True)
        scrolled.set_max_content_height(_MOST_PX)
        scrolled.add(self._text)
        scrolled.get_style_context().add_class("dynamic-style-notice")
        scrolled.show_all()
        self.widget.get_content_area().pack_start(scrolled, True, True, 0)
        self._button = self.widget.add_button("", _REMEDY)
        self._copy = self.widget.add_button(tr("Copy _Diagnostics"), _COPY)
        self._copy.set_tooltip_text(
            tr("Copy what a bug report needs; your name and folders are left out")
        )
        self.widget.connect("response", self._response)

    def show_error(self, text: str, remedy: Remedy) -> None:
        self._remedy = remedy
        self._show(text, Gtk.MessageType.ERROR)
        self._say_remedy(remedy)
        self._button.set_visible(bool(remedy.text))
        self._copy.set_visible(True)

    def show_hint(self, text: str, remedy: Remedy | None = None) -> None:
        """Nothing is wrong, but something is worth saying. remedy: what can be done about it."""
        self._remedy = remedy
        self._show(text, Gtk.MessageType.INFO)
        if remedy is not None:
            self._say_remedy(remedy)
        self._button.set_visible(remedy is not None)
        self._copy.set_visible(False)

    def hide(self) -> None:
        self.widget.hide()

    def _show(self, text: str, kind: Gtk.MessageType) -> None:
        self._text.set_text(text)
        self._text.get_accessible().set_name(text)
        self.widget.set_message_type(kind)
        self.widget.show()

    def _say_remedy(self, remedy: Remedy) -> None:
        """With a letter underlined that nothing else in the window has, where there is one."""
        self._button.set_label("")
        taken = letters_of(self.widget.get_toplevel())
        self._button.set_label(Mnemonics(taken).added_to(remedy.text))

    def _response(self, _bar: Gtk.InfoBar, response: int) -> None:
        if response == _COPY:
            clipboard = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)
            clipboard.set_text(self._diagnostics(), -1)
            clipboard.store()  # so that it is still there when the dialog is gone
            return
        self.hide()
        if response == _REMEDY and self._remedy is not None:
            self._on_remedy(self._remedy)
