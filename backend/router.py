"""The backend's ROUTER socket: bound to this machine only, bounded in all that peers can make it
keep. Connections come and go; what is sent to one that has gone is reported, never waited for.
"""

from __future__ import annotations

import errno
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import zmq

from .protocol.limits import Limits
from .protocol.pixels import Buffer, byte_length

RECEIVE_QUEUE = 4  # messages per connection that libzmq reads ahead
SEND_QUEUE = 64
HANDSHAKE_MS = 3000  # a connection that has not greeted by then is closed
LINGER_MS = 2000
BACKLOG = 256
STUCK_S = 60.0  # a peer that takes nothing for so long is given up
COPIED_BYTES = 1 << 16  # smaller frames are copied by libzmq, which is quicker than to keep count

_Outcome = Literal["sent", "full", "gone"]


@dataclass
class _Peer:
    """What is still on its way to one connection."""

    waiting: deque[Sequence[Buffer]] = field(default_factory=deque)
    stuck_since: float = 0.0
    undelivered: list[tuple[zmq.MessageTracker, int]] = field(default_factory=list)


class Router:
    """For one thread."""

    def __init__(self, limits: Limits) -> None:
        self._context = zmq.Context()
        self.socket: zmq.Socket[bytes] = self._context.socket(zmq.ROUTER)
        self.socket.setsockopt(zmq.MAXMSGSIZE, limits.frame_bytes)
        self.socket.setsockopt(zmq.RCVHWM, RECEIVE_QUEUE)
        self.socket.setsockopt(zmq.SNDHWM, SEND_QUEUE)
        self.socket.setsockopt(zmq.HANDSHAKE_IVL, HANDSHAKE_MS)
        self.socket.setsockopt(zmq.LINGER, LINGER_MS)
        self.socket.setsockopt(zmq.BACKLOG, BACKLOG)
        self.socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self.socket.bind("tcp://127.0.0.1:*")
        self.endpoint = self.socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self._peers: dict[bytes, _Peer] = {}

    def receive(self) -> tuple[bytes, list[Buffer]] | None:
        """The next message as (peer, frames), the frames not copied; None if there is none."""
        try:
            peer, *frames = self.socket.recv_multipart(zmq.NOBLOCK, copy=False)
        except zmq.Again:
            return None
        return peer.bytes, [frame.buffer for frame in frames]

    def send(self, peer: bytes, frames: Sequence[Buffer]) -> bool:
        """Send, or keep for later while the peer takes nothing; False if it is gone."""
        state = self._peers.setdefault(peer, _Peer())
        outcome = "full" if state.waiting else self._send_now(peer, state, frames)
        if outcome == "gone":
            del self._peers[peer]
            return False
        if outcome == "full":
            if not state.waiting:
                state.stuck_since = time.monotonic()
            state.waiting.append(frames)
        return True

    def is_behind(self, peer: bytes) -> bool:
        """Whether the peer does not take what it is sent, so that it should get less."""
        state = self._peers.get(peer)
        return state is not None and bool(state.waiting)

    def undelivered_bytes(self, peer: bytes) -> int:
        """Of large frames that the peer has not fetched yet."""
        state = self._peers.get(peer)
        if state is None:
            return 0
        state.undelivered = [(t, size) for t, size in state.undelivered if not t.done]
        waiting = sum(byte_length(frame) for frames in state.waiting for frame in frames)
        return waiting + sum(size for _, size in state.undelivered)

    def flush(self) -> list[bytes]:
        """Send what was kept, as far as it goes; the peers that were found to be gone."""
        gone = []
        for peer, state in list(self._peers.items()):
            outcome: _Outcome = "sent"
            while state.waiting and outcome == "sent":
                outcome = self._send_now(peer, state, state.waiting[0])
                if outcome == "sent":
                    state.waiting.popleft()
                    state.stuck_since = time.monotonic()
            if outcome == "full" and time.monotonic() - state.stuck_since > STUCK_S:
                outcome = "gone"
            if outcome == "gone":
                gone.append(peer)
            if outcome == "gone" or not (state.waiting or self.undelivered_bytes(peer)):
                del self._peers[peer]
        return gone

    def close(self) -> None:
        """Close, after what was sent has had LINGER_MS to arrive."""
        self.socket.close()
        self._context.term()

    def _send_now(self, peer: bytes, state: _Peer, frames: Sequence[Buffer]) -> _Outcome:
        try:
            # once the first part is taken, the others are
            self.socket.send(peer, zmq.SNDMORE | zmq.NOBLOCK)
            for number, frame in enumerate(frames, start=1):
                flags = zmq.NOBLOCK | (zmq.SNDMORE if number < len(frames) else 0)
                if byte_length(frame) < COPIED_BYTES:
                    self.socket.send(frame, flags)
                else:
                    tracker = self.socket.send(frame, flags, copy=False, track=True)
                    state.undelivered.append((tracker, byte_length(frame)))
        except zmq.Again:
            return "full"
        except zmq.ZMQError as error:
            if error.errno != errno.EHOSTUNREACH:
                raise
            return "gone"
        return "sent"
