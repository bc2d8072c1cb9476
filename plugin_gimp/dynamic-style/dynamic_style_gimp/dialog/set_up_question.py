"""What is said before the backend is set up: what is fetched, how large it is and where it goes."""

from __future__ import annotations

from collections.abc import Callable

from ..plugin.translations import tr
from .widgets.gtk import Gtk

_BY_HAND = 1  # a response


def asks_to_set_up(parent: Gtk.Window, question: str, *, help_: Callable[[], None]) -> bool:
    """Whether the user agrees. help_: shows how to do it by hand."""
    dialog = Gtk.MessageDialog(
        transient_for=parent,
        modal=True,
        message_type=Gtk.MessageType.QUESTION,
        text=tr("Set up Dynamic Style"),
        name="set-up-question",
    )
    dialog.format_secondary_text(question)
    dialog.add_button(tr("By _hand…"), _BY_HAND)
    dialog.add_button(tr("_Cancel"), Gtk.ResponseType.CANCEL)
    dialog.add_button(tr("Set _Up"), Gtk.ResponseType.OK).set_name("set-up-begin")
    dialog.set_default_response(Gtk.ResponseType.OK)
    response = dialog.run()
    dialog.destroy()
    if response == _BY_HAND:
        help_()
    return bool(response == Gtk.ResponseType.OK)
