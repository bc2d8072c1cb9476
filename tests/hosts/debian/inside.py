"""Runs commands inside a root: a session with its own mounts, processes and network.

    with Session(root, home=folder, exchange=other_folder) as session:
        done = session.run("gimp-console", "--version")            # waits; raises on failure
        krita = session.start("krita", "/exchange/photo.png", log="krita.log")   # goes on beside us

What a session sees: the root, read-only; the checkout as /checkout, read-only; an exchange folder
as /exchange, writable from both sides; a home folder as /home/artist; /tmp, /run and /dev/shm of
its own; 127.0.0.1 and no other network. Commands run as the ordinary user `artist`, with the few
environment variables that a login sets and none of the caller's. When the session closes, or this
process dies, the kernel kills everything that was started in it, and nothing stays mounted.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import TypeVar

from .roots import USER, USER_ID, Root, locked

CHECKOUT = Path(__file__).resolve().parents[3]
INNER_CHECKOUT = PurePosixPath("/checkout")
INNER_EXCHANGE = PurePosixPath("/exchange")
INNER_HOME = PurePosixPath("/home") / USER
RUNTIME_FOLDER = PurePosixPath("/run/user") / str(USER_ID)
LOGIN = {
    "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/games",
    "LANG": "C.UTF-8",
    "USER": USER,
    "LOGNAME": USER,
    "SHELL": "/bin/bash",
    "HOME": str(INNER_HOME),
    "XDG_RUNTIME_DIR": str(RUNTIME_FOLDER),
}
_START_TIMEOUT_S = 60.0
_GRACE_S = 10.0

Given = TypeVar("Given")


class InsideError(AssertionError):
    """A command inside failed, took too long or ended early. The message has its output."""


@dataclass(frozen=True)
class Process:
    """One process of a session. pid: as seen inside. outer_pid: as this process may signal it."""

    pid: int
    outer_pid: int
    arguments: tuple[str, ...]

    def kill(self, number: int = signal.SIGKILL) -> None:
        os.kill(self.outer_pid, number)


class Started:
    """A command that runs beside us. log: the file with its stdout and stderr, in the exchange
    folder.
    """

    def __init__(self, entrance: subprocess.Popen[bytes], log: Path) -> None:
        self.log = log
        self._entrance = entrance  # nsenter, which waits for the command and has its exit code

    @property
    def exit_code(self) -> int | None:
        """None while it runs; 128 + N when signal N ended it."""
        code = self._entrance.poll()
        return 128 - code if code is not None and code < 0 else code

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait(self, timeout_s: float) -> int:
        """Return the exit code. Raises InsideError if the command is still running by then."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._entrance.wait(timeout_s)
        code = self.exit_code
        if code is None:
            raise InsideError(f"{self.log.name}: still running after {timeout_s} s\n{self.output}")
        return code

    def signal(self, number: int = signal.SIGTERM) -> None:
        """Signal the command itself; nothing happens when it has ended."""
        for child in _children(self._entrance.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, number)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """The command does nothing meanwhile."""
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)
            self._entrance.send_signal(signal.SIGCONT)  # nsenter stops with what it waits for

    def stop(self, timeout_s: float = 10.0) -> int:
        """End it, by force if it must be; return its exit code."""
        self.signal(signal.SIGTERM)
        try:
            return self.wait(timeout_s)
        except InsideError:
            self.signal(signal.SIGKILL)
            return self.wait(timeout_s)


class Session:
    """A live set of namespaces around one root. home, exchange: folders outside, made if missing.

    Raises InsideError when it cannot be set up.
    """

    def __init__(self, root: Root, *, home: Path, exchange: Path) -> None:
        self.root = root
        self.exchange = exchange
        self.home = home
        for folder in (exchange, home):
            give_folder(folder)
        self._closing = contextlib.ExitStack()
        self._closing.enter_context(locked(root.lock_path, shared=True))
        self._environment: dict[str, str] = dict(LOGIN)
        self._started: list[Started] = []
        self._unshare = self._enter()
        self._closing.callback(self._leave)
        self._keeper = self._wait_for_keeper()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill all that runs inside and take the mounts away. Safe to call twice."""
        self._closing.close()

    def set_environment(self, **values: str) -> None:
        """Give these variables to every command from now on."""
        self._environment.update(values)

    def run(
        self,
        *command: str | PurePosixPath,
        timeout_s: float = 60.0,
        env: Mapping[str, str] | None = None,
        cwd: str | PurePosixPath = INNER_HOME,
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end. Raises InsideError when it takes longer than timeout_s and,
        if check, when it fails.
        """
        limited = ("timeout", "--kill-after=5", str(timeout_s), *map(str, command))
        try:
            done = subprocess.run(
                self._entering(limited, env=env, cwd=cwd),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=timeout_s + _GRACE_S,
            )
        except subprocess.TimeoutExpired as error:  # it left something behind that holds the pipe
            raise InsideError(f"{_shown(command)}: no end after {timeout_s} s") from error
        if done.returncode in (124, 137):
            raise InsideError(f"{_shown(command)}: stopped after {timeout_s} s\n{_output(done)}")
        if check and done.returncode:
            raise InsideError(f"{_shown(command)}: exit code {done.returncode}\n{_output(done)}")
        return done

    def start(
        self,
        *command: str | PurePosixPath,
        log: str,
        env: Mapping[str, str] | None = None,
        cwd: str | PurePosixPath = INNER_HOME,
    ) -> Started:
        """Start a command that goes on beside us; its output goes to this file in exchange."""
        path = self.exchange / log
        with path.open("wb") as file:
            entrance = subprocess.Popen(
                self._entering(tuple(map(str, command)), env=env, cwd=cwd),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        started = Started(entrance, path)
        self._started.append(started)
        return started

    def add_folder(self, name: str) -> tuple[Path, PurePosixPath]:
        """Make an empty folder in the exchange folder; return its path outside and inside."""
        folder = self.exchange / name
        if folder.exists():
            shutil.rmtree(folder)
        return give_folder(folder), INNER_EXCHANGE / name

    def processes(self, containing: str = "") -> list[Process]:
        """What runs inside, without the session's own keeper: for `kill -9` and for counting.

        containing: only those with this text in their arguments.
        """
        ours = Path(f"/proc/{self._keeper}/ns/pid").readlink()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == self._keeper:
                continue
            with contextlib.suppress(OSError):  # it ended while we looked
                if (entry / "ns/pid").readlink() != ours:
                    continue
                raw = (entry / "cmdline").read_bytes().rstrip(b"\0")
                arguments = tuple(raw.decode("utf-8", "replace").split("\0"))
                if raw and containing in " ".join(arguments):
                    found.append(Process(_inner_pid(entry), int(entry.name), arguments))
        return sorted(found, key=lambda process: process.pid)

    def _enter(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            (
                *("unshare", "--mount", "--pid", "--net", "--ipc", "--fork", "--kill-child"),
                str(CHECKOUT / "tests/hosts/debian/enter.sh"),
                *(str(self.root.path), str(CHECKOUT), str(self.exchange), str(self.home)),
                *(USER, str(USER_ID)),
            ),
            stdin=subprocess.PIPE,  # the keeper ends when this closes
            stdout=subprocess.PIPE,
        )

    def _wait_for_keeper(self) -> int:
        assert self._unshare.stdout is not None
        if self._unshare.stdout.readline() != b"ready\n":
            self.close()
            raise InsideError(
                f"no session could be made in {self.root.path}; what is above this says why "
                "(mounts need root rights, in a container as well)"
            )
        (keeper,) = _children(self._unshare.pid)
        return keeper

    def _leave(self) -> None:
        assert self._unshare.stdin is not None and self._unshare.stdout is not None
        self._unshare.stdin.close()
        try:
            self._unshare.wait(_START_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._unshare.kill()
            self._unshare.wait(_START_TIMEOUT_S)
        self._unshare.stdout.close()
        for (
            started
        ) in self._started:  # their entrances, which the kernel has left without a command
            started.wait(_GRACE_S)

    def _entering(
        self, command: tuple[str, ...], *, env: Mapping[str, str] | None, cwd: str | PurePosixPath
    ) -> tuple[str, ...]:
        variables = {**self._environment, **(env or {})}
        return (
            *("nsenter", f"--target={self._keeper}"),
            *("--mount", "--pid", "--net", "--ipc", "--root", "--wd=/"),
            *(f"--setuid={USER_ID}", f"--setgid={USER_ID}", "--"),
            # a shell starts what it puts into the background with Ctrl-C ignored; that is inherited
            *("/usr/bin/env", "--default-signal=INT,QUIT"),
            *("--ignore-environment", f"--chdir={cwd}"),
            *(f"{name}={value}" for name, value in variables.items()),
            *command,
        )


def give_folder(folder: Path) -> Path:
    """Make a folder, if need be, that the user inside may write to."""
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, USER_ID, USER_ID)
    return folder


def wait_for(
    what: str,
    condition: Callable[[], Given],
    *,
    timeout_s: float,
    every_s: float = 0.1,
    by: Started | None = None,
) -> Given:
    """Call `condition` until what it gives is true; return that. by: the command that is to bring
    it about. InsideError names `what` when it takes too long, or at once when `by` has ended, and
    has the output of `by`.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        exit_code = by.exit_code if by else None  # asked first: what it did at last counts
        if given := condition():
            return given
        told = f"\n{by.output}" if by else ""
        if by and exit_code is not None:
            raise InsideError(f"{what}: {by.log.name}: ended with exit code {exit_code}{told}")
        if time.monotonic() > deadline:
            raise InsideError(f"{what}: not so after {timeout_s} s{told}")
        time.sleep(every_s)


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in text.split()]


def _inner_pid(entry: Path) -> int:
    for line in (entry / "status").read_text().splitlines():
        if line.startswith("NSpid:"):
            return int(line.split()[-1])
    raise OSError(f"{entry} names no pid of its namespace")


def _shown(command: tuple[str | PurePosixPath, ...]) -> str:
    return " ".join(map(str, command))[:500]


def _output(done: subprocess.CompletedProcess[str]) -> str:
    return f"{done.stdout[-8000:]}{done.stderr[-8000:]}"
