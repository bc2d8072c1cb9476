"""Installs everything for one user: the plug-ins in their hosts, and the backend's environment
unless the installer runs in one that has the backend.

What is to be done is decided first, and a dry run tells it and stops there. The receipt is written
before the first file, so that an interrupted installation can be repeated, or taken back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ..environment import interpreter_check, setup, this_environment
from ..environment.backend_record import RECORD_NAME, recorded_interpreter, write_backend_record
from ..environment.record import COPY, SYSTEM, Environment
from ..errors import BackendError, HostError, PluginError
from ..lock import file_lock
from ..origin import INSTALL
from ..user_folders import Computer, config_folder, data_folder
from .hosts import Place, find_places
from .msgpack_files import find_msgpack
from .plan_texts import describe
from .plugin_copy import PlacePlan, lay_down, plan_place, unfinished
from .receipt import (
    COMPLETE,
    LOCK_NAME,
    RECEIPT_NAME,
    UNFINISHED,
    Receipt,
    make_config_folder,
    read_receipt,
    write_receipt,
)
from .sources import GIMP, HOSTS, KRITA, TITLES, plugin_files, project_version

Report = Callable[[str], None]
ENVIRONMENT_NAME = "environment"
NEEDED = {KRITA: "Krita 5.2 or newer", GIMP: "GIMP 3.0 or newer"}


@dataclass(frozen=True)
class Wish:
    """What the user asked for. hosts: () for all that are found. backend: a Python that has the
    backend already; otherwise an environment is made, in `venv` or the user's data folder.
    is_this: that Python is the one that this runs in. for_panel: a plug-in's panel has made its
    environment, and has the plug-in; that the host cannot be found is no error then.
    """

    hosts: tuple[str, ...] = ()
    backend: Path | None = None
    is_this: bool = False
    venv: Path | None = None
    system_packages: bool = False
    extras: tuple[str, ...] = ()
    for_panel: bool = False


class Installation:
    """One run of `install`. root: what the plug-ins are made from. report gets one line for each
    thing done, status what is going on now. Raises an InstallerError from each of its methods.
    """

    def __init__(
        self, root: Path, computer: Computer, wish: Wish, *, report: Report, status: Report
    ) -> None:
        self._root = root
        self._wish = wish
        self._report = report
        self._status = status
        self._config = config_folder(computer)
        self._has_updated = False  # a plug-in that was there before
        self._receipt = read_receipt(self._config) or Receipt(state=COMPLETE)
        try:
            self._places = _choose_places(computer, wish.hosts, self._receipt, report)
        except HostError as error:
            if not wish.for_panel:
                raise
            self._places = ()
            report(f"Note: {error}")
        _check_extras(wish)
        self._environment = self._choose_environment(computer)
        self._extras = self._choose_extras()
        self._version = project_version(root)
        if wish.system_packages and not self._is_environment_ready():
            interpreter_check.check_system_packages(root)

    def tell(self) -> Iterator[str]:
        """What `carry_out` would do, each as the end of "would ..."; nothing is changed."""
        if self._environment is None:
            interpreter_check.check_backend(self._interpreter)
        msgpack = self._msgpack_files(is_dry=True)
        if not msgpack:
            yield "copy msgpack's Python files from the environment into each plug-in"
        for plan in self._plans(msgpack):
            yield f"\n{plan.place.title}:"
            yield from describe(plan)
        yield "\nThe backend:"
        if self._environment is not None and not self._is_environment_ready():
            packages = "the system's" if self._wish.system_packages else "from pip's index"
            added = f" with {' and '.join(self._extras)}" if self._extras else ""
            yield (
                f"make {self._environment.folder}, an environment for the backend{added} "
                f"(other packages: {packages})"
            )
        if recorded_interpreter(self._config) != self._interpreter:
            yield f"write {self._config / RECORD_NAME} (the backend is run by {self._interpreter})"
        yield f"write {self._config / RECEIPT_NAME} (the list of all of this, for uninstall)"
        old = self._old_environment()
        if old is not None:
            yield f"remove {old} (the environment of before)"

    def carry_out(self) -> interpreter_check.BackendFacts:
        """Do it. Interrupted at any point, it can be run again, or `uninstall` takes it back."""
        old = self._old_environment()
        folder = self._environment.folder if self._environment else None
        kept = folder or self._kept_environment()
        made = _missing_parents(self._config, *([folder] if folder else []))
        with self._alone():
            self._note(
                replace(
                    self._receipt,
                    state=UNFINISHED,
                    environment=folder or self._receipt.environment,
                    interpreter=self._interpreter,
                    made_folders=tuple(dict.fromkeys((*self._receipt.made_folders, *made))),
                )
            )
        facts = self._ready_backend()
        with self._alone():
            for plan in self._plans(self._msgpack_files(is_dry=False)):
                self._lay_down(plan)
            recorded = recorded_interpreter(self._config)
            is_replaced = recorded != self._interpreter or self._has_updated
            if recorded is not None and is_replaced and os.access(recorded, os.X_OK):
                interpreter_check.stop_backend(recorded)  # the next is to be the one installed now
            write_backend_record(self._config, self._interpreter, packs=facts.packs)
            if old is not None:
                self._remove_old_environment(old)
            self._note(
                replace(
                    self._receipt,
                    state=COMPLETE,
                    environment=kept,
                    interpreter=self._interpreter,
                )
            )
        return facts

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While no other set-up notes or lays down anything; what one has, is known by then."""
        make_config_folder(self._config)
        with file_lock(self._config / LOCK_NAME, report=self._report):
            self._receipt = read_receipt(self._config) or self._receipt
            yield

    @property
    def places(self) -> tuple[Place, ...]:
        return self._places

    @property
    def interpreter(self) -> Path:
        """The Python that runs, or will run, the backend."""
        return self._interpreter

    @property
    def _interpreter(self) -> Path:
        if self._environment is not None:
            return self._environment.python
        backend = self._wish.backend
        if backend is None or not backend.is_file():
            raise BackendError(f"--backend: there is no Python at {backend}; name one that has it")
        return backend.absolute()

    def _choose_environment(self, computer: Computer) -> Environment | None:
        if self._wish.backend is not None:
            return None
        default = self._receipt.environment or data_folder(computer) / ENVIRONMENT_NAME
        folder = self._wish.venv.absolute() if self._wish.venv else default
        kind = SYSTEM if self._wish.system_packages else COPY
        lock = self._config / LOCK_NAME
        return Environment(root=self._root, folder=folder, kind=kind, lock=lock)

    def _is_environment_ready(self) -> bool:
        return self._environment is not None and setup.is_ready(self._environment, self._extras)

    def _choose_extras(self) -> tuple[str, ...]:
        """Those asked for, and those of the environment that this one takes the place of."""
        old = self._old_environment()
        if old is None or self._environment is None:
            return self._wish.extras
        kept = setup.kept_extras(replace(self._environment, folder=old))
        return tuple(sorted({*kept, *self._wish.extras}))

    def _old_environment(self) -> Path | None:
        """An environment that this installation takes the place of."""
        old = self._receipt.environment
        new = self._environment.folder if self._environment else self._kept_environment()
        return old if old is not None and old != new and os.access(old, os.X_OK) else None

    def _remove_old_environment(self, old: Path) -> None:
        extras = setup.kept_extras(Environment(root=self._root, folder=old))
        setup.remove_environment(old)
        self._report(f"Removed the environment of before, {old}")
        if extras and self._wish.is_this and not this_environment.has_torch():
            self._report(f"Note: it had PyTorch; `{INSTALL} --torch` adds it to the new one")

    def _kept_environment(self) -> Path | None:
        """An environment of an earlier installation that holds the Python which the user named; or
        this one, which a panel has made.
        """
        if self._wish.for_panel and (made := this_environment.made_for_panel()):
            return made
        old = self._receipt.environment
        return old if old is not None and self._interpreter.is_relative_to(old) else None

    def _ready_backend(self) -> interpreter_check.BackendFacts:
        if self._environment is not None and not self._is_environment_ready():
            if self._environment.python.exists():  # its files are about to change
                interpreter_check.stop_backend(self._environment.python)
            setup.make_ready(
                self._environment, extras=self._extras, report=self._report, status=self._status
            )
        facts = interpreter_check.check_backend(self._interpreter)
        self._report(f"Backend {facts.version}, run by {self._interpreter}")
        if facts.version != self._version:
            self._report(
                f"Note: these plug-ins are of version {self._version}; install that version of "
                f"Dynamic Style in {self._interpreter} as well."
            )
        return facts

    def _msgpack_files(self, *, is_dry: bool) -> Mapping[str, bytes]:
        """{} if nothing has msgpack yet, but the environment that a dry run does not make will."""
        known = known_interpreters(self._root, self._config)
        try:
            return find_msgpack(dict.fromkeys([self._interpreter, *known])).files
        except PluginError:
            if is_dry and self._environment is not None:
                return {}
            raise

    def _plans(self, msgpack: Mapping[str, bytes]) -> Iterator[PlacePlan]:
        """One for each place, made when its turn has come: two may share Krita's settings."""
        for place in self._places:
            files = plugin_files(place.host, self._root, msgpack)
            before = self._receipt.place(place.folder)
            yield plan_place(place, files, version=self._version, before=before)

    def _lay_down(self, plan: PlacePlan) -> None:
        before = self._receipt.place(plan.place.folder)
        self._note(self._receipt.with_place(unfinished(plan, before)))
        lay_down(plan)
        self._note(self._receipt.with_place(plan.after))
        changed = len(plan.writes) + len(plan.removals)
        self._has_updated |= before is not None and changed > 0
        done = f"laid down (files changed: {changed})" if changed else "up to date"
        self._report(f"{plan.place.title}: plug-in {done} in {plan.place.folder}")

    def _note(self, receipt: Receipt) -> None:
        write_receipt(self._config, receipt)
        self._receipt = receipt


def known_interpreters(root: Path, config: Path) -> list[Path]:
    """Pythons that may have msgpack: the backend's, the checkout's own, and this one."""
    recorded = recorded_interpreter(config)
    checkout = Environment(root=root, folder=root / ".venv").python
    known = [recorded, checkout, interpreter_check.this_python()]
    # a checkout's .venv may lead to a Python in somebody else's home folder, which is no error here
    return [path for path in known if path is not None and os.access(path, os.X_OK)]


def _check_extras(wish: Wish) -> None:
    """Raise BackendError where extras are to go into an environment that is not made here."""
    if not wish.extras:
        return
    asked = f"--{wish.extras[-1]}"
    if wish.backend is not None:
        raise BackendError(
            f"{asked} adds to an environment that the installer makes, and --backend names one of "
            f"your own. Install it there: {wish.backend} -m pip install torch"
        )
    if wish.system_packages:
        raise BackendError(
            f"{asked} adds PyTorch from an index, and --system-packages takes the system's, which "
            "it needs in any case; leave one of the two out"
        )


def _choose_places(
    computer: Computer, named: tuple[str, ...], receipt: Receipt, report: Report
) -> tuple[Place, ...]:
    """The places of the named hosts, or of all; and those that have the plug-in already, so that
    backend and plug-ins stay of one version. Raises HostError if a named host is nowhere.
    """
    places: dict[Path, Place] = {}
    missed: list[str] = []
    for host in HOSTS:
        search = find_places(host, computer)
        is_named = host in named
        if is_named and not search.places:
            raise HostError(
                f"{TITLES[host]} cannot be given its plug-in: {'; '.join(search.missed)}.\n"
                f"Install {NEEDED[host]}, or start it once if it is installed, then run this again."
            )
        for place in search.places:
            if is_named or not named or receipt.place(place.folder) is not None:
                places[place.folder] = place
        missed += search.missed if is_named or not named else []
    if not places:
        raise HostError(
            f"no program was found that could be given the plug-in.\n{chr(10).join(missed)}\n"
            f"Install {' or '.join(NEEDED.values())}, start it once, then run this again."
        )
    for place in places.values():
        unstarted = "" if place.exists else " (never started; its folder will be made)"
        report(f"Found {place.title}: {place.folder}{unstarted}")
    for text in missed:
        report(f"Not found: {text}")
    return tuple(places.values())


def _missing_parents(*folders: Path) -> tuple[Path, ...]:
    """The folders that will have to be made on the way to these, these included, outermost first.

    An environment removes itself; only the way to it counts here.
    """
    paths = {path for folder in folders for path in (folder, *folder.parents)}
    return tuple(sorted(path for path in paths if not path.exists()))
