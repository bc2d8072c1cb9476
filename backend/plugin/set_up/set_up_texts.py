"""What a panel says before, while and after it sets the backend up."""

from __future__ import annotations

import platform
import re
import sys

from ..translations import speaks_english, tr
from .set_up_state import SetUp

# (download, on the disk) in MB, as installer/preflight.py and installer/panel/main.py have them:
# with OpenVINO, or where that has no builds with PyTorch.
_LIGHT_MB, _TORCH_MB = (100, 340), (300, 1200)
_ROOM_MB = 160  # besides, while what was fetched is unpacked
_LIGHT = {("linux", "x86_64"), ("win32", "AMD64")}
_UNPACKING = ("installing", "prepared")  # as pip and uv begin their lines
_PACKAGE = re.compile(r"(?i)(?:downloading|collecting) ([a-z0-9_.]+?)(?:-\d|[=<>~ (]|$)")


def question(*, host: str, folder: str) -> str:
    """What is fetched, how large it is and where it goes: for the dialog that asks first."""
    is_light = (sys.platform, platform.machine()) in _LIGHT
    download, disk = _sizes()
    engine = "OpenVINO" if is_light else "PyTorch"
    return tr(
        "The pictures are computed by a program beside {host}, the backend. Setting it up fetches "
        "about {download} MB from Python's package index: Dynamic Style, {engine}, NumPy and what "
        "they need. On the disk it takes about {disk} MB, in {folder}.\n\n"
        "You can go on working meanwhile, or close {host}."
    ).format(host=host, download=download, engine=engine, disk=disk, folder=folder)


def progress_text(found: SetUp) -> str:
    """What is going on, in one line."""
    percent = round(found.fraction * 100)
    doing = {
        "environment": tr("making an environment"),
        "plug-in": tr("checking that all works"),
    }.get(found.step, tr("starting"))
    if found.step == "packages":
        package = _PACKAGE.match(found.words)
        doing = tr("asking the package index")
        if package:
            doing = tr("fetching {name}").format(name=package[1])
        elif found.words.lower().startswith(_UNPACKING):
            doing = tr("unpacking")
    return tr("Setting up: {percent} %, {doing}").format(percent=percent, doing=doing)


def end_text(found: SetUp, *, host: str) -> str:
    """What has become of it, for one that is no longer at work; empty where all is said."""
    if found.state == "done" and found.restarts:
        return tr("This plug-in was updated to {version}. Close {host} and start it again.").format(
            version=found.subject, host=host
        )
    if found.state == "failed":
        return _failure_text(found)
    if found.state == "stopped":
        return tr("Setting up was broken off. What was fetched is kept.")
    if found.state == "cancelled":
        return tr("Setting up was cancelled. What was fetched is kept.")
    return ""


def _failure_text(found: SetUp) -> str:
    """What is in the way and the way out. What the panel has no words for, the installer's own say,
    which are English.
    """
    _, disk_mb = _sizes()
    texts = {
        "disk": tr("There is not enough room on the disk. Free {size} MB, then try again."),
        "network": tr(
            "The package index cannot be reached. Check the network, then try again; what was "
            "fetched is kept. A proxy or an index of your own is named in pip's settings "
            "(PIP_PROXY, PIP_INDEX_URL)."
        ),
        "certificate": tr(
            "The package index's certificate was not accepted, as behind a company's proxy. Name "
            "its certificate file in pip's settings (PIP_CERT), then try again."
        ),
        "package": tr(
            "The package index has no {subject} that fits this computer and its Python. Where "
            "pip's settings name an index (PIP_INDEX_URL) or forbid it (PIP_NO_INDEX), correct "
            "them, then try again."
        ),
        "write": tr(
            "A file or folder cannot be written. Make it writable for you, then try again."
        ),
        "foreign": tr(
            "“{subject}” is there already, and is not of this set-up. Move it away, then try again."
        ),
        "python": tr(
            "The Python on this computer, {subject}, can make no environments, and uv, which "
            "could, cannot be fetched. Install the package python3-venv, then try again."
        ),
        "constraint": tr(
            "pip's settings on this computer forbid a version that is needed. `pip config list` "
            "shows them, and PIP_CONSTRAINT may name a file."
        ),
    }
    if found.kind == "write" and found.subject:
        texts["write"] = tr(
            "“{subject}” cannot be written. Make it writable for you, then try again."
        )
    text = texts.get(found.kind)
    if text is None:
        if speaks_english() or not found.message:
            return found.message
        return tr("The set-up has failed: {message}").format(message=found.message)
    told = text.format(subject=found.subject, size=disk_mb + _ROOM_MB)
    if not found.log:
        return told
    return f"{told}\n" + tr("All that was said meanwhile is in {path}").format(path=found.log)


def _sizes() -> tuple[int, int]:
    is_light = (sys.platform, platform.machine()) in _LIGHT
    return _LIGHT_MB if is_light else _TORCH_MB
