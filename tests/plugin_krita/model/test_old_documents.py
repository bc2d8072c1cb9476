"""A picture from an earlier session, with what the plug-in of then wrote into it, letter by letter:
Edit Again restores the panel and renders anew.
"""

from __future__ import annotations

from dynamic_style_krita.layers.recipe_annotation import ANNOTATION, recipe_for
from dynamic_style_krita.plugin.saved_settings import settings_path
from dynamic_style_krita.plugin.tasks.completion_task import COMPLETION
from dynamic_style_krita.plugin.tasks.stylize_task import STYLIZE

from ..krita_stand_in import Node
from ..panel import Panel

STYLIZED = """{"version": 1, "layers": {"{5f0e}": {"name": "Starry Night α 0.60/0.80, wave 0.30",
"recipe": {"version": 1, "task": "style_transfer", "pack": "night", "pack_sha256":
"abababababababababababababababababababababababababababababababab", "pack_title": "Starry Night",
"dials": {"strength": [0.6, 0.8], "wave": [0.3]}, "follows_selection": true,
"working_size_px": 1024, "preserve_color": true, "target": "new_layer", "grow_px": 8,
"feather_px": 8, "seed": 0, "source": {"layer": "{a1b2}", "name": "Photo"}}}}}"""

FILLED = """{"version": 1, "layers": {"{5f0e}": {"name": "Photo Fill α 0.25", "recipe":
{"version": 1, "task": "completion", "pack": "faces", "pack_sha256": null, "pack_title":
"Photo Fill", "dials": {"strength": [0.25]}, "follows_selection": false, "working_size_px": null,
"preserve_color": false, "target": "new_layer", "grow_px": 3, "feather_px": 5, "seed": 12,
"source": {"layer": "{a1b2}", "name": "Photo"}}}}}"""


def open_old(panel: Panel, annotation: str, name: str) -> Node:
    """The picture as it was saved: the result above its source, and active."""
    panel.photo.key = "{a1b2}"
    result = Node(name, key="{5f0e}", parent=panel.document.root)
    panel.document.root.children.append(result)
    panel.document.active = result
    panel.document.annotations[ANNOTATION] = annotation.encode()
    panel.open()
    return result


def test_a_stylized_layer_is_edited_again(panel: Panel) -> None:
    open_old(panel, STYLIZED, "Starry Night α 0.60/0.80, wave 0.30")
    assert panel.controller.watch.recipe is not None
    panel.controller.edit_again()
    panel.wait()
    state = panel.controller.state
    assert state.task is STYLIZE and state.pack is not None and state.pack.id == "night"
    assert state.dials[0].numbers == (0.6, 0.8)
    assert state.options.working_size_px == 1024
    assert state.options.follows_selection and state.options.preserve_color
    assert panel.worker.previews[-1].dials["strength"].numbers == (0.6, 0.8)
    panel.controller.apply()
    panel.wait()
    assert panel.message == ""
    assert panel.document.titles == ["Paper", "Photo", "Night α 0.60/0.80"]
    kept = recipe_for(panel.document, panel.document.root.children[-1])
    assert kept is not None and kept.source == {"layer": "{a1b2}", "name": "Photo"}


def test_a_fill_is_edited_again(panel: Panel) -> None:
    panel.document.select(20, 20, 6, 4)
    open_old(panel, FILLED, "Photo Fill α 0.25")
    panel.controller.edit_again()
    panel.wait()
    state = panel.controller.state
    assert state.task is COMPLETION
    options = state.options
    assert (options.grow_px, options.feather_px, options.seed) == (3, 5, 12)
    panel.controller.apply()
    panel.wait()
    assert panel.message == ""
    run = panel.worker.runs[-1]
    assert (run.seed, run.grow_px, run.dials["strength"].numbers) == (12, 3, (0.25,))
    assert panel.document.titles == ["Paper", "Photo", "Faces α 0.25"]


def test_last_time_s_settings_are_repeated(panel: Panel) -> None:
    """panel.json, too, is read as it was written then."""
    path = settings_path()
    path.parent.mkdir(parents=True)
    path.write_text(
        """{"version": 1, "last_recipe": {"version": 1, "task": "style_transfer", "pack": "wave",
        "pack_sha256": null, "pack_title": "The Wave", "dials": {"strength": [0.9]},
        "follows_selection": false, "working_size_px": null, "preserve_color": false, "target":
        "new_layer", "grow_px": 8, "feather_px": 8, "seed": 0, "source": {}},
        "dials": {"wave": {"strength": [0.9]}}, "recent_packs": ["wave"],
        "choices": {"krita.has_completion": "yes"}}""",
        encoding="utf-8",
    )
    panel.controller.repeat_last()
    panel.wait()
    assert panel.document.titles == ["Paper", "Photo", "The Wave α 0.90"]
