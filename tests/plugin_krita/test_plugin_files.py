"""What Krita reads before it runs any of our code: .desktop, .action, manual and icons."""

from __future__ import annotations

import ast
import configparser
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from dynamic_style_krita.plugin.tasks.table import TASKS

PLUGIN = Path(__file__).resolve().parents[2] / "plugin_krita"
PACKAGE = PLUGIN / "dynamic_style_krita"
SOURCES = sorted(PACKAGE.rglob("*.py"))


def test_the_desktop_file_names_the_package_and_its_manual() -> None:
    parser = configparser.ConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(PLUGIN / "dynamic_style_krita.desktop", encoding="utf-8")
    entry = parser["Desktop Entry"]
    assert entry["X-KDE-Library"] == PACKAGE.name
    assert entry["ServiceTypes"] == "Krita/PythonPlugin"
    assert (PACKAGE / entry["X-Krita-Manual"]).is_file()


def test_every_menu_entry_is_an_action_that_can_be_given_a_shortcut() -> None:
    actions = ElementTree.parse(PLUGIN / "dynamic_style_krita.action").getroot()
    listed = {str(action.get("name")): action.findtext("text") for action in actions.iter("Action")}
    source = (PACKAGE / "extension.py").read_text(encoding="utf-8")
    made = {f"dynamic_style_{task.name}": task.words().menu for task in TASKS}
    constants = dict(re.findall(r'^(_\w+) = "(\w+)"$', source, re.MULTILINE))
    for name, text in re.findall(r'yield "?(\w+)"?, tr\("([^"]+)"\)', source):
        made[f"dynamic_style_{constants.get(name, name)}"] = text
    assert len(made) == 10
    assert listed == {"dynamic_style_menu": "Dynamic Style", **made}
    assert all(not action.findtext("shortcut") for action in actions.iter("Action"))


def test_the_manual_has_every_section_that_is_opened() -> None:
    manual = (PACKAGE / "manual.html").read_text(encoding="utf-8")
    opened = {
        match
        for source in SOURCES
        for match in re.findall(r'open_manual\("(\w+)"\)', source.read_text(encoding="utf-8"))
    }
    assert opened
    assert opened <= set(re.findall(r'id="(\w+)"', manual))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_icons_are_well_formed(theme: str) -> None:
    icon = PACKAGE / "icons" / f"dynamic_style_{theme}.svg"
    assert ElementTree.parse(icon).getroot().tag.endswith("svg")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_the_syntax_is_that_of_python_3_10(source: Path) -> None:
    ast.parse(source.read_text(encoding="utf-8"), feature_version=(3, 10))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_qt_comes_from_one_place_and_its_enumerations_are_written_in_full(source: Path) -> None:
    """PyQt6 knows no Qt.AlignLeft, only Qt.AlignmentFlag.AlignLeft."""
    text = source.read_text(encoding="utf-8")
    if source.name != "qt.py":
        assert "PyQt" not in re.sub(r'""".*?"""', "", text, flags=re.DOTALL)
    short = re.findall(r"\bQt\.[A-Z]\w*(?![\w.])", text)
    assert short == []
    for owner in ("QImage", "QEvent", "QSizePolicy", "QFrame", "QPalette", "QPainter", "QStyle"):
        found = re.findall(rf"\b{owner}\.([A-Z]\w*)(?![\w.(])", text)
        assert found == [], f"{owner}.{found}"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_text_of_a_packs_can_be_taken_for_html(source: Path) -> None:
    """Labels are made in one place, as plain text; tooltips are our own words or made plain."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        called = ast.unparse(call.func)
        if called.endswith("QLabel"):
            assert source.name == "labels.py", f"line {call.lineno}"
        if called.endswith((".setToolTip", ".setStatusTip", ".setWhatsThis")):
            assert _is_plain(call.args[0]), f"line {call.lineno}: {ast.unparse(call)}"


def _is_plain(text: ast.expr) -> bool:
    if isinstance(text, ast.IfExp):
        return _is_plain(text.body) and _is_plain(text.orelse)
    if isinstance(text, ast.Constant):
        return True
    if not isinstance(text, ast.Call):
        return False
    called = ast.unparse(text.func)
    is_ours = called == "tr" and isinstance(text.args[0], ast.Constant)
    return called == "plain_tip" or is_ours
