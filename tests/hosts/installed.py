"""Dynamic Style in a home folder inside a root, put there by the installer itself.

In trixie it is the installation of most people, with what pip gets and without torch; in forky the
one on Debian's own packages, among them torch. There is no network inside: what is downloaded comes
from the root's folder of wheels, or not at all. The packs are those of the checkout.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from .debian.inside import INNER_CHECKOUT, Session
from .debian.roots import LIGHT_SUITES, Root
from .debian.wheels import FROM_WHEELS

BACKEND_PYTHON = "/home/artist/.local/share/dynamic-style/environment/bin/python"
_TIMEOUT_S = 300.0


def install(session: Session) -> subprocess.CompletedProcess[str]:
    """Install both plug-ins and the backend for the session's user, as a Debian user would."""
    options = [] if is_light(session.root) else ["--system-packages"]
    return run_installer(session, "install", "--krita", "--gimp", *options)


def is_light(root: Root) -> bool:
    """Whether the backend there is the light one: without torch, which a new style needs."""
    return root.suite in LIGHT_SUITES


def engine(root: Root) -> str:
    """What nets run on there, as the backend calls it."""
    return "openvino" if is_light(root) else "torch"


def long_px(root: Root) -> int:
    """A working size at which a photo of 900 x 675 takes seconds, to be interrupted. A CPU with
    bfloat16 units is ten times as fast as one without.
    """
    if not is_light(root):
        return 2500
    return 6000 if "bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8") else 3000


def run_installer(
    session: Session, *arguments: str, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run `python3 -m installer` from the checkout. Raises InsideError if it fails and `check`."""
    command = ("python3", "-m", "installer", *arguments)
    env = FROM_WHEELS if is_light(session.root) else {}
    return session.run(*command, cwd=INNER_CHECKOUT, timeout_s=_TIMEOUT_S, check=check, env=env)
