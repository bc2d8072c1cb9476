"""What a run's bar says."""

from __future__ import annotations

import pytest

from .conftest import Plugin


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
    plugin: Plugin, fraction: float, eta_s: float | None, stage: str | None, text: str
) -> None:
    assert plugin.progress_text.progress_text(fraction, eta_s=eta_s, stage=stage) == text
