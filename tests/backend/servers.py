"""A backend to talk to: its server in a thread of the test, or the real process of `serve`."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence

import zmq

from dynamic_style.backend.protocol.codec import Address, encode_request, open_reply, read_reply
from dynamic_style.backend.protocol.messages import (
    DialSetting,
    Hello,
    Mask,
    Progress,
    Reply,
    Request,
    StylizeRun,
    Welcome,
)
from dynamic_style.backend.protocol.pixels import Buffer, Pixels, packed_pixels
from dynamic_style.backend.protocol.process.client import Client, connect
from dynamic_style.backend.protocol.process.connection_file import Connection, read_connection
from dynamic_style.backend.protocol.signing import new_id
from dynamic_style.backend.server.compute_stack import (
    ComputeSettings,
    ComputeStack,
    make_compute_stack,
)
from dynamic_style.backend.server.server import Server, ServerSettings
from dynamic_style.backend.server.transport.reply_queue import Answers

START_S = 60.0
END_S = 20.0
SLOW_PX = 2048  # the working size at which the tiny net computes for a while


def picture(width: int = 24, height: int = 16, *, seed: int = 0) -> Pixels:
    data = bytes((x * 7 + seed * 31 + x // 5) % 256 for x in range(width * height * 4))
    return packed_pixels(width, height, data, layout="bgra", depth="u8", alpha="straight")


def hole(width: int = 24, height: int = 16) -> Mask:
    """Of four by four pixels in the middle of a picture."""
    rows = [bytearray(width) for _ in range(height)]
    for row in rows[height // 2 - 2 : height // 2 + 2]:
        row[width // 2 - 2 : width // 2 + 2] = b"\xff" * 4
    pixels = packed_pixels(width, height, b"".join(rows), layout="gray", depth="u8", alpha="none")
    return Mask(pixels, "selection")


def run(
    job: str,
    *,
    alpha: float = 0.5,
    pixels: Pixels | None = None,
    working_px: int | None = None,
    stream: str | None = None,
    pack: str = "tiny",
    mask: Mask | None = None,
) -> StylizeRun:
    return StylizeRun(
        job=job,
        pack=pack,
        dials={"strength": DialSetting((alpha,))},
        pixels=pixels or picture(),
        mask=mask,
        working_size_px=working_px,
        preview_stream=stream,
    )


class ServerThread:
    """The server, its engine and its threads inside the test's process."""

    def __init__(self, settings: ServerSettings, engine_settings: ComputeSettings) -> None:
        answers = Answers()
        self.stack: ComputeStack = make_compute_stack(engine_settings, answers)
        self.server = Server(self.stack, answers, settings)
        self.thread = threading.Thread(target=self.server.serve)
        self.thread.start()
        self._clients: list[Client] = []

    @property
    def connection(self) -> Connection:
        return self.server.connection

    def client(self, host: str = "test") -> Client:
        self._clients.append(connect(self.connection, host=host, version="1"))
        return self._clients[-1]

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.server.stop()
        self.thread.join(END_S)
        assert not self.thread.is_alive()


class ServeProcess:
    """`python -m dynamic_style.backend serve`, finding its folders in the environment."""

    def __init__(self, *arguments: str) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dynamic_style.backend", "serve", "--threads", "1", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.connection = self._wait_for_connection()

    def client(self, host: str = "test") -> Client:
        return connect(self.connection, host=host, version="1")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(END_S)

    def _wait_for_connection(self) -> Connection:
        for _ in ticks(START_S):
            connection = read_connection()
            if connection is not None and connection.pid == self.process.pid:
                return connection
            assert self.process.poll() is None, "serve has ended"
        raise AssertionError("serve wrote no connection file")


class RawClient:
    """A DEALER that sends what it likes and keeps every reply, for counting them."""

    def __init__(self, connection: Connection) -> None:
        self._key = connection.key
        self._socket = zmq.Context.instance().socket(zmq.DEALER)
        self._socket.linger = 0
        self._socket.connect(connection.endpoint)
        self._id = new_id()
        self._session = b""
        self._number = 0
        self._number = self.send(Hello("raw", "1"))
        reply = next(self.replies(until=1))
        assert isinstance(reply[1], Welcome)

    def send(self, request: Request) -> int:
        """Send a request; its number."""
        self.send_frames(self.frames_of(request))
        return self._number

    def frames_of(self, request: Request) -> list[Buffer]:
        """The frames of the next request, not sent."""
        self._number += 1
        address = Address(self._id, self._session, self._number)
        return encode_request(request, address, key=self._key)

    def send_frames(self, frames: Sequence[Buffer]) -> None:
        self._socket.send_multipart(frames)

    def replies(self, *, until: int, timeout_s: float = 20) -> Iterator[tuple[int, Reply]]:
        """(request number, reply) until that many came that are no Progress."""
        finals = 0
        for _ in ticks(timeout_s):
            while self._socket.poll(0):
                opened = open_reply(self._socket.recv_multipart(), key=self._key)
                self._session = opened.address.session or self._session
                reply = read_reply(opened)
                finals += not isinstance(reply, Progress)
                yield opened.address.number, reply
            if finals >= until:
                return
        raise AssertionError(f"{finals} of {until} replies came")

    def arrived(self) -> Iterator[Reply]:
        """The replies that are there already; each must be signed and in order."""
        while self._socket.poll(0):
            yield read_reply(open_reply(self._socket.recv_multipart(), key=self._key))

    def close(self) -> None:
        self._socket.close()


def ticks(timeout_s: float) -> Iterator[None]:
    """Every few milliseconds, until time is up."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        yield
        time.sleep(0.02)


@contextlib.contextmanager
def serve_process(*arguments: str) -> Iterator[ServeProcess]:
    """A process that is killed at the end, if it is still there."""
    process = ServeProcess(*arguments)
    try:
        yield process
    finally:
        process.kill()
