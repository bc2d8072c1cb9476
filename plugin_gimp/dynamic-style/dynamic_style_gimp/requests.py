"""From settings to a request of the backend, and the run of one without a dialog. No GIMP here."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from .panel.texts import tr
from .protocol.client import Client
from .protocol.errors import BackendError, PackIntegrityError, PackNotFoundError
from .protocol.messages import DialSetting, Mask, PackEntry, Packs, Progress, Result, StylizeRun
from .protocol.pixels import Pixels
from .settings import Settings

TASK = "style_transfer"

# How much is done, 0 to 1, and what is going on.
Report = Callable[[float, str], None]


def find_pack(packs: Packs, id_: str, *, task: str = TASK) -> PackEntry:
    """The usable pack of that id. Raises PackNotFoundError that names near ones, or the error of a
    pack that is broken.
    """
    for pack in packs.packs:
        if pack.id == id_ and pack.task == task:
            return pack
    for broken in packs.broken:
        if broken.id == id_:
            raise PackIntegrityError(broken.message)
    ids = [pack.id for pack in packs.packs if pack.task == task]
    near = get_close_matches(id_.casefold(), ids, n=3, cutoff=0.5)
    hint = tr("did you mean {names}? ").format(names=", ".join(near)) if near else ""
    raise PackNotFoundError(
        tr("No pack '{id}' is installed; {hint}Installed: {ids}").format(
            id=id_, hint=hint, ids=", ".join(ids) or tr("none")
        )
    )


def stylize_request(
    settings: Settings,
    pixels: Pixels,
    mask: Mask | None,
    *,
    job: str,
    preview_stream: str | None = None,
) -> StylizeRun:
    """What settings ask for. mask: the source's mask() of a preview, or alpha_map() of a full run.
    A recipe names its dials; those that it does not name stand at alpha 0.
    """
    recipe = settings.recipe
    if mask is not None and not recipe.dials:  # nothing that a map could turn
        mask = None if mask.role == "alpha_map" else Mask(mask.pixels, "selection")
    use_map = mask is not None and mask.role != "selection"
    return StylizeRun(
        job=job,
        pack=recipe.pack,
        dials={d: DialSetting(tuple(numbers), use_map) for d, numbers in recipe.dials.items()},
        pixels=pixels,
        mask=mask,
        pack_sha256=recipe.pack_sha256,
        working_size_px=recipe.working_size_px,
        preserve_color=recipe.preserve_color,
        preview_stream=preview_stream,
    )


def new_job() -> str:
    """A name for a job; each is used once."""
    return secrets.token_hex(8)


def run(client: Client, requests: Sequence[StylizeRun], report: Report) -> tuple[Result, ...]:
    """Each request's result. Raises DynamicStyleErrors."""
    return tuple(
        _run_one(client, request, _part(report, index, len(requests)))
        for index, request in enumerate(requests)
    )


def _run_one(client: Client, request: StylizeRun, report: Report) -> Result:
    for event in client.run(request):
        if isinstance(event, Progress):
            report(event.fraction, event.stage)
        else:
            return event
    raise BackendError(tr("The backend sent no result. Try again."))


def _part(report: Report, index: int, count: int) -> Report:
    return lambda fraction, stage: report((index + fraction) / count, stage)
