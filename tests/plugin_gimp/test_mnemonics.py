"""Underlined letters for titles that come from packs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from .. import catalogs
from .conftest import Plugin


def test_each_letter_is_used_once_and_word_beginnings_first(plugin: Plugin) -> None:
    mnemonics = plugin.mnemonics.Mnemonics("s")
    titles = ["Strength", "Stroke size", "Towards The Great Wave", "Stroke size"]
    assert [mnemonics.added_to(title) for title in titles] == [
        "S_trength",
        "St_roke size",
        "Towards The _Great Wave",
        "Str_oke size",
    ]


def test_without_a_free_letter_the_text_is_shown_as_it_is(plugin: Plugin) -> None:
    mnemonics = plugin.mnemonics.Mnemonics("ab")
    assert mnemonics.added_to("a_b α") == "a__b α"


# Texts that stand in one window, or in the menu, by the modules that have them.
DIALOG = Path(__file__).resolve().parents[2] / "plugin_gimp/dynamic-style/dynamic_style_gimp/dialog"
WINDOWS = {
    "menu": ("../procedures/registration.py",),
    "dialog": (
        *("layout.py", "widgets/pack_chooser.py", "widgets/preview_view.py"),
        *("widgets/options_box.py", "widgets/info_bar.py"),
    ),
    "new style": ("style_dialog.py", "widgets/style_run_box.py"),
    "frames": ("frames/frames_dialog.py", "widgets/info_bar.py"),
    "install": ("packs/install.py",),
    "more packs": ("packs/catalog.py", "widgets/info_bar.py"),
    "set up": ("set_up_question.py",),
}
MENU_ENTRY = "..."
ON_ONE_BUTTON = {
    "_Remove All That It Has Learnt"
}  # in the place of "_Remove", once that is pressed
LETTER = re.compile(r"(?<!_)_(?=[^\W_])(.)")


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("language", ["en", *catalogs.LANGUAGES])
def test_in_no_language_two_texts_of_a_window_have_one_letter(language: str, window: str) -> None:
    texts = {text for name in WINDOWS[window] for text in texts_of(DIALOG / name)}
    if window == "menu":
        texts = {text for text in texts if text.endswith(MENU_ENTRY)}
    assert len(texts) > 1, "nothing was looked at"
    said = texts if language == "en" else translated(texts, language)
    letters = [found[1].casefold() for text in said if (found := LETTER.search(text))]
    assert sorted(letters) == sorted(set(letters)), said


def texts_of(module: Path) -> set[str]:
    """Those with a letter underlined."""
    texts = {
        ast.literal_eval(node.args[0])
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "tr"
    }
    return {text for text in texts if LETTER.search(text)} - ON_ONE_BUTTON


def translated(texts: set[str], language: str) -> list[str]:
    messages = {message.id: message for message in catalogs.read_language(language)}
    return [str(messages[text].string) for text in texts]
