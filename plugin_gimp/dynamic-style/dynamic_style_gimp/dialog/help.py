"""The manual, in the user's browser."""

from __future__ import annotations

from pathlib import Path

from ..plugin.translations import tr
from ..protocol.errors import UsageError
from .widgets.gtk import Gdk, GLib, Gtk

MANUAL = Path(__file__).parents[1] / "manual.html"


def show_help(parent: Gtk.Window) -> None:
    """Raises UsageError that says where the manual lies, where nothing can show it."""
    try:
        Gtk.show_uri_on_window(parent, MANUAL.as_uri(), Gdk.CURRENT_TIME)
    except GLib.Error as error:
        raise UsageError(
            tr("No program is set for web pages. The manual is the file {path}.").format(
                path=MANUAL
            )
        ) from error
