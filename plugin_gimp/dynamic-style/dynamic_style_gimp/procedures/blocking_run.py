"""Packs by their names, and runs without a dialog. No GIMP here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches

from ..plugin.tasks.task import Task
from ..plugin.translations import tr
from ..protocol.errors import (
    BackendError,
    PackError,
    PackIntegrityError,
    PackNotFoundError,
    UsageError,
)
from ..protocol.messages import PackEntry, Packs, Progress, Result, Run, Stage
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


def find_pack(packs: Packs, id_: str, *, task: Task) -> PackEntry:
    """The usable pack of that id. Raises PackNotFoundError that names near ones, or the error of a
    pack that is broken; PackError if there is none at all for the task.
    """
    for pack in packs.packs:
        if pack.id == id_ and pack.task == task.id:
            return pack
    for broken in packs.broken:
        if broken.id == id_:
            raise PackIntegrityError(broken.message)
    ids = [pack.id for pack in packs.packs if pack.task == task.id]
    if not ids:  # no argument is wrong, so not PackNotFoundError
        advice = tr("Filters ▸ Dynamic Style ▸ Install Style Pack installs one.")
        raise PackError(f"{task.words().none_installed} {advice}")
    near = get_close_matches(id_.casefold(), ids, n=3, cutoff=0.5)
    hint = tr("did you mean {names}? ").format(names=", ".join(near)) if near else ""
    raise PackNotFoundError(
        tr("No pack '{id}' is installed; {hint}Installed: {ids}").format(
            id=id_, hint=hint, ids=", ".join(ids)
        )
    )


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
