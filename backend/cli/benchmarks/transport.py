"""How long a picture takes to a ROUTER in another process and back: our own socket and pyzmq's."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import zmq

from ...protocol.errors import ConnectionLostError
from ...protocol.transport.zmtp_socket import Dealer

PICTURES = {"1080p RGBA": (1920, 1080), "4K RGBA": (3840, 2160)}
SIGNATURE, HEADER = b"s" * 32, b"h" * 300  # as large as a run's
START_S = 60.0
TIMEOUT_S = 60.0


@dataclass(frozen=True)
class RoundTrips:
    """Median seconds. ratio: the pure-Python socket's over pyzmq's, each at its quickest."""

    pure_s: float
    pyzmq_s: float
    ratio: float


def measure_round_trips(size: tuple[int, int], *, repeats: int) -> RoundTrips:
    """Send an RGBA picture (width, height) there and back, in turns by either socket.
    Raises ConnectionLostError if the other process does not start.
    """
    picture = os.urandom(1 << 16) * (size[0] * size[1] * 4 // (1 << 16) + 1)
    frames = [SIGNATURE, HEADER, picture[: size[0] * size[1] * 4]]
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_echo, args=(theirs,), daemon=True)
    process.start()
    try:
        if not ours.poll(START_S):
            raise ConnectionLostError(f"no echo after {START_S:g} s; try again on an idle machine")
        endpoint = f"tcp://127.0.0.1:{ours.recv()}"
        with zmq.Context() as context, context.socket(zmq.DEALER) as theirs_:
            theirs_.linger = 0
            theirs_.connect(endpoint)
            with Dealer(endpoint) as dealer:
                pure, pyzmq = _in_turns(
                    lambda: _by_dealer(dealer, frames), lambda: _by_pyzmq(theirs_, frames), repeats
                )
                dealer.send([b""], timeout_s=TIMEOUT_S)
    finally:
        process.join(5)
        if process.is_alive():
            process.kill()
            process.join()
        ours.close()
        theirs.close()
    return RoundTrips(statistics.median(pure), statistics.median(pyzmq), min(pure) / min(pyzmq))


def _in_turns(
    one: Callable[[], None], other: Callable[[], None], repeats: int
) -> tuple[list[float], list[float]]:
    """Seconds of each, after one unmeasured turn for connecting."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for turn in range(repeats + 1):
        for measured, run in zip(seconds, (one, other), strict=True):
            started = time.perf_counter()
            run()
            if turn:
                measured.append(time.perf_counter() - started)
    return seconds


def _by_dealer(dealer: Dealer, frames: Sequence[bytes]) -> None:
    dealer.send(frames, timeout_s=TIMEOUT_S)
    dealer.receive(timeout_s=TIMEOUT_S)


def _by_pyzmq(socket: zmq.Socket[bytes], frames: Sequence[bytes]) -> None:
    socket.send_multipart(frames)
    if not socket.poll(int(TIMEOUT_S * 1000)):
        raise ConnectionLostError("the echo of the benchmark has ended; try again")
    socket.recv_multipart()


def _echo(port_to: multiprocessing.connection.Connection) -> None:
    """Send every message back until an empty one comes."""
    with zmq.Context() as context, context.socket(zmq.ROUTER) as router:
        router.linger = 0
        port_to.send(router.bind_to_random_port("tcp://127.0.0.1"))
        while True:
            message = router.recv_multipart(copy=False)
            if len(message) == 2 and not message[1].bytes:
                return
            router.send_multipart(message, copy=False)
