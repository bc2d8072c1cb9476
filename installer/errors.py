"""What can go wrong while setting up. Every message says what, why, and what to do next.

InstallerError
├── MachineError   the machine lacks something: a Python module, disk space, a fitting Python
├── FolderError    the checkout or the environment's folder cannot be used
├── PipError       pip could not install the packages
└── DemoError      the demo has no packs, or a picture did not come out

The backend's own error tree cannot be used here: the backend is not installed yet.
"""

from __future__ import annotations


class InstallerError(Exception):
    """Base of all."""


class MachineError(InstallerError):
    """The machine lacks something: a Python module, disk space, a fitting Python."""


class FolderError(InstallerError):
    """The checkout or the environment's folder cannot be used."""


class PipError(InstallerError):
    """pip could not install the packages."""


class DemoError(InstallerError):
    """The demo has no packs, or a picture did not come out."""
