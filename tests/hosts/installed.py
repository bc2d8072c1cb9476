"""Dynamic Style in a home folder inside a root, put there by the installer itself.

The backend runs on Debian's own python3-torch, the packs are those of the checkout, and there is no
network inside: an installation that would download anything fails.
"""

from __future__ import annotations

import subprocess

from .debian.inside import INNER_CHECKOUT, Session

_TIMEOUT_S = 300.0


def install(session: Session) -> subprocess.CompletedProcess[str]:
    """Install both plug-ins and the backend for the session's user, as a Debian user would."""
    return run_installer(session, "install", "--krita", "--gimp", "--system-packages")


def run_installer(
    session: Session, *arguments: str, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run `python3 -m installer` from the checkout. Raises InsideError if it fails and `check`."""
    command = ("python3", "-m", "installer", *arguments)
    return session.run(*command, cwd=INNER_CHECKOUT, timeout_s=_TIMEOUT_S, check=check)
