"""Home folders in which Krita and GIMP have started before, kept beside the roots.

A first start takes Krita half a minute (it builds a database of its brushes) and GIMP a quarter;
later ones take seconds. So each root has one warm home without any plug-in of ours, and every test
gets a copy of it.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path, PurePosixPath

from PIL import Image

from .debian.inside import Session, give_folder
from .debian.roots import Report, Root, locked, roots_folder
from .display import Display
from .gimp.host import Gimp, GimpConsole, write_settings
from .krita.host import Krita

INNER_ENVIRONMENT = PurePosixPath(".local/share/dynamic-style/environment")  # in a home


def warm_home(root: Root, *, report: Report = lambda text: None) -> Path:
    """Return the root's warm home, made first if there is none. Not to be used itself: copy it."""
    folder = roots_folder() / "homes"
    folder.mkdir(parents=True, exist_ok=True)
    home = folder / root.suite
    stamp = folder / f"{root.suite}.json"
    with locked(folder / f"{root.suite}.lock"):
        if not (home.is_dir() and stamp.exists() and stamp.read_text() == root.identity):
            report(f"{root.suite}: starting Krita and GIMP for the first time")
            stamp.unlink(missing_ok=True)
            shutil.rmtree(home, ignore_errors=True)
            _warm(root, home)
            stamp.write_text(root.identity)
    return home


def copy_home(home: Path, to: Path) -> Path:
    """Copy a home folder with its owners, modes and links; `to` must not exist.

    The files of the backend's environment, which are hundreds of megabytes, are not copied: the
    two homes have the same ones. Nobody writes into them; pip lays new ones in their place.
    """
    _copy_all_but(INNER_ENVIRONMENT.parts, home, to)
    return give_folder(to)


def _copy_all_but(shared: tuple[str, ...], folder: Path, to: Path) -> None:
    """Copy a folder; what is `shared` in there, a path's parts, gets hard links."""
    rest = [str(path) for path in folder.iterdir() if path.name != shared[0]]
    to.mkdir()
    shutil.copystat(folder, to)
    shutil.chown(to, folder.stat().st_uid, folder.stat().st_gid)
    if rest:
        subprocess.run(("cp", "--archive", "--reflink=auto", *rest, str(to)), check=True)
    inner = folder / shared[0]
    if not inner.exists():
        return
    if len(shared) > 1:
        _copy_all_but(shared[1:], inner, to / shared[0])
    else:
        subprocess.run(("cp", "--archive", "--link", str(inner), str(to)), check=True)


def _warm(root: Root, home: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="dynamic-style-") as scratch,
        Session(root, home=home, exchange=Path(scratch) / "exchange") as session,
    ):
        Image.new("RGB", (64, 48), (90, 120, 150)).save(session.exchange / "first.png")
        display = Display(session, output=Path(scratch))
        Krita(display, "/exchange/first.png").quit()
        write_settings(session)
        GimpConsole(session).evaluate("1")
        Gimp(display, "/exchange/first.png").quit()
