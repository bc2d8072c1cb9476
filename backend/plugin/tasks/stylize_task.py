"""Stylizing: a layer in the style of the chosen pack."""

from __future__ import annotations

from ..previews.preview_request import layer_preview
from ..previews.preview_size import LONG_SIDE_PX
from ..requests import stylize_request
from ..translations import tr
from .task import Options, Task, TaskWords


def _words() -> TaskWords:
    return TaskWords(
        verb=tr("Stylize"),
        title=tr("Stylize"),
        menu=tr("Stylize Layer…"),
        tip=tr("Stylize the layer"),
        packs=tr("St_yle"),
        looking=tr("Looking for styles…"),
        none_installed=tr("No style is installed yet."),
        needs_pack=tr("No style is installed yet; install one first"),
        gone=tr("The style '{name}' is not installed. Install it, or choose another one."),
        running=tr("Making the result:"),
    )


def cannot_follow_text() -> str:
    """Why a pack whose dials are all of weights has no use for a map."""
    return tr("The dials of this style turn its whole net, so they cannot follow the selection.")


STYLIZE = Task(
    id="style_transfer",
    name="stylize",
    options=frozenset(("follows_selection", "working_size_px", "preserve_color", "target")),
    defaults=Options(),
    targets=("new_layer", "replace", "in_place"),
    fills_selection=False,
    reads_layer=True,
    works_on_frames=True,
    preview_px=LONG_SIDE_PX,
    words=_words,
    request=stylize_request,
    preview=layer_preview,
)
