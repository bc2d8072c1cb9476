"""Looks at everything that has to be right for the plug-ins to work, and changes nothing.

Each check gives findings that say what was seen, why it matters, and how to mend it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..environment import interpreter_check
from ..environment.backend_record import RECORD_NAME, recorded_interpreter
from ..errors import BackendError, ReceiptError
from ..plugins.receipt import COMPLETE, RECEIPT_NAME, Receipt, read_receipt
from ..user_folders import Computer, config_folder, data_folder
from . import backend as doctor_backend
from . import hosts
from .findings import INSTALL, OK, PROBLEM, WARNING, Finding

MB = 10**6
FULL_BYTES = 50 * MB  # less, and not even a settings file is sure to be written
SCARCE_BYTES = 1000 * MB  # a picture of 100 megapixels in 16 bits, with room for another pack


@dataclass(frozen=True)
class _Backend:
    """version: "" where the backend cannot be asked."""

    interpreter: Path | None
    version: str
    has_torch: bool = False


def examine(computer: Computer) -> tuple[Finding, ...]:
    """Every finding, in the order in which a user had best mend them."""
    findings: list[Finding] = []
    receipt, about = _receipt(computer)
    findings.append(about)
    backend, about_backend = _backend(computer)
    findings += about_backend
    for installed in receipt.places if receipt else ():
        findings += hosts.examine_place(installed, backend_version=backend.version)
    findings += hosts.examine_hosts(computer, receipt)
    if backend.interpreter is not None and backend.version:
        findings += doctor_backend.examine_running(
            computer, backend.interpreter, version=backend.version
        )
        findings.append(doctor_backend.examine_engine(backend.interpreter))
        findings += doctor_backend.examine_gpu(computer, has_torch=backend.has_torch)
        findings += doctor_backend.examine_packs(backend.interpreter)
    findings += _disk(computer)
    return tuple(findings)


def _receipt(computer: Computer) -> tuple[Receipt | None, Finding]:
    path = config_folder(computer) / RECEIPT_NAME
    try:
        receipt = read_receipt(config_folder(computer))
    except ReceiptError as error:
        what, _, mend = str(error).partition("\n")
        return None, Finding(
            "receipt", PROBLEM, what, "Without it nothing can be checked or uninstalled.", mend
        )
    if receipt is None:
        return None, Finding(
            "receipt",
            PROBLEM,
            f"nothing was installed by this installer: there is no {path}",
            "The plug-ins find the backend by what the installer writes.",
            INSTALL,
        )
    if receipt.state != COMPLETE:
        return receipt, Finding(
            "receipt",
            PROBLEM,
            f"{path} says that an installation did not get to its end",
            "It was interrupted, or failed: plug-ins or backend may be of two versions.",
            f"{INSTALL} again; it goes on where it stopped",
        )
    count = len(receipt.places)
    return receipt, Finding("receipt", OK, f"installed plug-ins: {count}, by {path}")


def _backend(computer: Computer) -> tuple[_Backend, list[Finding]]:
    path = config_folder(computer) / RECORD_NAME
    interpreter = recorded_interpreter(config_folder(computer))
    if interpreter is None:
        reason = "is damaged" if path.exists() else "does not exist"
        return _Backend(None, ""), [
            Finding(
                "record",
                PROBLEM,
                f"{path}, which names the backend's Python, {reason}",
                "The plug-ins start the backend by it.",
                INSTALL,
            )
        ]
    if not interpreter.exists():
        return _Backend(None, ""), [
            Finding(
                "record",
                PROBLEM,
                f"{path} names the Python {interpreter}, which does not exist",
                "The environment was removed or moved, so the plug-ins cannot start the backend.",
                INSTALL,
            )
        ]
    record = Finding("record", OK, f"{path} names the backend's Python, {interpreter}")
    try:
        facts = interpreter_check.look_at_backend(interpreter)
    except BackendError as error:
        what, _, mend = str(error).partition("\n")
        why = "The plug-ins cannot start the backend."
        return _Backend(interpreter, ""), [
            record,
            Finding("backend", PROBLEM, what, why, mend or INSTALL),
        ]
    if facts.failed or not facts.version:
        return _Backend(interpreter, ""), [record, _broken(interpreter, facts.failed)]
    about = Finding("backend", OK, f"backend {facts.version} runs in Python {facts.python}")
    return _Backend(interpreter, facts.version, facts.has_torch), [record, about]


def _broken(interpreter: Path, failed: dict[str, str]) -> Finding:
    names = ", ".join(f"{name} ({error})" for name, error in failed.items())
    why = f"It cannot import {names}." if names else "Dynamic Style is not installed in it."
    modules = {module: debian for module, debian in interpreter_check.REQUIRED.values()}
    debian = [modules[name] for name in failed if name in modules]
    hint = f"; if it uses the system's packages: sudo apt install {' '.join(debian)}"
    return Finding(
        "backend",
        PROBLEM,
        f"the backend does not work in {interpreter}",
        why,
        f"{INSTALL}{hint if debian else ''}",
    )


def _disk(computer: Computer) -> Iterator[Finding]:
    folder = data_folder(computer)
    place = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(place).free
    text = f"{free / MB:.0f} MB are free at {place}"
    if free >= SCARCE_BYTES:
        yield Finding("disk", OK, text)
        return
    yield Finding(
        "disk",
        PROBLEM if free < FULL_BYTES else WARNING,
        text,
        "Packs, logs and large pictures need room.",
        "free some space on that disk",
    )
