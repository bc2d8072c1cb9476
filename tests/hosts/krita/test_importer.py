"""The plug-in as a zip file, through Krita's own Import Python Plugin from File: no installer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ..debian.inside import CHECKOUT
from ..desk import Desk
from .host import Krita

DIALOG = "QtWidgets.QApplication.activeModalWidget()"
WAIT_S = 60.0


def test_krita_imports_the_zip_which_says_that_the_backend_is_missing(bare_desk: Desk) -> None:
    display = bare_desk.display
    make_zip(bare_desk.exchange / "dynamic-style.zip")
    bare_desk.add_picture("photo.png", size=(320, 240))
    with Krita(display, "/exchange/photo.png") as krita:
        display.click(*krita.menu("tools").centre)
        appears(krita, "entry_rect('Scripts')")
        display.click(*krita.entry("Scripts").centre)
        appears(krita, "entry_rect('Import Python Plugin from File...')")
        display.click(*krita.entry("Import Python Plugin from File...").centre)
        appears(krita, f"isinstance({DIALOG}, QtWidgets.QFileDialog)")
        display.type("/exchange/dynamic-style.zip")
        display.key("Return")
        appears(krita, f"isinstance({DIALOG}, QtWidgets.QMessageBox)")
        display.screenshot("importer")
        assert "Dynamic Style" in krita.evaluate(f"{DIALOG}.text()")
        yes = f"{DIALOG}.button(QtWidgets.QMessageBox.StandardButton.Yes)"
        x, y, width, height = krita.evaluate(
            f"yes = {yes}\ncorner = yes.mapToGlobal(yes.rect().topLeft())\n"
            "[corner.x(), corner.y(), yes.width(), yes.height()]"
        )
        display.click(x + width // 2, y + height // 2)
        appears(krita, f"{DIALOG} is None")
        assert krita.script_errors() == []

    with Krita(display, "/exchange/photo.png") as krita:
        display.click(*krita.menu("filter").centre)
        appears(krita, "entry_rect('Dynamic Style')")
        display.click(*krita.entry("Dynamic Style").centre)
        appears(krita, "entry_rect('Stylize Layer…')")
        display.screenshot("imported-menu")
        display.click(*krita.entry("Stylize Layer…").centre)
        appears(krita, "find_widget('dynamic_style_error').isVisible()")
        display.screenshot("without-backend")
        told = krita.evaluate("find_widget('dynamic_style_error_text').text()")
        assert "is not set up yet" in told
        assert "python3" not in told  # a painter has no command line there; see ../test_set_up.py
        remedy = krita.evaluate("find_widget('dynamic_style_error_remedy').text()")
        assert remedy == "Set up…"
        assert krita.script_errors() == []


def make_zip(path: Path) -> None:
    """As somebody does who hands it on: out here, where the development environment is."""
    command = (sys.executable, "-m", "installer", "package", "krita", str(path))
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, timeout=120)


def appears(krita: Krita, expression: str) -> None:
    krita.wait_for_sight(expression, timeout_s=WAIT_S)
