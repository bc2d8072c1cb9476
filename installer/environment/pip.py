"""Runs pip in the environment and says in plain words why it failed.

Which index, mirror or proxy is used is the machine's own pip configuration; nothing is set here.
"""

from __future__ import annotations

import queue
import re
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from .. import preflight
from ..errors import Kind, Obstacle, PipError
from ..origin import by_option
from .child_environment import clean_environment

Status = Callable[[str], None]

SHOWN_LINES = 12
DISK_SIGNS = ("no space left on device", "errno 28", "winerror 112", "not enough space on the disk")
NETWORK_SIGNS = (
    "newconnectionerror",
    "nameresolutionerror",
    "temporary failure in name resolution",
    "getaddrinfo failed",
    "failed to establish a new connection",
    "network is unreachable",
    "connecttimeouterror",
    "readtimeouterror",
    "read timed out",
    "max retries exceeded",
    "proxyerror",
    "cannot connect to proxy",
    "connection refused",
    "connection reset",
    "connection aborted",
    "incompleteread",
)
CERTIFICATE_SIGNS = ("certificate_verify_failed", "sslerror", "ssl: ")
_SIGNS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("disk", DISK_SIGNS),
    ("certificate", CERTIFICATE_SIGNS),
    ("network", NETWORK_SIGNS),
)
WRITE_SIGNS = ("permission denied", "errno 13")
CONSTRAINT_SIGNS = ("resolutionimpossible", "conflicting dependencies")
LARGE = {"openvino": "OpenVINO", "torch": "PyTorch"}  # built for some Pythons and systems alone
MISSING_PACKAGE = re.compile(r"no matching distribution found for ([A-Za-z0-9._-]+)", re.IGNORECASE)
CONSTRAINT = re.compile(r"The user requested \(constraint\) (([A-Za-z0-9._-]+?)[<>=!~].*)")


class HalfInstalledError(PipError):
    """pip failed while it was changing the installed packages."""


def install(
    python: Path,
    arguments: Sequence[str],
    *,
    cwd: Path,
    log: Path,
    status: Callable[[str], None],
    explain: Callable[[str], str] | None = None,
) -> None:
    """Run `pip install` with `arguments`; all of pip's words go to the end of the file `log`.

    `status` is called about once a second with what pip is at. Raises PipError with pip's last
    lines, the likely cause and the way out, which `explain` finds in them; HalfInstalledError if
    packages are left in pieces.
    """
    command = [str(python), "-I", "-X", "utf8", "-m", "pip", "install"]
    # Compiling all of torch and sympy takes longer than unpacking them; Python compiles what is
    # used at its first use.
    command += ["--no-input", "--disable-pip-version-check", "--no-compile", *arguments]
    # the variable holds for what it makes to build in, too
    variables = clean_environment() | {"PIP_COMPILE": "0"}
    code, output = run(command, cwd=cwd, log=log, status=status, variables=variables)
    if code == 0:
        return
    raise failure("pip", code, output, log=log, explain=explain)


def failure(
    program: str, code: int, output: str, *, log: Path, explain: Callable[[str], str] | None = None
) -> PipError:
    """The error for a program that could not install: its last words, the cause, the way out."""
    lines = [line for line in output.splitlines() if line.strip()]
    shown = "\n".join(f"    {line}" for line in lines[-SHOWN_LINES:])
    message = f"{program} could not install the packages (exit code {code}). Its last words:\n"
    cause = f"{(explain or explain_failure)(output)}\nAll of {program}'s output is in {log}"
    message += f"{shown}\n{cause}"
    obstacle = replace(obstacle_in(output), log=str(log))
    if "Installing collected packages" in output:
        return HalfInstalledError(message, cause=cause, obstacle=obstacle)
    return PipError(message, cause=cause, obstacle=obstacle)


def obstacle_in(output: str) -> Obstacle:
    """Why pip failed, as far as its output tells."""
    text = output.lower()
    for kind, signs in _SIGNS:
        if any(sign in text for sign in signs):
            return Obstacle(kind)
    if missing := _missing_package(output):
        return Obstacle("package", missing)
    if any(sign in text for sign in WRITE_SIGNS):
        return Obstacle("write")
    if any(sign in text for sign in CONSTRAINT_SIGNS):
        return Obstacle("constraint")
    return Obstacle()


def explain_failure(output: str) -> str:
    """Say why pip failed, as far as its output tells, and what to do about it."""
    found = obstacle_in(output)
    if found.kind == "disk":
        option = by_option(", and for all: --venv DIR")
        return (
            f"The disk is full. Free some space ({preflight.LIGHT_GB} GB; with PyTorch "
            f"{preflight.CPU_TORCH_GB} GB, or {preflight.CUDA_TORCH_GB} GB for NVIDIA's GPUs), or "
            f"name another disk for pip's downloads in TMPDIR{option}."
        )
    if found.kind == "certificate":
        return (
            "The connection's certificate was not accepted, as behind a company's proxy. Name "
            "its certificate file in the variable PIP_CERT, and the proxy in PIP_PROXY."
        )
    if found.kind == "network":
        return (
            "pip's package index cannot be reached. Check the network and run this again; what "
            "was downloaded is kept. Behind a proxy set PIP_PROXY, for a mirror PIP_INDEX_URL, "
            "for packages in a folder PIP_FIND_LINKS, on a slow line PIP_DEFAULT_TIMEOUT=180."
        )
    if found.subject in LARGE:
        return (
            f"{LARGE[found.subject]} has no build here for {preflight.describe_python()}. "
            f"{preflight.fitting_pythons()} Macs with Intel processors have no current builds; "
            "a mirror may not have the version named in installer/constraints.txt."
        )
    if found.kind == "package":
        return (
            f"pip found no fitting {found.subject}. If the machine is offline or pip's index is a "
            "mirror, make it reachable: PIP_INDEX_URL, PIP_FIND_LINKS, PIP_PROXY; and see that "
            "PIP_NO_INDEX is not set. `pip config list` shows what is in force."
        )
    if found.kind == "write":
        option = by_option(" Take a folder of your own: --venv DIR")
        return f"A file or folder may not be written; make it writable for you.{option}"
    if found.kind == "constraint":
        return (
            "Another constraint contradicts installer/constraints.txt; `pip config list` and "
            "the variable PIP_CONSTRAINT show whether the machine has one."
        )
    return "If pip's words above do not help, run this again: it starts from scratch."


def _missing_package(output: str) -> str | None:
    """Name the package that has no fitting release at all.

    A pinned one is told by pip as a conflict with its own constraint; several different constraints
    on one package are a true conflict.
    """
    if found := MISSING_PACKAGE.search(output):
        return found[1].lower()
    constraints = {match[1]: match[2].lower() for match in CONSTRAINT.finditer(output)}
    return next(iter(constraints.values())) if len(constraints) == 1 else None


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    log: Path,
    status: Callable[[str], None],
    variables: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Run a program that installs; return its exit code and the last of its words. variables: its
    environment, if not the clean one.
    """
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    kept: deque[str] = deque(maxlen=2000)
    with (
        log.open("a", buffering=1, encoding="utf-8") as file,
        subprocess.Popen(
            command,
            cwd=cwd,
            env=clean_environment() if variables is None else variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process,
    ):
        stdout = process.stdout
        if stdout is None:
            raise PipError("pip could not be started: it has no output to read")
        threading.Thread(target=_pump, args=(stdout, lines), daemon=True).start()
        try:
            while (line := _next(lines, status)) is not None:
                file.write(line)
                kept.append(line)
                status(line.strip())
        except BaseException:
            process.kill()
            raise
    return process.returncode, "".join(kept)


def _next(lines: queue.SimpleQueue[str | None], status: Callable[[str], None]) -> str | None:
    while True:
        try:
            return lines.get(timeout=1.0)
        except queue.Empty:
            status("")  # nothing new: lets a clock on the screen go on


def _pump(stdout: IO[str], lines: queue.SimpleQueue[str | None]) -> None:
    for line in stdout:
        lines.put(line)
    lines.put(None)
