"""Looks into our GIMP plug-in's dialog for the tests; found at Python's start by PYTHONPATH.

In any other Python program it does nothing. In the plug-in's process it runs the tests' code from a
timer of GLib, thus in the thread of the dialog and only while a main loop runs.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

FOLDER = os.environ.get("DYNAMIC_STYLE_TEST_GIMP_DIALOG")
PLUGIN = "dynamic-style.py"
EVERY_MS = 10


def look_into_dialog(folder: str) -> None:
    import gi

    gi.require_version("Gtk", "3.0")
    from gi.repository import GLib

    sys.path.insert(0, "/checkout/tests/hosts/driver")
    from answering import Answering

    names: dict[str, Any] = {"find_widget": find_widget, "widget_rect": widget_rect, "GLib": GLib}
    names |= {"all_widgets": all_widgets, "rect_of": rect_of}
    answering = Answering(Path(folder), names)

    def poll() -> bool:
        if "Gtk" not in names:
            from gi.repository import Gtk  # not sooner: the plug-in says which version it wants

            names["Gtk"] = Gtk
        answering.answer_waiting()
        return True

    GLib.timeout_add(EVERY_MS, poll)


def all_widgets() -> list[Any]:
    """All visible widgets of this process."""
    from gi.repository import Gtk

    found = []
    waiting = [w for w in Gtk.Window.list_toplevels() if w.get_visible()]
    while waiting:
        widget = waiting.pop(0)
        found.append(widget)
        if isinstance(widget, Gtk.Container):
            inner: list[Any] = []
            widget.forall(inner.append)
            waiting += [each for each in inner if each.get_visible()]
    return found


def find_widget(name: str) -> Any:
    """The visible widget of this name, else the one with this label or title (without its _)."""
    widgets = all_widgets()
    for widget in widgets:
        if widget.get_name() == name:
            return widget
    for widget in widgets:
        if name in (label_of(widget, "get_label"), label_of(widget, "get_title")):
            return widget
    seen = sorted({w.get_name() for w in widgets} | {label_of(w, "get_label") for w in widgets})
    raise LookupError(f"no visible widget is called {name!r}; there are {seen}")


def label_of(widget: Any, getter: str) -> str:
    text = getattr(widget, getter, lambda: None)()
    return text.replace("_", "") if isinstance(text, str) else ""


def widget_rect(name: str) -> list[int]:
    return rect_of(find_widget(name))


def rect_of(widget: Any) -> list[int]:
    """x, y, width, height on the screen, in its pixels."""
    inside = widget.get_allocation()
    _, x, y = widget.get_window().get_origin()
    if not widget.get_has_window():
        x, y = x + inside.x, y + inside.y
    scale = widget.get_scale_factor()
    return [side * scale for side in (x, y, inside.width, inside.height)]


if FOLDER and sys.orig_argv[1:2] and any(a.endswith(PLUGIN) for a in sys.orig_argv[:3]):
    look_into_dialog(FOLDER)
