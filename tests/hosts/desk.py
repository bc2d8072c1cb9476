"""A person's desk in a root: a session, a screen, and a home folder of this test's own.

with open_desk(root, home=a_home_to_copy, output=folder) as desk:
    desk.add_picture("photo.png", size=(64, 48))
    desk.session.run("ls", "/exchange")
    desk.display.screenshot("empty")
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from .debian.inside import Session
from .debian.roots import USER_ID, Root, roots_folder
from .display import SIZE, Display
from .homes import copy_home

BACKEND = "dynamic_style.backend serve"  # of the process's arguments
_FORGOTTEN_S = 86_400.0


@dataclass(frozen=True)
class Desk:
    """root: which Debian. output: where to keep what CI shall show; made on its first use."""

    root: Root
    session: Session
    display: Display
    output: Path

    @property
    def home(self) -> Path:
        """The user's home folder, as seen from outside; /home/artist inside."""
        return self.session.home

    @property
    def exchange(self) -> Path:
        """The exchange folder, as seen from outside; /exchange inside."""
        return self.session.exchange

    def add_picture(self, name: str, *, size: tuple[int, int], seed: int = 1) -> Image.Image:
        """Write an RGB picture of smooth random colours into the exchange folder; return it.
        size: width, height in pixels. name: its file name, whose suffix says the format.
        """
        noise = np.random.default_rng(seed).integers(0, 256, (7, 9, 3), dtype=np.uint8)
        picture = Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC)
        picture.save(self.exchange / name)
        shutil.chown(self.exchange / name, USER_ID, USER_ID)
        return picture

    def kill_backend(self) -> None:
        processes = self.session.processes(BACKEND)
        assert processes, "there is no backend to be killed"
        for process in processes:
            process.kill()

    @contextlib.contextmanager
    def held_backend(self) -> Iterator[None]:
        """What the backend is asked for takes as long as the `with`, on however fast a machine."""
        (process,) = self.session.processes(BACKEND)
        process.kill(signal.SIGSTOP)
        try:
            yield
        finally:
            process.kill(signal.SIGCONT)


def desks_folder() -> Path:
    """Where the homes of running tests lie: beside the warm ones, to be copied within one disk."""
    folder = roots_folder() / "desks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def clear_forgotten_desks() -> None:
    """Remove what runs that were killed have left, a day ago or earlier."""
    for folder in desks_folder().iterdir():
        if folder.stat().st_mtime < time.time() - _FORGOTTEN_S:
            shutil.rmtree(folder)


@contextlib.contextmanager
def open_desk(
    root: Root, *, home: Path, output: Path, screen: tuple[int, int] = SIZE
) -> Iterator[Desk]:
    """A desk with a copy of `home`, gone with all its processes when the `with` ends. screen:
    (width, height) in pixels.
    """
    with open_session(root, home=home) as session:
        yield Desk(root, session, Display(session, output=output, size=screen), output)


@contextlib.contextmanager
def open_session(root: Root, *, home: Path) -> Iterator[Session]:
    """A session with a copy of `home` and no screen: what runs there must not need one."""
    with tempfile.TemporaryDirectory(prefix=f"{root.suite}-", dir=desks_folder()) as scratch:
        own_home = copy_home(home, Path(scratch) / "home")
        with Session(root, home=own_home, exchange=Path(scratch) / "exchange") as session:
            yield session
