"""What a panel says before, while and after it sets the backend up."""

from __future__ import annotations

import platform
import re
import sys

from ..translations import tr
from .set_up_state import SetUp

# (download, on the disk) in MB, as installer/preflight.py and installer/panel/main.py have them:
# with OpenVINO, or where that has no builds with PyTorch.
_LIGHT_MB, _TORCH_MB = (100, 340), (300, 1200)
_LIGHT = {("linux", "x86_64"), ("win32", "AMD64")}
_UNPACKING = ("installing", "prepared")  # as pip and uv begin their lines
_PACKAGE = re.compile(r"(?i)(?:downloading|collecting) ([a-z0-9_.]+?)(?:-\d|[=<>~ (]|$)")


def question(*, host: str, folder: str) -> str:
    """What is fetched, how large it is and where it goes: for the dialog that asks first."""
    is_light = (sys.platform, platform.machine()) in _LIGHT
    download, disk = _LIGHT_MB if is_light else _TORCH_MB
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
        return tr("{message} Close {host} and start it again.").format(
            message=found.message, host=host
        )
    if found.state == "failed":
        return found.message
    if found.state == "stopped":
        return tr("Setting up was broken off. What was fetched is kept.")
    if found.state == "cancelled":
        return tr("Setting up was cancelled. What was fetched is kept.")
    return ""
