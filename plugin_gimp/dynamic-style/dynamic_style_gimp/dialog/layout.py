"""Where everything is in the dialog: buttons, the picture on the left, what is set on the right."""

from __future__ import annotations

from collections.abc import Callable

from ..plugin.translations import tr
from .widgets.gtk import Gdk, GimpUi, Gtk

RESET = 1  # a response
_WISHED_SIZE = (980, 820)  # with it three dials are seen
_LEAST_DIALS_PX = 100  # one of them
_FRAME_PX = (8, 40)  # what a window manager adds to it


def new_dialog(title: str) -> Gtk.Dialog:
    """An empty dialog with its buttons."""
    has_header = Gtk.Settings.get_default().get_property("gtk-dialogs-use-header")
    dialog = GimpUi.Dialog(title=title, role="dynamic-style", use_header_bar=1 if has_header else 0)
    dialog.add_button(tr("_Help"), Gtk.ResponseType.HELP)
    reset = dialog.add_button(tr("_Reset"), RESET)
    dialog.add_button(tr("_Cancel"), Gtk.ResponseType.CANCEL)
    dialog.add_button(tr("_OK"), Gtk.ResponseType.OK)
    if not has_header:
        reset.get_parent().set_child_secondary(reset, True)
    dialog.set_default_response(Gtk.ResponseType.OK)
    dialog.set_default_size(*_default_size())
    GimpUi.window_set_transient(dialog)
    dialog.get_content_area().set_spacing(6)
    return dialog


def add_search_key(dialog: Gtk.Dialog, search: Callable[[], None]) -> None:
    """Control and F call search."""

    def pressed(*_event: object) -> bool:
        search()
        return True

    keys = Gtk.AccelGroup()
    keys.connect(Gdk.KEY_f, Gdk.ModifierType.CONTROL_MASK, 0, pressed)
    dialog.add_accel_group(keys)


def body(left: Gtk.Widget, right: Gtk.Widget) -> Gtk.Widget:
    sides = Gtk.Box(spacing=12, margin=12)
    sides.pack_start(left, True, True, 0)
    sides.pack_start(right, False, False, 0)
    return sides


def left_side(view: Gtk.Widget, status: Gtk.Widget, *beside: Gtk.Widget) -> Gtk.Widget:
    """beside: what comes and goes in the line of the status. The line is never higher for it, so
    that the picture stays where it is.
    """
    left = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
    left.pack_start(view, True, True, 0)
    line = Gtk.Box(spacing=6)
    line.pack_start(status, True, True, 0)
    for widget in beside:
        line.pack_start(widget, False, False, 0)
    left.pack_start(line, False, False, 0)
    return left


def right_side(chooser: Gtk.Widget, dials: Gtk.Widget, options: Gtk.Widget) -> Gtk.Widget:
    """The packs and the dials share what the screen leaves them; each can be scrolled."""
    # a bar that is always there says that there are more dials below
    scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER, overlay_scrolling=False)
    scrolled.set_min_content_height(_LEAST_DIALS_PX)
    scrolled.set_propagate_natural_height(True)
    scrolled.add(dials)
    dials.set_margin_end(6)
    side = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=12)
    side.set_size_request(370, -1)
    side.set_hexpand(False)  # against its labels, which want to grow
    side.pack_start(chooser, False, False, 0)
    side.pack_start(scrolled, True, True, 0)
    side.pack_start(options, False, False, 0)
    return side


def _default_size() -> tuple[int, int]:
    """As large as wished for, or as the screen has room for."""
    display = Gdk.Display.get_default()
    area = (display.get_primary_monitor() or display.get_monitor(0)).get_workarea()
    width, height = (
        min(wish, max(1, free - frame))
        for wish, free, frame in zip(
            _WISHED_SIZE, (area.width, area.height), _FRAME_PX, strict=True
        )
    )
    return width, height
