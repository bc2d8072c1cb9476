"""Making a picture of nothing but a number and the dials."""

from __future__ import annotations

from ..previews.preview_request import generated_preview
from ..previews.preview_size import LONG_SIDE_PX
from ..requests import generation_request
from ..translations import tr
from .task import Options, Task, TaskWords


def _words() -> TaskWords:
    return TaskWords(
        verb=tr("Generate"),
        title=tr("Generate Picture"),
        menu=tr("Generate Picture"),
        tip=tr("Make a picture of nothing but a number and the dials"),
        packs=tr("Made b_y"),
        looking=tr("Looking for packs…"),
        none_installed=tr("No pack that makes pictures is installed yet."),
        needs_pack=tr("Needs a pack that makes pictures; install one first"),
        gone=tr("The pack '{name}' is not installed. Install it, or choose another one."),
        running=tr("Making the result:"),
    )


# A picture out of nothing changes no layer: it is laid over the one that is selected.
GENERATION = Task(
    id="generation",
    name="generate",
    options=frozenset(("target", "seed")),
    defaults=Options(),
    targets=("new_layer",),
    fills_selection=False,
    reads_layer=False,
    works_on_frames=False,
    preview_px=LONG_SIDE_PX,
    words=_words,
    request=generation_request,
    preview=generated_preview,
)
