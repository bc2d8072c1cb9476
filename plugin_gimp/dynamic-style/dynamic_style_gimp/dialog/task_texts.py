"""What the dialog says otherwise when it fills a selection than when it stylizes a layer."""

from __future__ import annotations

from dataclasses import dataclass

from ..plugin.pack_list import COMPLETION
from ..plugin.translations import tr


@dataclass(frozen=True)
class TaskTexts:
    """packs: the heading of their list, with the mnemonic y. looking: before any is known.
    none_installed: no pack for the task. gone: with {name}, of a pack. running: while the result is
    made, before how far that is.
    """

    title: str
    packs: str
    looking: str
    none_installed: str
    gone: str
    running: str


def texts_of(task: str) -> TaskTexts:
    if task == COMPLETION:
        return TaskTexts(
            title=tr("Inpaint Selection"),
            packs=tr("Fill b_y"),
            looking=tr("Looking for packs…"),
            none_installed=tr("No pack that fills selections is installed yet."),
            gone=tr("The pack '{name}' is not installed. Install it, or choose another one."),
            running=tr("Filling the selection:"),
        )
    return TaskTexts(
        title=tr("Stylize"),
        packs=tr("St_yle"),
        looking=tr("Looking for styles…"),
        none_installed=tr("No style is installed yet."),
        gone=tr("The style '{name}' is not installed. Install it, or choose another one."),
        running=tr("Making the result:"),
    )
