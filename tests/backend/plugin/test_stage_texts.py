"""What a run is doing: one set of words on the wire, one text for each of them in both hosts."""

from __future__ import annotations

from typing import get_args

from dynamic_style.backend.plugin.stage_texts import stage_text
from dynamic_style.backend.protocol.replies import Stage


def test_every_stage_has_a_text_of_its_own() -> None:
    texts = [stage_text(stage) for stage in get_args(Stage)]
    assert all(texts)
    assert len(set(texts)) == len(texts)
    assert "busy" in stage_text("waiting")
