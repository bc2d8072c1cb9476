"""What a run is doing: one set of words on the wire, one text for each of them in both hosts; and
what a run's bar says of how far it is.
"""

from __future__ import annotations

from typing import get_args

import pytest

from dynamic_style.backend.plugin.texts.stage_texts import progress_text, stage_text
from dynamic_style.backend.protocol.replies import Stage


def test_every_stage_has_a_text_of_its_own() -> None:
    texts = [stage_text(stage) for stage in get_args(Stage)]
    assert all(texts)
    assert len(set(texts)) == len(texts)
    assert "busy" in stage_text("waiting")


@pytest.mark.parametrize(
    ("fraction", "eta_s", "stage", "text"),
    [
        (0.0, None, None, "0 %"),
        (0.42, 12.3, "painting", "Painting, 42 %, about 12 s left"),
        (0.42, 1.0, "blending in", "Blending in, 42 %"),
        (0.1, 150.0, "searching patches", "Searching patches, 10 %, about 2 min left"),
        (0.0, None, "waiting", "Waiting for the backend, which is busy with another job"),
    ],
)
def test_a_run_says_what_it_does_and_how_far_it_is(
    fraction: float, eta_s: float | None, stage: Stage | None, text: str
) -> None:
    assert progress_text(fraction, eta_s=eta_s, stage=stage) == text


def test_what_the_plug_in_itself_does_is_said_likewise() -> None:
    assert progress_text(0.0, eta_s=None, doing="reading the layer") == "Reading the layer, 0 %"
