"""One backend per user: started, asked how it is, ended."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import time

from ..protocol.deadline import Deadline
from ..protocol.errors import ConnectionFileError, ConnectionLostError, ProtocolTimeoutError
from ..protocol.process.client import Client
from ..protocol.process.connection_file import read_connection
from ..protocol.process.launch import HANDSHAKE_S, check_loopback, running_backend
from ..protocol.process.user_folders import runtime_folder
from ..protocol.version import VERSION
from ..server.instance_lock import InstanceLock, lock_file, only_instance
from ..server.log_file import LOG_NAME, open_log
from ..server.transport.connection_keeper import ConnectionKeeper
from .console import PROGRAM, Console
from .options import ServeOptions

ADOPT_TIMEOUT_S = 45.0  # another backend may just be starting, or take its time to end
FIND_TIMEOUT_S = 15.0
STOP_TIMEOUT_S = 30.0
STRANGER_S = 2.0  # for a file that a backend has left behind which did not end by itself
POLL_S = 0.2

log = logging.getLogger(__name__)


def serve(options: ServeOptions, console: Console) -> int:
    """Serve until told to stop; if there is a backend already, say so and return."""
    check_loopback()
    deadline = Deadline(ADOPT_TIMEOUT_S)
    while True:
        with only_instance() as lock:
            running = _client() if lock is None else _client(timeout_s=STRANGER_S)
            if running is not None:
                return _tell_adopted(console, running)
            if lock is not None:
                return _serve(options, console, lock)
        if deadline.is_over:
            raise _no_answer(deadline)
        time.sleep(POLL_S)  # it is starting, or ending, or about to mend its connection file


def show_status(console: Console) -> int:
    """What the running backend does. Raises ConnectionLostError where there is none."""
    client = _find()
    if client is None:
        raise ConnectionLostError(
            f"no backend is running; '{PROGRAM} serve' starts one, as does --via-backend"
        )
    with client:
        welcome, stats = client.hello(), client.stats()
    packs = ", ".join(stats.loaded_packs) or "none"
    console.line(f"backend        {welcome.backend_version} on {welcome.device}")
    console.line(f"running for    {stats.uptime_s:.0f} s; clients: {stats.clients}")
    console.line(f"jobs           {stats.running} running, {stats.queued} waiting")
    console.line(f"               {stats.finished} finished, {stats.failed} failed or cancelled")
    console.line(f"packs loaded   {packs}")
    console.line(
        f"preview cache  {stats.cache_hits} hits, {stats.cache_misses} misses, "
        f"{stats.cache_bytes / 1e6:.0f} MB"
    )
    console.line(f"memory         {stats.memory_bytes / 1e6:.0f} MB")
    members = {name: getattr(stats, name) for name in vars(stats)}
    members |= {"loaded_packs": list(stats.loaded_packs), "timings": dict(stats.timings)}
    console.document(
        {
            "ok": True,
            "version": welcome.backend_version,
            "device": welcome.device,
            "stats": members,
        }
    )
    return 0


def stop(console: Console) -> int:
    """End the running backend, if there is one. Raises ProtocolTimeoutError."""
    client = _find()
    if client is None:
        console.note("no backend is running")
        console.document({"ok": True, "was_running": False})
        return 0
    with client:
        client.shutdown()
    deadline = Deadline(STOP_TIMEOUT_S)
    while not deadline.is_over:
        with only_instance() as lock:
            if _has_ended(lock):
                console.note("the backend has ended")
                console.document({"ok": True, "was_running": True})
                return 0
        time.sleep(POLL_S)
    raise ProtocolTimeoutError(
        f"the backend took the request but has not ended within {STOP_TIMEOUT_S:g} s; try again"
    )


def _serve(options: ServeOptions, console: Console, lock: InstanceLock) -> int:
    open_log()
    _raise_file_limit()
    # The engine is loaded now, not at the first request: a host waits for its first preview
    from ..server.compute_stack import ComputeSettings, make_compute_stack
    from ..server.server import Server, ServerSettings
    from ..server.transport.reply_queue import Answers

    answers = Answers()
    settings = ComputeSettings(options.wish, options.cache_bytes)
    stack = make_compute_stack(settings, answers)
    server = Server(stack, answers, ServerSettings(idle_s=options.idle_exit_s))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    keeper = ConnectionKeeper(server.connection, lock)
    try:
        where = server.connection.endpoint
        log.info("%s at %s, process %d", stack.device, where, os.getpid())
        console.note(f"serving at {where}; '{PROGRAM} stop' ends it")
        has_ended = server.serve(on_end=keeper.close)
    finally:
        keeper.close()
    log.info("ended")
    if not has_ended:  # a net still computes, and no one can stop it within a stage
        logging.shutdown()
        os._exit(0)
    return 0


def _find() -> Client | None:
    """A client of the running backend; None if there is none. Waits for one that is starting, is
    ending or has lost its connection file. Raises ProtocolTimeoutError.
    """
    deadline = Deadline(FIND_TIMEOUT_S)
    while (client := _client()) is None:
        if not lock_file().exists():
            return None
        with only_instance() as lock:
            if lock is not None:
                return None
        check_loopback()
        if deadline.is_over:
            raise _no_answer(deadline)
        time.sleep(POLL_S)
    return client


def _has_ended(lock: InstanceLock | None) -> bool:
    """Whether the lock is free; where there are no locks, whether nobody answers."""
    if lock is None or lock.is_certain:
        return lock is not None
    client = _client(timeout_s=STRANGER_S)
    if client is not None:
        client.close()
    return client is None


def _no_answer(deadline: Deadline) -> ProtocolTimeoutError:
    process = ""
    with contextlib.suppress(ConnectionFileError):
        connection = read_connection()
        process = "" if connection is None else f" (process {connection.pid})"
    return ProtocolTimeoutError(
        f"another backend of yours is there{process} but has not answered within "
        f"{deadline.timeout_s:g} s; end it, or wait: {runtime_folder() / LOG_NAME} says more"
    )


def _tell_adopted(console: Console, client: Client) -> int:
    with client:
        welcome = client.hello()
    console.note(f"a backend runs already, version {welcome.backend_version}; it serves you, too")
    console.document({"ok": True, "adopted": True, "version": welcome.backend_version})
    return 0


def _client(*, timeout_s: float = HANDSHAKE_S) -> Client | None:
    return running_backend(host=PROGRAM, version=VERSION, timeout_s=timeout_s)


def _raise_file_limit() -> None:
    """Take as many connections as the system allows: 1024 open files are the usual default."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
