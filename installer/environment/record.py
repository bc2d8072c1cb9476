"""What an environment is, and the record inside it: whether it is finished, and made from what.

`backend/protocol/process/missing_packages.py` reads the record, too.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ..atomic_file import write_atomically
from ..errors import FolderError
from ..origin import by_option
from ..plain_files import read_plain

RECORD_NAME = "dynamic-style.json"
CONSTRAINTS = Path("installer", "constraints.txt")
EDITABLE = "editable"
COPY = "copy"
SYSTEM = "system"
INDEX = "index"
GIVEN = "given"  # made by something else: pipx, uv, a person
INSTALLED_FROM = (
    "pyproject.toml",
    "README.md",
    "setup.py",
    "LICENSE",
    "backend",
    "installer",
    "plugin_gimp",
    "plugin_krita",
    "training",
    "weights",
)
NOT_INSTALLED = ("__pycache__", "assets")


@dataclass(frozen=True)
class Environment:
    """Where the checkout is (`root`), where its environment is or shall be (`folder`), and of
    which kind: EDITABLE, COPY, SYSTEM, INDEX or GIVEN. lock: the file that one set-up at a time
    holds; None for the checkout's. interpreter: its Python, where that is not in the usual place.
    requirement: for INDEX, what is asked of pip's index, such as "dynamic-style==1.2"; root is the
    folder that holds the installer then.
    """

    root: Path
    folder: Path
    kind: str = EDITABLE
    lock: Path | None = None
    interpreter: Path | None = None
    requirement: str = ""

    @property
    def python(self) -> Path:
        if self.interpreter is not None:
            return self.interpreter
        return self.programs / ("python.exe" if sys.platform == "win32" else "python")

    @property
    def programs(self) -> Path:
        return self.folder / ("Scripts" if sys.platform == "win32" else "bin")

    def program(self, name: str) -> Path:
        """The command line `name` that one of the installed packages brings."""
        return self.programs / (f"{name}.exe" if sys.platform == "win32" else name)


@dataclass(frozen=True)
class Record:
    """What an environment was made from. `state` is "unfinished" while work is going on; `extras`
    are then those that it had before.
    """

    state: str
    fingerprint: str  # of pyproject.toml and the constraints; for a copy, of all that is copied
    python: str  # implementation and version, as 3.11 and 3.12 do not share packages
    folder: str  # an environment cannot be moved: its programs name their own place
    root: str  # "" for a copy, which outlives its checkout
    extras: tuple[str, ...]
    kind: str = EDITABLE


def wanted_record(
    environment: Environment, extras: tuple[str, ...], *, state: str = "ready"
) -> Record:
    """The record of an environment made now, from what the checkout holds. Raises FolderError."""
    digest = hashlib.sha256(environment.requirement.encode())
    paths = [Path("pyproject.toml"), CONSTRAINTS] if environment.kind != INDEX else [CONSTRAINTS]
    if environment.kind not in (EDITABLE, INDEX):
        paths += [path.relative_to(environment.root) for path in sources(environment.root)]
    for path in paths:
        try:
            digest.update(path.as_posix().encode() + b"\0")
            digest.update((environment.root / path).read_bytes() + b"\0")
        except OSError as error:
            raise FolderError(
                f"{environment.root} is no complete checkout: {path} cannot be read "
                f"({error.strerror or error}). Get the project again and start there."
            ) from error
    return Record(
        state=state,
        fingerprint=digest.hexdigest(),
        python=f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]}",
        folder=str(environment.folder),
        root=str(environment.root) if environment.kind == EDITABLE else "",
        extras=extras,
        kind=environment.kind,
    )


def sources(root: Path) -> Iterator[Path]:
    """Every file of the checkout that the installed copy is built from."""
    for name in INSTALLED_FROM:
        top = root / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            inner = path.relative_to(root).parts
            hidden = any(part.startswith(".") or part in NOT_INSTALLED for part in inner)
            if path.is_file() and not hidden:
                yield path


def read_record(environment: Environment) -> Record | None:
    """None where there is none, or none that can be read."""
    try:
        values = json.loads(read_plain(environment.folder / RECORD_NAME))
        return Record(**{**values, "extras": tuple(values["extras"])})
    except (OSError, RecursionError, ValueError, TypeError, KeyError):
        return None


def write_record(environment: Environment, record: Record) -> None:
    """Raises FolderError."""
    path = environment.folder / RECORD_NAME
    try:
        write_atomically(path, json.dumps(asdict(record), indent=2).encode())
    except OSError as error:
        raise FolderError(
            f"cannot write {path} ({error.strerror or error}).\n"
            "Free the folder for writing"
            f"{by_option(', or have the environment made elsewhere: --venv DIR')}"
        ) from error
