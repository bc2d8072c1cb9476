"""Finds msgpack's pure-Python files, which every plug-in carries inside its protocol folder.

They are taken from an interpreter that has msgpack installed, as the backend's does: the project
holds no copy of its own, and hosts cannot load the compiled module that lies beside them.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..environment.child_environment import clean_environment
from ..errors import PluginError
from ..origin import INSTALL

NEEDED = ("__init__.py", "exceptions.py", "ext.py", "fallback.py")
PROBE_TIMEOUT_S = 60
# Runs in the other interpreter and imports nothing of msgpack. Distributions keep the licences of
# their packages apart from the packages.
PROBE = """
import importlib.metadata, importlib.util, json, pathlib
spec = importlib.util.find_spec("msgpack")
if spec is None or not spec.origin:
    print("null")
else:
    folder = pathlib.Path(spec.origin).parent
    try:
        version = importlib.metadata.version("msgpack")
        listed = importlib.metadata.files("msgpack") or []
    except importlib.metadata.PackageNotFoundError:
        version, listed = "unknown", []
    named = [pathlib.Path(file.locate()) for file in listed]
    licences = [path for path in named if path.name.upper().startswith(("COPYING", "LICEN"))]
    if not licences:
        licences = [pathlib.Path("/usr/share/doc/python3-msgpack/copyright"),
                    pathlib.Path("/usr/share/common-licenses/Apache-2.0"),
                    *pathlib.Path("/usr/share/licenses").glob("python*-msgpack/*")]
    licences = [str(path) for path in licences if path.is_file()]
    print(json.dumps({"folder": str(folder), "version": version, "licences": licences}))
"""


@dataclass(frozen=True)
class MsgpackFiles:
    """files: file name in the plug-in's protocol/msgpack/ to content, the licence among them.
    has_licence: False where it was not found; what is handed on to others needs one.
    """

    version: str
    interpreter: Path
    files: Mapping[str, bytes]
    has_licence: bool


def find_msgpack(interpreters: Iterable[Path], *, needs_licence: bool = False) -> MsgpackFiles:
    """The files of the first interpreter that has msgpack. Raises PluginError if none has it, or
    none has it with its licence where that is needed.
    """
    asked = []
    for interpreter in interpreters:
        found = _probe(interpreter)
        if found is not None and (found.has_licence or not needs_licence):
            return found
        asked.append(f"{interpreter} (without its licence)" if found else str(interpreter))
    raise PluginError(
        "a plug-in needs msgpack's Python files, and none of these Pythons has them: "
        f"{', '.join(asked) or 'no Python was found'}.\n"
        f"Make the environment first with `{INSTALL}`, or name a Python that "
        "has the package msgpack: --backend PYTHON"
    )


def _probe(interpreter: Path) -> MsgpackFiles | None:
    try:
        done = subprocess.run(
            [str(interpreter), "-I", "-X", "utf8", "-c", PROBE],
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
        found = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    if found is None:
        return None
    paths = sorted(Path(found["folder"]).glob("*.py"))
    if not set(NEEDED) <= {path.name for path in paths}:
        return None
    licences = [Path(text) for text in found["licences"]]
    try:
        files = {path.name: path.read_bytes() for path in paths}
        files |= {_licence_name(path): path.read_bytes() for path in licences}
    except OSError as error:
        raise PluginError(
            f"cannot read {error.filename} ({error.strerror}), which is part of msgpack.\n"
            f"Install msgpack anew in {interpreter}."
        ) from error
    return MsgpackFiles(
        version=found["version"],
        interpreter=interpreter,
        files=files,
        has_licence=bool(licences),
    )


def _licence_name(path: Path) -> str:
    """COPYING for Debian's `copyright` too, so that it is told from code at a glance."""
    return "COPYING" if path.name == "copyright" else path.name
