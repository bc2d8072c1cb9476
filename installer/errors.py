"""What can go wrong while setting up. Every message says what, why, and what to do next.

InstallerError
├── MachineError   the machine lacks something: a Python module, disk space, a fitting Python
├── FolderError    the checkout or the environment's folder cannot be used
├── PipError       pip could not install the packages
├── PluginError    a plug-in's files cannot be had, or not be laid down
├── HostError      Krita or GIMP is not there, or its configuration cannot be edited
├── BackendError   the backend does not run in the Python that it was installed in
├── ReceiptError   the list of what was installed cannot be read or written
└── DemoError      the demo has no packs, or a picture did not come out

The backend's own error tree cannot be used here: the backend is not installed yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "", "disk", "network", "certificate", "package", "write", "foreign", "python", "constraint"
]


@dataclass(frozen=True)
class Obstacle:
    """What is in the way, for a panel to say in its user's language. subject: the package, folder
    or Python that it is about, as far as that is known. log: the file with all of pip's words.
    """

    kind: Kind = ""
    subject: str = ""
    log: str = ""


class InstallerError(Exception):
    """Base of all."""

    def __init__(self, message: str, *, obstacle: Obstacle | None = None) -> None:
        super().__init__(message)
        self.obstacle = obstacle or Obstacle()


class MachineError(InstallerError):
    """The machine lacks something: a Python module, disk space, a fitting Python."""


class FolderError(InstallerError):
    """The checkout or the environment's folder cannot be used."""


class PipError(InstallerError):
    """pip could not install the packages. cause: the likely cause, the way out and where the log
    is, without pip's own words: for a panel, which has little room.
    """

    def __init__(self, message: str, *, cause: str = "", obstacle: Obstacle | None = None) -> None:
        super().__init__(message, obstacle=obstacle)
        self.cause = cause or message


class PluginError(InstallerError):
    """A plug-in's files cannot be had, or not be laid down."""


class HostError(InstallerError):
    """Krita or GIMP is not there, or its configuration cannot be edited."""


class BackendError(InstallerError):
    """The backend does not run in the Python that it was installed in."""


class ReceiptError(InstallerError):
    """The list of what was installed cannot be read or written."""


class DemoError(InstallerError):
    """The demo has no packs, or a picture did not come out."""
