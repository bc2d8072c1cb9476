"""pip for a new virtual environment, from the wheel that Python carries for that purpose.

`python -m venv` has ensurepip do this, which runs pip from inside the wheel, where Python can keep
nothing that it compiles, and then compiles all of pip and, before Python 3.12, of setuptools: most
of the time that making an environment takes. Here the wheel is unpacked first, nothing is compiled
but what is used, and setuptools is left out, which builds get for themselves. Nothing is asked of
the network.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sysconfig
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from .child_environment import clean_environment


def seed_pip(python: Path) -> subprocess.CompletedProcess[str]:
    """Put pip into the environment of `python`, which has none yet. The result's stdout has all
    that was said; only a returncode of 0 means that pip is there.
    """
    wheel = carried_wheel()
    if wheel is not None:
        # --ignore-installed: the unpacked one must not count as there already.
        options = ["--no-index", "--no-deps", "--ignore-installed", "--no-compile", "--no-input"]
        with tempfile.TemporaryDirectory(prefix="dynamic-style-pip-") as folder:
            try:
                with zipfile.ZipFile(wheel) as archive:
                    archive.extractall(folder)
            except (OSError, zipfile.BadZipFile):
                return _run_ensurepip(python)
            pip = str(Path(folder, "pip"))
            done = _run([str(python), "-I", "-X", "utf8", pip, "install", *options, str(wheel)])
            if done.returncode == 0:
                try:
                    _keep_compiled(Path(pip), python.parent.parent)
                except OSError as error:  # a full disk: what is there now may be half a file
                    return subprocess.CompletedProcess(done.args, 1, stdout=str(error))
                return done
    return _run_ensurepip(python)


def carried_wheel() -> Path | None:
    """pip's wheel where ensurepip looks for it: Debian and Fedora keep one for all their Pythons,
    others a copy in each. None where there is none, or more than one.
    """
    shared = sysconfig.get_config_var("WHEEL_PKG_DIR")
    ensurepip = importlib.util.find_spec("ensurepip")
    own = [Path(ensurepip.origin).parent / "_bundled"] if ensurepip and ensurepip.origin else []
    for folder in [Path(shared), *own] if shared else own:
        wheels = list(folder.glob("pip-*.whl"))
        if len(wheels) == 1:
            return wheels[0]
    return None


def _keep_compiled(unpacked: Path, environment: Path) -> None:
    """Put over the installed pip the same files, with their times and with what Python has compiled
    of them to run them once: that is good for as long as the times are the same.
    """
    for pattern in ("lib/python*/site-packages/pip", "Lib/site-packages/pip"):
        for installed in environment.glob(pattern):
            shutil.copytree(unpacked, installed, dirs_exist_ok=True)
            return


def _run_ensurepip(python: Path) -> subprocess.CompletedProcess[str]:
    return _run([str(python), "-I", "-m", "ensurepip", "--upgrade", "--default-pip"])


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
