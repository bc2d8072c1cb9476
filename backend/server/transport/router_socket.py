"""The backend's ROUTER socket: bound to this machine only, bounded in all that peers can make it
keep. Connections come and go; what is sent to one that has gone is reported, never waited for.

libzmq's own ROUTER is not used: it bounds each frame of a message but neither their sum nor the
number of connections, hands nothing on before a message has ended, and ends the whole process
where an allocation, a thread or a file descriptor is refused to it.
"""

from __future__ import annotations

import errno
import itertools
import logging
import selectors
import socket
import sys
import time
from collections.abc import Iterator, Sequence

from ...protocol.limits import Limits
from ...protocol.pixels import Buffer
from .peer_connection import PeerConnection

BACKLOG = 256
LINGER_S = 2.0
MOST_STRANGERS = 128  # connections whose peers have not shown the key
MOST_CONNECTIONS = 4096
SPARE_FILES = 40  # for packs, the log and the system's own
ACCEPTS = 64  # of a turn
ACCEPT_PAUSE_S = 0.5  # after the system refused a file descriptor
FULL_S = 0.5  # for which all connections are taken before one more is refused
CHECK_S = 0.25  # between two looks at who is late
PAUSE_S = 0.01  # instead of spinning

log = logging.getLogger(__name__)


class Router:
    """For one thread."""

    def __init__(self, limits: Limits, *, wakes: socket.socket) -> None:
        """wakes: ends a wait when it becomes readable; it stays the caller's."""
        self._limits = limits
        self._listener = _listener()
        self.endpoint = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(wakes, selectors.EVENT_READ)
        self._peers: dict[bytes, PeerConnection] = {}
        self._gone: list[bytes] = []
        self._numbers = itertools.count(1)
        self._accepts_from = self._checks_at = 0.0
        self._full_since: float | None = None

    def wait(self, timeout_s: float) -> None:
        """Read and send what can be, once; wait for that if there is no message yet."""
        self._check_times()
        self._drop_closed()
        self._choose_whom_to_hear()
        ready = self._selector.select(0 if any(self._with_message()) else timeout_s)
        for key, events in ready:
            peer = key.data
            if key.fileobj is self._listener:
                self._accept_some()
            elif peer is not None:
                self._serve(peer, events)
        self._drop_closed()

    def receive(self) -> tuple[bytes, list[Buffer]] | None:
        """The next message as (peer, frames), of each connection in turn; None if there is none."""
        peer = next(self._with_message(), None)
        if peer is None:
            return None
        self._peers[peer.name] = self._peers.pop(peer.name)  # after all others, the next time
        return peer.name, peer.take()

    def trust(self, name: bytes) -> None:
        """This peer has shown that it has the key."""
        if name in self._peers:
            self._peers[name].trust()

    def send(self, name: bytes, frames: Sequence[Buffer]) -> bool:
        """Send, or keep for later while the peer takes nothing; False if it is gone."""
        peer = self._peers.get(name)
        if peer is None or peer.is_closed:
            return False
        peer.put(frames)
        return not peer.is_closed

    def is_behind(self, name: bytes) -> bool:
        """Whether the peer does not take what it is sent, so that it should get less."""
        peer = self._peers.get(name)
        return peer is not None and peer.has_unsent

    def undelivered_bytes(self, name: bytes | None = None) -> int:
        """Of what that peer, or all peers together, have not fetched yet."""
        if name is None:
            return sum(peer.unsent_bytes for peer in self._peers.values())
        return self._peers[name].unsent_bytes if name in self._peers else 0

    def gone(self) -> list[bytes]:
        """The peers that have gone since the last call, and all of whose messages were taken."""
        self._drop_closed()
        gone, self._gone = self._gone, []
        return gone

    def close(self) -> None:
        """Close, after what was sent has had LINGER_S to arrive."""
        end = time.monotonic() + LINGER_S
        while self.undelivered_bytes() and time.monotonic() < end:
            for peer in self._peers.values():
                peer.send_some()
            time.sleep(PAUSE_S)
        for peer in self._peers.values():
            if not peer.is_closed:
                peer.discard_arrivals()
            peer.close()
        self._drop_closed()
        self._selector.close()
        self._listener.close()

    def _with_message(self) -> Iterator[PeerConnection]:
        return (peer for peer in self._peers.values() if peer.has_message)

    def _serve(self, peer: PeerConnection, events: int) -> None:
        try:
            if events & selectors.EVENT_WRITE:
                peer.send_some()
            if events & selectors.EVENT_READ and not peer.is_closed:
                peer.receive_some()
        except MemoryError:
            log.warning("no memory to read on with")
            time.sleep(PAUSE_S)

    def _choose_whom_to_hear(self) -> None:
        """Where much is on its way already, only the one who has begun first goes on: so what is
        kept is bounded, and never stands still.
        """
        held = {peer: peer.held_bytes for peer in self._peers.values() if peer.is_trusted}
        is_full = sum(held.values()) > self._limits.total_bytes
        first = next((peer for peer, size in held.items() if size), None)
        for peer in self._peers.values():
            if peer.is_closed:
                continue
            may_go_on = not is_full or peer is first or not held.get(peer)
            if not may_go_on:
                peer.excuse()
            events = selectors.EVENT_WRITE if peer.has_unsent else 0
            if peer.is_listened_to and may_go_on:
                events |= selectors.EVENT_READ
            self._listen_for(peer, events)

    def _listen_for(self, peer: PeerConnection, events: int) -> None:
        known = self._selector.get_map().get(peer.socket)
        if known is None and events:
            self._selector.register(peer.socket, events, peer)
        elif known is not None and not events:
            self._selector.unregister(peer.socket)
        elif known is not None and known.events != events:
            self._selector.modify(peer.socket, events, peer)

    def _accept_some(self) -> None:
        if time.monotonic() < self._accepts_from or self._may_soon_have_room():
            time.sleep(PAUSE_S)  # the listener stays ready
            return
        for _ in range(ACCEPTS):
            try:
                accepted, _address = self._listener.accept()
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    log.warning("a connection could not be taken: %s", error.strerror)
                    self._accepts_from = time.monotonic() + ACCEPT_PAUSE_S
                return
            name = next(self._numbers).to_bytes(8, "big")
            peer = self._peers[name] = PeerConnection(accepted, name, self._limits)
            self._make_room(peer)
            peer.send_some()

    def _may_soon_have_room(self) -> bool:
        """Whether all connections are taken, but not for long: some may be about to end."""
        is_full = len(self._peers) >= _most_connections()
        if not is_full:
            self._full_since = None
        elif self._full_since is None:
            self._full_since = time.monotonic()
        return self._full_since is not None and time.monotonic() < self._full_since + FULL_S

    def _make_room(self, newest: PeerConnection) -> None:
        """Forget the strangers that came first where there are too many, those among them that have
        gone and left messages, too; refuse who is too many.
        """
        strangers = [p for p in self._peers.values() if not p.is_trusted]
        most = _most_connections()
        if len(strangers) > (1 if len(self._peers) > most else MOST_STRANGERS):
            strangers[0].forget()
            self._drop_closed()
        if len(self._peers) > most:
            newest.refuse(
                f"too many connections ({most}), for which too many files are open; close "
                "programs that use the backend"
            )

    def _check_times(self) -> None:
        now = time.monotonic()
        if now >= self._checks_at:
            self._checks_at = now + CHECK_S
            for peer in self._peers.values():
                peer.check_times(now)

    def _drop_closed(self) -> None:
        """Close the sockets of those that are given up; forget who has nothing left to be taken."""
        for name, peer in list(self._peers.items()):
            if not peer.is_closed:
                continue
            if peer.socket.fileno() >= 0:
                self._listen_for(peer, 0)
                peer.socket.close()
            if not peer.has_message:
                del self._peers[name]
                self._gone.append(name)


def _listener() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform == "win32":  # where others could share the port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def _most_connections() -> int:
    """As many as there are file descriptors for, beside those that serving them takes."""
    if sys.platform == "win32":
        return 400  # select() takes 512 sockets there
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(1, min(MOST_CONNECTIONS, limit - SPARE_FILES))
