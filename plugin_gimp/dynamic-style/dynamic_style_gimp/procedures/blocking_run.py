"""From settings to a request of the backend, and the run of one without a dialog. No GIMP here."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from ..layers.run_settings import Settings
from ..plugin.pack_list import COMPLETION, STYLE_TRANSFER
from ..plugin.translations import tr
from ..protocol.errors import (
    BackendError,
    PackError,
    PackIntegrityError,
    PackNotFoundError,
    UsageError,
)
from ..protocol.messages import (
    CompleteRun,
    DialSetting,
    Mask,
    PackEntry,
    Packs,
    Progress,
    Result,
    Run,
    Stage,
    StylizeRun,
)
from ..protocol.pixels import Pixels
from ..protocol.process.client import Client

# How much is done, 0 to 1, and what is going on.
Report = Callable[[float, Stage], None]


def check_named(id_: str) -> None:
    """Raises UsageError if a script has named no pack."""
    if not id_:
        raise UsageError(
            tr(
                "No pack is named: set pack-id to the id of an installed pack, or pack to one of "
                "its choices. (GIMP takes 'none' for a choice that it does not know, such as a "
                "pack that was installed after it had started.)"
            )
        )


def find_pack(packs: Packs, id_: str, *, task: str = STYLE_TRANSFER) -> PackEntry:
    """The usable pack of that id. Raises PackNotFoundError that names near ones, or the error of a
    pack that is broken; PackError if there is none at all that fills.
    """
    for pack in packs.packs:
        if pack.id == id_ and pack.task == task:
            return pack
    for broken in packs.broken:
        if broken.id == id_:
            raise PackIntegrityError(broken.message)
    ids = [pack.id for pack in packs.packs if pack.task == task]
    if not ids and task == COMPLETION:  # no argument is wrong, so not PackNotFoundError
        raise PackError(
            tr(
                "Filling a selection needs a pack for it, and none is installed. Filters ▸ Dynamic "
                "Style ▸ Install Style Pack installs one."
            )
        )
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
    )


def completion_request(
    settings: Settings,
    pixels: Pixels,
    hole: Mask,
    *,
    job: str,
    is_cutout: bool,
    scale: float = 1.0,
) -> CompleteRun:
    """What settings ask for. is_cutout: the fill alone, else the pixels with their hole filled.
    scale: pixels of a preview for one of the layer.
    """
    recipe = settings.recipe
    return CompleteRun(
        job=job,
        pack=recipe.pack,
        dials={dial: DialSetting(tuple(numbers)) for dial, numbers in recipe.dials.items()},
        pixels=pixels,
        mask=hole,
        grow_px=round(recipe.grow_px * scale),
        feather_px=round(recipe.feather_px * scale),
        seed=recipe.seed,
        is_cutout=is_cutout,
        pack_sha256=recipe.pack_sha256,
    )


def new_job() -> str:
    """A name for a job; each is used once."""
    return secrets.token_hex(8)


def run(client: Client, requests: Sequence[Run], report: Report) -> tuple[Result, ...]:
    """Each request's result. Raises DynamicStyleErrors."""
    return tuple(
        _run_one(client, request, _part(report, index, len(requests)))
        for index, request in enumerate(requests)
    )


def _run_one(client: Client, request: Run, report: Report) -> Result:
    for event in client.run(request):
        if isinstance(event, Progress):
            report(event.fraction, event.stage)
        else:
            return event
    raise BackendError(tr("The backend sent no result. Try again."))


def _part(report: Report, index: int, count: int) -> Report:
    return lambda fraction, stage: report((index + fraction) / count, stage)
