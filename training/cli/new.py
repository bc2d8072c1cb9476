"""The `new` command: a pack from one painting and a folder of photos, with no config to write."""

from __future__ import annotations

import argparse
import shutil
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from dynamic_style.backend.compute.golden_run import make_golden_run
from dynamic_style.backend.packs import Manifest, list_packs
from dynamic_style.backend.packs.install import install_pack
from dynamic_style.backend.protocol.errors import PackInstallError, UsageError

from ..errors import DatasetError, DivergenceError, LossNetworkError
from ..loop.progress import Progress
from ..loop.progress_file import ProgressFile, keeping_progress
from ..loop.run_folder import RunPaths, check_usable
from ..loss_network import have_loss_network, must_download
from ..new_pack.naming import check_id, check_title
from ..new_pack.pilot import pilot_part, train_pilot
from ..new_pack.preparation import (
    PILOT,
    Place,
    Request,
    find_place,
    first_held_out,
    prepare_run,
    write_config,
)
from ..new_pack.recipe import QUALITIES, Recipe, describe_pack, list_dials, read_licence
from ..preflight import check_config, check_output
from ..runs import train_run
from ..settings import PackSettings
from .messages import is_one_of_several, print_note, print_result
from .pack_output import PackOrder, measure_and_write, noting

STEPS_BEFORE_TELLING = 8
ADVICE = (
    "--quality fine trains longer, and a larger picture of the painting, without frame, lettering "
    "and wide flat margins, gives better strokes"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """All but those that other commands have, too."""
    parser.add_argument("painting", type=Path, help="a picture whose strokes are learnt")
    parser.add_argument(
        "--photos",
        type=Path,
        required=True,
        help="a folder of photos of anything, with its subfolders; some hundred are best",
    )
    parser.add_argument("--title", help="the pack's title (default: the painting's file name)")
    parser.add_argument("--id", help="the pack's id (default: from the title)")
    parser.add_argument(
        "--dial",
        default="strength",
        metavar="NAMES",
        help="strength: from gentle to strong; scale: the painting seen at another size, which "
        "changes textures a little; or both, as strength,scale (default: strength)",
    )
    parser.add_argument(
        "--quality",
        choices=tuple(QUALITIES),
        default="normal",
        help="how long to train: "
        + ", ".join(f"{name} {q.main_steps} + {q.dial_steps}" for name, q in QUALITIES.items())
        + " steps; trial shows in a minute that all is in place, and paints nothing",
    )
    parser.add_argument(
        "--width", type=int, choices=(16, 32), help="of the net; 32 takes longer (default: 16)"
    )
    parser.add_argument("--licence", default="", help="the painting's: an SPDX name or a sentence")
    parser.add_argument("--author", default="", help="the painting's, such as 'A. Painter, 1889'")
    parser.add_argument("--made-by", default="", metavar="NAME", help="who makes the pack")
    parser.add_argument("--pack-licence", default="", metavar="LICENCE", help="the pack's own")
    parser.add_argument(
        "--run-folder",
        type=Path,
        metavar="RUN",
        help="folder for checkpoints, logs and sample sheets (default: in your data folder)",
    )
    parser.add_argument("--install", action="store_true", help="install the pack in the end")
    parser.add_argument(
        "--replace", action="store_true", help="let it take the place of an installed pack"
    )


def new(options: argparse.Namespace) -> int:
    """Make a pack, or go on with it; returns the exit code."""
    if is_one_of_several():
        raise UsageError(
            "`new` trains in one process; stop it once it has written its config, and give that to "
            "`run` with torchrun"
        )
    request = Request(
        painting=options.painting,
        photos=options.photos,
        recipe=Recipe(options.quality, list_dials(options.dial), options.width),
        title=check_title(options.title) if options.title else "",
        pack_id=check_id(options.id) if options.id else "",
    )
    place = find_place(request, options.run_folder, note=print_note)
    check_usable(place.folder, "run folder")
    is_new = not place.folder.exists()
    try:
        with keeping_progress(place.folder) as file:
            return _make(request, place, options, file)
    except (DatasetError, LossNetworkError):
        is_ours = is_new and options.run_folder is None
        if is_ours and not place.config.exists():  # refused: there is nothing to go on with
            shutil.rmtree(place.folder, ignore_errors=True)
        raise


def _make(request: Request, place: Place, options: argparse.Namespace, file: ProgressFile) -> int:
    note, progress = noting(file.progress), file.progress
    print_result(f"pack '{place.pack_id}', run folder {place.folder}")
    progress.listeners.append(_Teller(request.recipe))
    progress.enter("loss network", units=0)
    is_here = not must_download(options.loss_network)
    if is_here:
        have_loss_network(options.loss_network, note=note)
    config = prepare_run(
        request,
        place,
        partial(_describe, options),
        device=options.device,
        note=note,
        progress=progress,
    )
    photo: Path = options.photo or first_held_out(place)
    order = PackOrder(
        folder=options.pack or place.folder / "pack" / place.pack_id,
        photo=photo,
        data=place.data,
        run_folder=place.folder,
        keep_anyway=True,
    )
    paths = RunPaths(place.config, place.data, place.folder, place.folder, options.loss_network)
    _check_output(order, place, options)
    if not is_here:  # a large download: after all that can be refused
        progress.enter("loss network", units=0)
        have_loss_network(options.loss_network, note=note)
    try:
        if place.is_begun:
            progress.plan([pilot_part(request.recipe)])
        else:
            config = train_pilot(
                config,
                request.recipe,
                paths,
                device=options.device,
                note=note,
                progress=progress,
            )
        write_config(config, place.config)
        check_config(place.config)
        shutil.rmtree(place.folder / PILOT, ignore_errors=True)
        trained = train_run(paths, device=options.device, note=note, progress=progress)
    except DivergenceError:
        print_note(
            f"'{place.config}' has all settings: change a copy, and train it with "
            f"`dynamic-style-train run COPY --data {place.data} --run-folder NEW --photo {photo}`"
        )
        raise
    code = measure_and_write(trained, order, file)
    if code:
        print_note(f"look at the pictures, not only at the tables; {ADVICE}")
    print_result(f"preview: {order.folder / 'preview.jpg'}")
    _install(order.folder, place, options)
    return code


def _check_output(order: PackOrder, place: Place, options: argparse.Namespace) -> None:
    """Check before the first step what comes after the last one."""
    check_output(order.folder, order.photo)
    if options.install:
        _check_installable(place, options.replace)
    if options.photo is None:
        print_note(
            "the pack's preview shows one of your photos; give --photo another one to pass it on"
        )


def _describe(options: argparse.Namespace, pack_id: str, title: str) -> PackSettings:
    painting = read_licence(options.licence, what="painting", author=options.author)
    return describe_pack(
        pack_id, title, makers=options.made_by, weights=options.pack_licence, painting=painting
    )


class _Teller:
    """Says how long the training takes on this machine, in the pilot and once more when its own
    steps are timed, and where its first sheet is.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.has_told_sheet = False
        self.has_told_time_of: set[bool] = set()  # the pilot's, the run's

    def __call__(self, progress: Progress) -> None:
        is_known = progress.done >= min(STEPS_BEFORE_TELLING, progress.units)
        is_new = (progress.name == PILOT) not in self.has_told_time_of
        if is_known and is_new and progress.seconds_left is not None:
            self.has_told_time_of.add(progress.name == PILOT)
            print_note(self._say_time(progress, progress.seconds_left))
        if not self.has_told_sheet and progress.sheet is not None:
            self.has_told_sheet = True
            print_note(f"the first sample sheet: {progress.sheet}")

    def _say_time(self, progress: Progress, left_s: float) -> str:
        done_at = datetime.now().astimezone() + timedelta(seconds=left_s)
        text = f"all will be done in about {_in_minutes(left_s)}, at {done_at:%H:%M}"
        if self.recipe.is_trial or progress.step_s is None:
            return text
        ends = [p for p in progress.parts if p.name in (PILOT, "measuring", "export")]
        rest = sum(part.units * part.cost for part in ends)
        sides = len(self.recipe.dials)
        each = ", ".join(
            f"{name} {_in_minutes(progress.step_s * (q.main_steps + sides * q.dial_steps + rest))}"
            for name, q in QUALITIES.items()
            if name != "trial"
        )
        return f"{text}; on this machine {each}"


def _in_minutes(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return f"{minutes} minute{'s' if minutes > 1 else ''}"


def _check_installable(place: Place, replace: bool) -> None:
    installed = _find_installed(place.pack_id)
    if installed is not None and not replace and not _is_own(installed, place):
        raise PackInstallError(
            f"a pack '{place.pack_id}' is installed already; add --replace, or give another --id"
        )


def _install(folder: Path, place: Place, options: argparse.Namespace) -> None:
    installed = _find_installed(place.pack_id)
    replace = options.replace or (installed is not None and _is_own(installed, place))
    if options.install:
        pack = install_pack(folder, make_run=make_golden_run, replace=replace)
        print_result(f"installed as '{pack.id}'")
        return
    more = " --replace" if installed is not None else ""
    print_result(f"to install it: dynamic-style packs install {_quote(folder)}{more}")


def _find_installed(pack_id: str) -> Manifest | None:
    packs = {pack.id: pack.manifest for pack in list_packs()}
    return packs.get(pack_id)


def _is_own(installed: Manifest, place: Place) -> bool:
    """Whether the installed pack came out of this very run, which may not have begun."""
    if not place.config.exists():
        return False
    return installed.training.config == place.config.read_text(encoding="utf-8")


def _quote(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)
