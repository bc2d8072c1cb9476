"""The search box finds packs as people type."""

from __future__ import annotations

import pytest

from dynamic_style.backend.plugin.pack_list import filter_packs, pack_by_id, recent_first

from .samples import entry

PACKS = [
    entry("starry", title="The Starry Night", summary="Van Gogh's swirls"),
    entry("composition", title="Composição VII", summary="Kandinsky"),
    entry("faces", title="Faces", task="completion"),
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["starry", "composition", "faces"]),
        ("  NIGHT ", ["starry"]),
        ("gogh starry", ["starry"]),
        ("gogh kandinsky", []),
        ("composicao", ["composition"]),
        ("strong", ["starry", "composition", "faces"]),
        ("painter faces", ["faces"]),
    ],
)
def test_every_word_must_be_found_somewhere(text: str, found: list[str]) -> None:
    assert [pack.id for pack in filter_packs(PACKS, text=text)] == found


def test_only_packs_of_a_task() -> None:
    assert [p.id for p in filter_packs(PACKS, task="completion")] == ["faces"]


def test_recent_packs_come_first_and_others_by_title() -> None:
    ordered = recent_first(PACKS, ["faces", "gone"])
    assert [pack.id for pack in ordered] == ["faces", "composition", "starry"]


def test_the_fastest_pack_comes_first_before_any_was_used() -> None:
    full = entry("a", title="A", width=32)
    small = entry("z", title="Z", width=32, working_size_px=256)
    lite, other = entry("y", title="Y"), entry("b", title="B")
    assert [pack.id for pack in recent_first([full, lite, small, other], [])] == list("zbya")
    assert [pack.id for pack in recent_first([full, lite], ["a"])] == ["a", "y"]


def test_a_pack_is_found_by_its_id() -> None:
    assert pack_by_id(PACKS, "faces") is PACKS[2]
    assert pack_by_id(PACKS, "Faces") is None
