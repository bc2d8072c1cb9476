"""Which build of PyTorch an environment gets, and from where.

PyPI's builds for Linux hold CUDA: over 5 GB on the disk, which only NVIDIA's GPUs can use. Where
there is none, pip's index is asked which builds it has, and if none is for CPUs, PyTorch comes from
its makers' own index. The index's page says enough: a build is told by the label behind its version
(PEP 440), as in 2.13.0+cpu, and PyPI's have none. `pip install --dry-run` would say it, too, but
fetches the whole file first where an index keeps no metadata beside it.

uv, where it is installed, finds by itself which build fits the GPU. It does not read pip's
settings, so it is left out where those name an index or a folder.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ..errors import FolderError, PipError
from ..gpu import NVIDIA, UV, find_gpu, needs_uv
from ..user_folders import Computer
from . import pip
from .child_environment import clean_environment
from .dependency_group import DEV
from .record import CONSTRAINTS, Environment

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
INDEX_VARIABLE = "DYNAMIC_STYLE_TORCH_INDEX"  # for a mirror of it
CPU_LABEL = "cpu"
TORCH = "torch"
TRAINING = "training"
WITH_TORCH = frozenset({TORCH, TRAINING, DEV})  # of pyproject.toml
# Where openvino has builds and so torch is no dependency: (sys.platform, platform.machine()).
LIGHT_PLATFORMS = frozenset({("linux", "x86_64"), ("win32", "AMD64")})
ASK_TIMEOUT_S = 600  # pip waits for a slow index by itself, and tries several times
_OWN_SOURCE = re.compile(
    r"^\S*\.(index-url|extra-index-url|find-links|no-index)=(?!'')", re.MULTILINE
)
_VERSION = "import importlib.metadata; print(importlib.metadata.version('torch'))"

Report = Callable[[str], None]


def brings_torch(extras: Sequence[str]) -> bool:
    """Whether an environment with these extras has PyTorch."""
    is_light = (sys.platform, platform.machine()) in LIGHT_PLATFORMS
    return not is_light or not WITH_TORCH.isdisjoint(extras)


def brings_cuda(extras: Sequence[str]) -> bool:
    """Whether that is the build for NVIDIA's GPUs."""
    return brings_torch(extras) and sys.platform == "linux" and this_gpu() == NVIDIA


def this_gpu() -> str | None:
    """The GPU of the computer that this runs on."""
    return find_gpu(_this_computer())


def install_fitting_build(
    environment: Environment, extras: Sequence[str], *, log: Path, report: Report, status: Report
) -> bool:
    """Install PyTorch if the environment is to have it and pip alone would bring another build;
    return whether something was installed. Raises PipError.
    """
    if not brings_torch(extras):
        return False
    pinned = pinned_version(environment.root)
    if _installed_version(environment.python) == pinned:
        return False
    gpu = this_gpu()
    uv = _this_computer().program("uv")
    if uv and not _names_own_source(environment.python):
        if _install_by_uv(uv, environment, log=log, report=report, status=status):
            return True
    elif gpu and needs_uv(gpu, _this_computer()):
        report(
            f"Note: PyTorch's builds for {gpu}'s GPUs are in no index that pip asks by itself; "
            f"taking the one for CPUs. With {UV} on the PATH the fitting one is taken."
        )
    if sys.platform != "linux" or gpu == NVIDIA:
        return False
    if _offered_label(environment.python, pinned) in (None, CPU_LABEL):
        return False
    _install_cpu_build(environment, pinned, log=log, report=report, status=status)
    return True


def _this_computer() -> Computer:
    """Without its home, which is of no matter here and need not be known."""
    return Computer(sys.platform, Path(), os.environ)


def _install_by_uv(
    uv: Path,
    environment: Environment,
    *,
    log: Path,
    report: Report,
    status: Report,
) -> bool:
    report("Installing PyTorch by uv, which finds the build that fits this computer")
    command = [str(uv), "pip", "install", "--python", str(environment.python)]
    command += ["--torch-backend", "auto", "--constraint", str(CONSTRAINTS), "torch"]
    try:
        code, output = pip.run(command, cwd=environment.root, log=log, status=status)
    except OSError as error:  # a program that is none
        code, output = 1, str(error)
    if code != 0:
        words = output.strip().splitlines() or [f"exit code {code}"]
        report(f"Note: uv could not ({words[-1].strip()}); pip is asked instead.")
    return code == 0


def _install_cpu_build(
    environment: Environment,
    pinned: str,
    *,
    log: Path,
    report: Report,
    status: Report,
) -> None:
    index = os.environ.get(INDEX_VARIABLE) or CPU_INDEX
    report(f"pip's index has PyTorch for NVIDIA's GPUs alone; the one for CPUs comes from {index}")
    pip.install(
        environment.python,
        ["--no-deps", "--index-url", index, f"torch=={pinned}+{CPU_LABEL}"],
        cwd=environment.root,
        log=log,
        status=status,
        explain=lambda output: _why_not(output, index),
    )


def _why_not(output: str, index: str) -> str:
    if "no matching distribution" not in output.lower():
        return pip.explain_failure(output)
    return (
        f"PyTorch's build for CPUs is not to be had from {index}. pip's own index offers the build "
        "for NVIDIA's GPUs alone, which takes over 5 GB and was not fetched. Make that index "
        f"reachable, or name a mirror of it in {INDEX_VARIABLE}, then run this again. Without "
        "PyTorch everything works on the CPU, except training."
    )


def _offered_label(python: Path, version: str) -> str | None:
    """The label of the build that pip would take: "" for none, None where it finds no build."""
    done = _ask([str(python), "-I", "-X", "utf8", "-m", "pip", "index", "versions", "torch"])
    if done.returncode != 0:
        # an old pip that does not know the question takes what nobody has looked at
        return None if "no matching distribution" in done.stderr.lower() else ""
    listed = re.search(r"^Available versions: (.*)$", done.stdout, re.MULTILINE)
    versions = listed[1].split(", ") if listed else []
    labels = [each.partition("+")[2] for each in versions if each.partition("+")[0] == version]
    return max(labels, default=None)  # as pip orders them: none, then by the alphabet


def _names_own_source(python: Path) -> bool:
    """Whether pip's settings name an index or a folder of packages."""
    done = _ask([str(python), "-I", "-X", "utf8", "-m", "pip", "config", "list"])
    return done.returncode != 0 or _OWN_SOURCE.search(done.stdout) is not None


def _installed_version(python: Path) -> str:
    """Without its label; "" where there is none."""
    done = _ask([str(python), "-I", "-X", "utf8", "-c", _VERSION])
    return done.stdout.strip().partition("+")[0]


def pinned_version(root: Path) -> str:
    """PyTorch's, as installer/constraints.txt has it. Raises FolderError."""
    path = root / CONSTRAINTS
    found = re.search(r"^torch==([\w.]+)$", path.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise FolderError(f"{path} names no version of torch; get the project again, whole")
    return found[1]


def _ask(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=ASK_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PipError(
            f"pip did not answer within {ASK_TIMEOUT_S} s; see whether the machine is busy, and "
            "its package index reachable, then run this again"
        ) from error
