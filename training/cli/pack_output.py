"""What comes after the last step of a training: measuring, the verdict, the pack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..loop.progress import Progress
from ..loop.progress_file import ProgressFile
from ..runs import export_run
from ..task_commands import Trained
from .measure import CLAIMS_FAIL, report
from .messages import is_first_process, print_note, print_result


@dataclass(frozen=True)
class PackOrder:
    """folder: the pack's. photo: what its pictures show, if any. data: the root of the config's
    folders.
    keep_anyway: whether it is written even where its tables do not keep what packs promise.
    """

    folder: Path
    photo: Path | None
    data: Path
    run_folder: Path
    keep_anyway: bool


def noting(progress: Progress) -> Callable[[str], None]:
    """A note that goes to the person and to whoever watches the progress."""

    def note(text: str) -> None:
        print_note(text)
        progress.tell(text)

    return note


def measure_and_write(trained: Trained, order: PackOrder, file: ProgressFile) -> int:
    """Returns the exit code. What it is not 0 for is in file as well."""
    if not is_first_process():
        return 0
    task, config, progress = trained.task, trained.config, file.progress
    written = False
    try:
        measured = task.measure(
            trained.net,
            config,
            trained.network,
            order.data,
            note=noting(progress),
            progress=progress,
        )
        claims = task.check_claims(measured, config)
        report(measured, claims)
        failed = [claim for claim in claims if not claim.holds]
        if not failed or order.keep_anyway:
            progress.enter("export", units=1)
            export_run(trained, order.folder, measured=measured, photo=order.photo)
            progress.advance()
            file.pack = order.folder
            written = True
            minutes = trained.seconds / 60
            print_result(f"pack written to {order.folder} after {minutes:.1f} minutes of training")
    finally:
        if not written:
            print_note(f"the trained net is kept in '{order.run_folder}'")
            print_note("`dynamic-style-train export` measures and writes it without training again")
    if not failed:
        return 0
    count = f"{len(failed)} of {len(claims)} promises of its tables fail"
    if written:
        verdict = f"{count}, and the pack was written all the same"
    else:
        verdict = f"no pack was written, since {count}; with --keep-anyway it is written"
    print_note(f"{verdict}:")
    for claim in failed:
        print_note(f"FAILS  {claim.text}")
    told = f"{verdict}: {'; '.join(claim.text for claim in failed)}"
    if written:
        progress.tell(told)
    else:
        file.failure = told
    return CLAIMS_FAIL
