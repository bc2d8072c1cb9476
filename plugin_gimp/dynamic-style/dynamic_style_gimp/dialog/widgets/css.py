"""The few styles that GIMP's themes lack, in each theme's own colours."""

from __future__ import annotations

from .gtk import Gdk, Gtk

_CSS = b"""
.dynamic-style-small { font-size: smaller; }
.dynamic-style-heading { font-weight: bold; }
.dynamic-style-warning { font-weight: bold; font-style: italic; }
.dynamic-style-notice, .dynamic-style-notice viewport { background-color: transparent; }
.dynamic-style-notice label { padding: 0 6px; }
.dynamic-style-packs row * { background-color: transparent; }
.dynamic-style-packs row:selected {
    background-color: alpha(currentColor, 0.15);
    box-shadow: inset 4px 0 0 currentColor;
}
.dynamic-style-shows button:checked { background-image: none;
    background-color: alpha(currentColor, 0.25); }
"""


def add_look() -> None:
    """Make the style classes known on the default screen."""
    provider = Gtk.CssProvider()
    provider.load_from_data(_CSS)
    Gtk.StyleContext.add_provider_for_screen(
        Gdk.Screen.get_default(), provider, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION
    )
