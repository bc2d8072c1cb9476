"""The doctor's look at the hosts: each plug-in that was laid down, and hosts that have none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from ..environment.child_environment import clean_environment
from ..errors import HostError
from ..origin import IS_INSTALLED
from ..plugins import kritarc
from ..plugins.hosts import find_places
from ..plugins.plugin_copy import is_executable, is_unchanged, leftovers
from ..plugins.receipt import InstalledPlace, Receipt
from ..plugins.sources import GIMP, GIMP_SCRIPT, HOSTS, KRITA
from ..user_folders import Computer
from .findings import INSTALL, OK, PROBLEM, WARNING, Finding

SHOWN = 3  # files named in one finding
PYTHON_TIMEOUT_S = 60
# What GIMP's script needs first; it runs by `/usr/bin/env python3`.
SCRIPT_NEEDS = "import gi; gi.require_version('Gimp', '3.0')"


def examine_place(installed: InstalledPlace, *, backend_version: str) -> Iterator[Finding]:
    """Findings about one plug-in. backend_version: "" where it is not known."""
    yield _files(installed)
    extra = leftovers(installed)
    if extra:
        yield Finding(
            f"{installed.host}.extra",
            WARNING,
            f"{installed.title}: {_some([str(path) for path in extra])} lie in the plug-in's "
            "folder and are not part of it",
            "Left from another way of installing, such files can take the place of new ones.",
            "move them away if you do not know them",
        )
    if backend_version and installed.version != backend_version:
        yield Finding(
            f"{installed.host}.version",
            WARNING,
            f"{installed.title}: the plug-in is of version {installed.version}, the backend of "
            f"version {backend_version}",
            "They are made for each other, and one may not understand the other.",
            INSTALL if IS_INSTALLED else f"{INSTALL} from the newest checkout",
        )
    if installed.host == KRITA:
        yield _enabled(installed)
    if installed.host == GIMP:
        yield from _script(installed)


def examine_hosts(computer: Computer, receipt: Receipt | None) -> Iterator[Finding]:
    """A warning for each host that is there and has no plug-in, for what a sandbox forbids, and
    where there is no host at all.
    """
    searches = {host: find_places(host, computer) for host in HOSTS}
    if not any(search.places for search in searches.values()):
        yield Finding(
            "hosts.none",
            WARNING,
            "neither Krita nor GIMP 3 was found: "
            + "; ".join(text for search in searches.values() for text in search.missed),
            "The plug-ins run in them. The command line works without.",
            f"install one and start it once, then {INSTALL}",
        )
    for host, search in searches.items():
        for place in search.places:
            has_plugin = receipt is not None and receipt.place(place.folder) is not None
            if not has_plugin:
                yield Finding(
                    f"{host}.missing",
                    WARNING,
                    f"{place.title} is there and has no plug-in ({place.folder})",
                    "It was installed or first started after the installer ran, or left out.",
                    INSTALL,
                )
            elif place.is_sandboxed:
                yield Finding(
                    f"{host}.sandbox",
                    WARNING,
                    f"{place.title} runs in a sandbox",
                    "It may not be able to start the backend, but uses one that runs already.",
                    "if it says that the backend does not start, run `dynamic-style serve` in the "
                    "backend's environment first",
                )


def _files(installed: InstalledPlace) -> Finding:
    paths = {name: installed.folder / name for name in sorted(installed.files)}
    missing = [name for name, path in paths.items() if not path.is_file()]
    changed = [
        name
        for name, path in paths.items()
        if name not in missing and not is_unchanged(path, installed.files[name])
    ]
    check = f"{installed.host}.files"
    if missing:
        return Finding(
            check,
            PROBLEM,
            f"{installed.title}: {len(missing)} of {len(paths)} files are missing from "
            f"{installed.folder}: {_some(missing)}",
            "The plug-in does not load without them.",
            INSTALL,
        )
    if changed:
        return Finding(
            check,
            WARNING,
            f"{installed.title}: {_some(changed)} in {installed.folder} are not as they were laid "
            "down",
            "Somebody has edited them, or another version was put over this one.",
            f"{INSTALL}, which puts the files back",
        )
    text = f"{installed.title}: all {len(paths)} files of the plug-in are in {installed.folder}"
    return Finding(check, OK, text)


def _enabled(installed: InstalledPlace) -> Finding:
    check = f"{KRITA}.enabled"
    if installed.kritarc is None:
        return Finding(check, WARNING, f"{installed.title}: where it is enabled is not known")
    path = installed.kritarc.path
    try:
        if kritarc.is_enabled(path):
            return Finding(check, OK, f"{installed.title}: the plug-in is enabled in {path}")
    except HostError as error:
        what, _, mend = str(error).partition("\n")
        return Finding(check, PROBLEM, what, "Krita reads there what to load.", mend)
    return Finding(
        check,
        PROBLEM,
        f"{installed.title}: the plug-in is not enabled in {path}",
        "Krita does not load it: it was switched off, or the settings were reset.",
        "tick it in Krita under Settings > Configure Krita > Python Plugin Manager, or "
        f"{INSTALL}; then restart Krita",
    )


def _script(installed: InstalledPlace) -> Iterator[Finding]:
    script = next(
        (installed.folder / name for name in installed.files if name.endswith(f"/{GIMP_SCRIPT}")),
        None,
    )
    if script is None or not script.is_file():
        return  # said among the missing files
    check = f"{GIMP}.script"
    if not is_executable(script):
        yield Finding(
            check,
            PROBLEM,
            f"{installed.title}: {script} is not executable",
            "GIMP passes over scripts that are not, and says nothing.",
            f"{INSTALL}, or run `chmod 755 '{script}'`",
        )
    elif sys.platform in ("win32", "darwin") or installed.title.endswith(("(Flatpak)", "(Snap)")):
        yield Finding(check, OK, f"{installed.title}: the script runs by GIMP's own Python")
    else:
        yield _interpreter(installed)


def _interpreter(installed: InstalledPlace) -> Finding:
    """Whether the Python that the script's first line names has GIMP's bindings."""
    check = f"{GIMP}.python"
    try:
        done = subprocess.run(
            ["/usr/bin/env", "python3", "-c", SCRIPT_NEEDS],
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PYTHON_TIMEOUT_S,
            check=False,
        )
        words = done.stderr.strip().splitlines()
        error = "" if done.returncode == 0 else (words[-1] if words else "no words")
    except (OSError, subprocess.TimeoutExpired) as failed:
        error = str(failed)
    if not error:
        return Finding(
            check, OK, f"{installed.title}: the script's Python, `python3`, has GIMP's bindings"
        )
    return Finding(
        check,
        WARNING,
        f"{installed.title}: `python3`, which runs the plug-in, fails at `{SCRIPT_NEEDS}` "
        f"({error})",
        "A GIMP from the distribution runs plug-ins by that Python; an AppImage has its own.",
        "on Debian and Ubuntu: sudo apt install python3-gi gir1.2-gimp-3.0; and leave a virtual "
        "environment before you start GIMP from a terminal",
    )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
