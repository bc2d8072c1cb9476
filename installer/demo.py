"""The demo: the shipped photos through the real command line with every shipped pack.

It goes through `dynamic-style` as a user would, so that what works here works by hand.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .demo_record import DemoRecord
from .environment.child_environment import clean_environment
from .environment.record import Environment
from .errors import DemoError

FOLDER = Path("demo")
PHOTO = Path("installer", "assets", "mountain-path.jpg")  # one picture for each alpha
SWEEP_PHOTO = Path("installer", "assets", "two-dogs.jpg")  # one contact sheet for each dial
TIMEOUT_S = 1800  # for one picture: seconds are usual, minutes where the machine is busy
STYLE = "style_transfer"  # the task of the packs that stylize takes


@dataclass(frozen=True)
class Dial:
    """What the demo turns: `low` to `high` is the range it was trained on."""

    id: str
    low: float
    high: float

    def alphas(self) -> tuple[float, ...]:
        """Both ends and the middle: 0, 0.5, 1, or -1, 0, 1 for a dual dial."""
        return (self.low, (self.low + self.high) / 2, self.high)


@dataclass(frozen=True)
class ShippedPack:
    id: str
    dials: tuple[Dial, ...]


@dataclass(frozen=True)
class MadePicture:
    """is_new: whether it was drawn now; otherwise it is there from an earlier demo, unchanged."""

    path: Path
    seconds: float
    is_new: bool


def shipped_packs(environment: Environment) -> tuple[ShippedPack, ...]:
    """Ask the backend for the style packs in `weights`. Raises DemoError if there is none."""
    output = _run(environment, ["packs", "list", "--json"])
    try:
        entries = [e for e in json.loads(output)["packs"] if e.get("task", STYLE) == STYLE]
        packs = tuple(_read_pack(entry) for entry in entries)
    except (ValueError, KeyError, TypeError) as error:
        raise DemoError(
            f"'dynamic-style packs list --json' gave what the demo cannot read ({error!r}).\n"
            "The checkout may be half updated: get it again whole, and report this if it stays."
        ) from error
    if not packs:
        raise DemoError(
            f"no shipped packs found in {environment.root / 'weights'}.\n"
            "A complete checkout has some: get the project again (a download of a part of it, or "
            "one without its large files, is not enough)."
        )
    return packs


def make_pictures(environment: Environment, packs: Sequence[ShippedPack]) -> Iterator[MadePicture]:
    """Yield each picture once it is there: alphas of each pack's first dial, then the sheets."""
    record = DemoRecord(environment)
    folder = environment.root / FOLDER
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise DemoError(
            f"cannot make the folder {folder} ({error.strerror or error}); move away what is there"
        ) from error
    for pack in packs:
        for alpha in pack.dials[0].alphas():
            dial = pack.dials[0].id
            name = f"{PHOTO.stem}_{pack.id}_{dial}_{alpha:g}.jpg"
            turned = ["--alpha", f"{dial}={alpha:g}"]
            yield _make(environment, record, "stylize", PHOTO, folder / name, pack.id, turned)
        for each in pack.dials:
            name = f"{SWEEP_PHOTO.stem}_{pack.id}_{each.id}_sweep.jpg"
            turned = ["--dial", each.id]
            yield _make(environment, record, "sweep", SWEEP_PHOTO, folder / name, pack.id, turned)


def _make(
    environment: Environment,
    record: DemoRecord,
    command: str,
    photo: Path,
    out: Path,
    pack: str,
    turned: Sequence[str],
) -> MadePicture:
    start_s = time.monotonic()
    if record.holds(out, pack, photo, [command, *turned]):
        return MadePicture(out, time.monotonic() - start_s, is_new=False)
    out.unlink(missing_ok=True)  # so that a picture of an earlier run cannot pass for this one's
    _run(environment, [command, str(environment.root / photo), str(out), "--pack", pack, *turned])
    if not out.is_file() or out.stat().st_size == 0:
        raise DemoError(f"'dynamic-style {command}' ended well but wrote no {out}; report this")
    record.add(out, pack, photo, [command, *turned])
    return MadePicture(out, time.monotonic() - start_s, is_new=True)


def _run(environment: Environment, arguments: Sequence[str]) -> str:
    command = [str(environment.program("dynamic-style")), *arguments]
    variables = clean_environment()
    # The user's own packs are none of the demo's, and would hide shipped ones of the same name.
    variables["DYNAMIC_STYLE_PACKS"] = str(environment.folder / "no-packs-of-the-user")
    try:
        done = subprocess.run(
            command,
            env={**variables, "PYTHONUTF8": "1"},
            cwd=environment.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DemoError(
            f"'dynamic-style {' '.join(arguments)}' took longer than {TIMEOUT_S} s; "
            "see whether the machine is busy or out of memory"
        ) from error
    except OSError as error:
        raise DemoError(f"cannot start {command[0]} ({error.strerror or error})") from error
    if done.returncode != 0:
        raise DemoError(
            f"'dynamic-style {' '.join(arguments)}' failed with exit code {done.returncode}:\n"
            f"{done.stderr.strip()}"
        )
    return done.stdout


def _read_pack(entry: dict[str, Any]) -> ShippedPack:
    if not entry["ok"]:
        raise DemoError(
            f"a shipped pack cannot be used: {entry['error']['message']}\n"
            "Get the project again: a download of a part of it is not enough."
        )
    dials = tuple(Dial(dial["id"], *dial["trained_range"]) for dial in entry["dials"])
    return ShippedPack(entry["id"], dials)
