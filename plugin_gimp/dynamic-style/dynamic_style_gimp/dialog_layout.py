"""Where everything is in the dialog: buttons, the picture on the left, what is set on the right."""

from __future__ import annotations

from .gtk import GimpUi, Gtk
from .panel.texts import tr

RESET = 1  # a response


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
    dialog.set_default_size(980, 690)
    GimpUi.window_set_transient(dialog)
    dialog.get_content_area().set_spacing(6)
    return dialog


def left_side(view: Gtk.Widget, status: Gtk.Widget, spinner: Gtk.Widget) -> Gtk.Widget:
    left = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
    left.pack_start(view, True, True, 0)
    line = Gtk.Box(spacing=6)
    line.pack_start(status, True, True, 0)
    line.pack_start(spinner, False, False, 0)
    left.pack_start(line, False, False, 0)
    return left


def right_side(chooser: Gtk.Widget, dials: Gtk.Widget, options: Gtk.Widget) -> Gtk.Widget:
    # a bar that is always there says that there are more dials below
    scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER, overlay_scrolling=False)
    scrolled.set_min_content_height(180)
    scrolled.add(dials)
    dials.set_margin_end(6)
    side = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=12)
    side.set_size_request(370, -1)
    side.set_hexpand(False)  # against its labels, which want to grow
    side.pack_start(chooser, False, False, 0)
    side.pack_start(scrolled, True, True, 0)
    side.pack_start(options, False, False, 0)
    return side
