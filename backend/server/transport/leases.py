"""Who still needs the backend: each client's lease, and since when nobody does."""

from __future__ import annotations

import time


class Leases:
    """Times are of time.monotonic(). For one thread."""

    def __init__(self, *, idle_s: float) -> None:
        """idle_s: how long the backend stays once the last lease has ended."""
        self._idle_s = idle_s
        self._ends: dict[bytes, float] = {}
        self._peers: dict[bytes, bytes] = {}  # the connection that each client was last heard on
        self._busy_until = time.monotonic()

    def renew(self, client: bytes, duration_s: float, *, peer: bytes) -> None:
        """Let a client's lease end duration_s from now; 0 gives it back."""
        now = time.monotonic()
        self._busy_until = max(self._busy_until, now)
        self._ends[client] = now + duration_s
        self._peers[client] = peer
        self.active()

    def extend(self, client: bytes, duration_s: float, *, peer: bytes) -> None:
        """As renew(), but never shorten a lease that was asked for."""
        remaining = self._ends.get(client, 0.0) - time.monotonic()
        self.renew(client, max(duration_s, remaining), peer=peer)

    def forget_peer(self, peer: bytes) -> None:
        """End the leases of clients that were last heard on a connection that is gone."""
        for client in [client for client, last in self._peers.items() if last == peer]:
            self.renew(client, 0, peer=peer)

    def stay_busy(self) -> None:
        """There is work: the idle time begins anew."""
        self._busy_until = time.monotonic()

    def active(self) -> int:
        """How many clients hold a lease."""
        now = time.monotonic()
        for client in [client for client, end in self._ends.items() if end <= now]:
            self._busy_until = max(self._busy_until, self._ends.pop(client))
            del self._peers[client]
        return len(self._ends)

    def is_over(self) -> bool:
        """Whether nobody has held a lease for the idle time."""
        return self.active() == 0 and time.monotonic() >= self._busy_until + self._idle_s
