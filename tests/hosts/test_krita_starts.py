"""Krita starts with the plug-in that the installer has laid down, and complains of nothing."""

from __future__ import annotations

from .desk import Desk
from .krita import Krita


def test_krita_loads_the_plugin_without_a_script_error(desk: Desk) -> None:
    desk.add_picture("photo.png", size=(64, 48))
    with Krita(desk.display, "/exchange/photo.png") as krita:
        assert krita.evaluate("document().width(), document().height()") == [64, 48]
        assert "dynamic_style_krita" in krita.evaluate("import sys\nsorted(sys.modules)")
        desk.display.click(*krita.menu("filter").centre)
        desk.display.screenshot("filter-menu")
        assert krita.entry("Dynamic Style").width > 0
        desk.display.key("Escape")
        assert krita.script_errors() == []
        assert krita.quit() == 0
