"""dynamic-style serve, status, stop: the backend that Krita, GIMP and --via-backend talk to."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import sys
import time
from importlib.metadata import version
from typing import Any

from ..protocol.deadline import Deadline
from ..protocol.errors import ConnectionFileError, ConnectionLostError, ProtocolTimeoutError
from ..protocol.process.client import Client
from ..protocol.process.connection_file import read_connection
from ..protocol.process.launch import HANDSHAKE_S, check_loopback, running_backend
from ..protocol.process.user_folders import runtime_folder
from ..server.instance_lock import InstanceLock, lock_file, only_instance
from ..server.log_file import LOG_NAME, open_log
from ..server.transport.connection_keeper import ConnectionKeeper
from .arguments.numbers import finite_number, whole_number
from .console import PROGRAM, Console
from .options import ServeOptions, add_engine_arguments, engine_wish

ADOPT_TIMEOUT_S = 45.0  # another backend may just be starting, or take its time to end
FIND_TIMEOUT_S = 15.0
STOP_TIMEOUT_S = 30.0
STRANGER_S = 2.0  # for a file that a backend has left behind which did not end by itself
POLL_S = 0.2
MIB = 1 << 20
MOST_CACHE_MB = 1 << 20  # a terabyte
MOST_IDLE_S = 365 * 86_400  # a year

log = logging.getLogger(__name__)


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    text = "run the backend for Krita, GIMP and --via-backend, until nobody needs it"
    serve = commands.add_parser(
        "serve", help=text, description=text.capitalize() + ".", parents=parents
    )
    add_engine_arguments(serve)
    serve.add_argument(
        "--cache-mb",
        type=whole_number(0, MOST_CACHE_MB),
        metavar="N",
        help="memory for kept activations; a share otherwise",
    )
    serve.add_argument(
        "--idle-exit",
        type=finite_number(0, MOST_IDLE_S),
        default=300.0,
        metavar="SECONDS",
        help="how long to stay when nobody is connected (default %(default)g)",
    )
    serve.set_defaults(run=run_serve)
    text = "show what the running backend does"
    status = commands.add_parser(
        "status", help=text, description=text.capitalize() + ".", parents=parents
    )
    status.set_defaults(run=run_status)
    text = "end the running backend, for all its clients"
    stop = commands.add_parser(
        "stop", help=text, description=text.capitalize() + ".", parents=parents
    )
    stop.set_defaults(run=run_stop)


def run_serve(parsed: argparse.Namespace, console: Console) -> int:
    """Serve until told to stop; if there is a backend already, say so and return."""
    options = ServeOptions(
        wish=engine_wish(parsed),
        cache_bytes=None if parsed.cache_mb is None else parsed.cache_mb * MIB,
        idle_exit_s=parsed.idle_exit,
    )
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


def run_status(options: argparse.Namespace, console: Console) -> int:
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


def run_stop(options: argparse.Namespace, console: Console) -> int:
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
            if lock is not None:
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
    return running_backend(host=PROGRAM, version=version(PROGRAM), timeout_s=timeout_s)


def _raise_file_limit() -> None:
    """Take as many connections as the system allows: 1024 open files are the usual default."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
