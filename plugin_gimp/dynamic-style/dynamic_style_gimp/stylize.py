"""From settings to a request of the backend, and the run of one without a dialog. No GIMP here."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches

from .panel.recipe import Recipe
from .panel.texts import tr
from .protocol.client import Client
from .protocol.errors import BackendError, PackIntegrityError, PackNotFoundError
from .protocol.messages import DialSetting, Mask, PackEntry, Packs, Progress, Result, StylizeRun
from .protocol.pixels import Pixels

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


def run_request(
    recipe: Recipe, pixels: Pixels, *, map_: Pixels | None, pack_sha256: str | None = None
) -> StylizeRun:
    """A run that counts. map_: the selection as alpha map, gray u8 of the pixels' size; it is used
    only if the recipe follows the selection. The selection never travels as a mask: GIMP lays the
    result into the image through it.
    """
    return _request(recipe, pixels, map_, recipe.working_size_px, pack_sha256, stream=None)


def preview_request(
    recipe: Recipe, pixels: Pixels, *, map_: Pixels | None, working_size_px: int, stream: str
) -> StylizeRun:
    """A preview; a newer one of the same stream takes its place."""
    return _request(recipe, pixels, map_, working_size_px, recipe.pack_sha256, stream=stream)


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


def _request(
    recipe: Recipe,
    pixels: Pixels,
    map_: Pixels | None,
    working_size_px: int | None,
    pack_sha256: str | None,
    *,
    stream: str | None,
) -> StylizeRun:
    has_map = recipe.follows_selection and map_ is not None
    return StylizeRun(
        job=secrets.token_hex(8),
        pack=recipe.pack,
        dials=_settings(recipe.dials, use_map=has_map),
        pixels=pixels,
        mask=Mask(map_, "alpha_map") if has_map and map_ is not None and recipe.dials else None,
        pack_sha256=pack_sha256,
        working_size_px=working_size_px,
        preserve_color=recipe.preserve_color,
        preview_stream=stream,
    )


def _settings(dials: Mapping[str, tuple[float, ...]], *, use_map: bool) -> dict[str, DialSetting]:
    return {dial: DialSetting(tuple(numbers), use_map) for dial, numbers in dials.items()}
