"""The GTK of GIMP 3's plug-ins: version 3. The only module that says which; it needs a display."""

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
gi.require_version("GimpUi", "3.0")

from gi.repository import Gdk, GdkPixbuf, GimpUi, Gio, GLib, Gtk, Pango  # noqa: E402

__all__ = ["GLib", "Gdk", "GdkPixbuf", "GimpUi", "Gio", "Gtk", "Pango"]
