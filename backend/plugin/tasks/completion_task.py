"""Filling a selection from what is around it."""

from __future__ import annotations

from ..previews.preview_request import hole_preview
from ..previews.preview_size import QUICK_HOLE_PX
from ..requests import completion_request
from ..translations import tr
from .task import Options, Task, TaskWords

EDGE_PX = 8  # a hole is grown and feathered by so much at first: selections are seldom exact


def _words() -> TaskWords:
    return TaskWords(
        verb=tr("Inpaint"),
        title=tr("Inpaint Selection"),
        menu=tr("Inpaint Selection"),
        tip=tr("Fill the selection from what is around it"),
        packs=tr("Fill b_y"),
        looking=tr("Looking for packs…"),
        none_installed=tr("No pack that fills selections is installed yet."),
        needs_pack=tr("Needs a completion pack; install one first"),
        gone=tr("The pack '{name}' is not installed. Install it, or choose another one."),
        running=tr("Filling the selection:"),
    )


# A fill has no place of its own to replace: it is a new layer, or painted into its own.
COMPLETION = Task(
    id="completion",
    name="inpaint",
    options=frozenset(("target", "grow_px", "feather_px", "seed")),
    defaults=Options(grow_px=EDGE_PX, feather_px=EDGE_PX),
    targets=("new_layer", "in_place"),
    fills_selection=True,
    reads_layer=True,
    works_on_frames=False,
    preview_px=QUICK_HOLE_PX,
    words=_words,
    request=completion_request,
    preview=hole_preview,
)
