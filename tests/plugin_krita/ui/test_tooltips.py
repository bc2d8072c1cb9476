"""What a pack calls itself is shown letter by letter."""

from __future__ import annotations

import html
import re

import pytest
from dynamic_style_krita.ui.tooltips import plain_tip


@pytest.mark.parametrize(
    "text",
    [
        '<img src="r.png"><h1>Update needed</h1>',
        "<img src=//other/computer/a.png>",
        "Night\n<a href='http://other'>here</a>",
        "&lt;img src=r.png>",
        "<?xml version='1.0'?>",
    ],
)
def test_what_looks_like_html_is_shown_as_it_is_written(text: str) -> None:
    tip = plain_tip(text)
    assert set(re.findall(r"<[^>]*>", tip)) <= {"<qt>", "</qt>", "<br>"}
    shown = tip.removeprefix("<qt>").removesuffix("</qt>").replace("<br>", "\n")
    assert html.unescape(shown) == text


@pytest.mark.parametrize("text", ["", "The Great Wave", "Cats & dogs", "a > b\nα from 0 to 1"])
def test_other_text_is_left_alone(text: str) -> None:
    assert plain_tip(text) == text
