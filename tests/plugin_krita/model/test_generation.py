"""Making a picture of its own in Krita's panel: offered with a pack for it, shown, and laid over a
layer that stays as it is.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from dynamic_style_krita.plugin.tasks.generation_task import GENERATION
from dynamic_style_krita.protocol.messages import GenerateRun

from ..panel import Panel
from ..scripted_worker import pack


def test_a_picture_is_previewed_over_the_layer_and_becomes_a_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    panel = Panel(monkeypatch)
    panel.open()
    assert not panel.controller.has_packs(GENERATION)
    panel.worker.packs.append(pack("avatars", task="generation"))
    panel.controller.list_packs()
    panel.wait()
    panel.controller.choose_task(GENERATION)
    assert not panel.controller.animation.is_offered
    panel.controller.set_options(replace(GENERATION.defaults, seed=7))
    panel.turn(0.2)
    panel.wait()
    preview = panel.worker.previews[-1]
    assert isinstance(preview, GenerateRun)
    assert (preview.pack, preview.seed) == ("avatars", 7)
    assert any(bytes(preview.pixels.data)), "it is shown over what the layer shows"
    panel.controller.apply()
    panel.wait()
    made = panel.worker.runs[-1]
    assert isinstance(made, GenerateRun)
    assert (made.seed, made.preview_stream) == (7, None)
    assert not any(bytes(made.pixels.data)), "the layer's own pixels would come along"
    assert panel.document.titles == ["Paper", "Photo", "Avatars α 0.20"]
    panel.controller.edit_again()
    assert panel.controller.state.task is GENERATION
    assert panel.controller.state.options.seed == 7
    panel.controller.close()
    panel.saved()
