"""The worker's hold on the backend: found or started when needed, kept while in use, let go after.

For the worker's thread alone, like the Client that it owns.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from ..protocol.errors import BackendError, DynamicStyleError, ProtocolError
from ..protocol.messages import Welcome
from ..protocol.process.client import Client
from ..protocol.process.launch import (
    HANDSHAKE_S,
    START_TIMEOUT_S,
    connect_or_start,
    read_record,
    running_backend,
)
from .events import BackendState
from .translations import tr, wanted_languages

IDLE_S = 900.0  # without a request for so long, the backend may end
_CHECK_TIMEOUT_S = 5.0
_DEFAULT_LEASE_S = 60.0

Tell = Callable[[BackendState, str], None]


class BackendLink:
    """tell: called with each new state and a text for the user."""

    def __init__(
        self,
        tell: Tell,
        *,
        host: str,
        version: str,
        interpreter: Path | None = None,
        idle_s: float = IDLE_S,
    ) -> None:
        self.welcome: Welcome | None = None  # of the backend that was last met
        self.has_started_one = False  # from what is installed
        self._tell = tell
        self._host = host
        self._version = version
        self._interpreter = interpreter
        self._idle_s = idle_s
        self._client: Client | None = None
        self._last_heard = 0.0
        self._last_used = 0.0

    def client(self) -> Client:
        """A client whose backend answers now. Raises what connect_or_start does."""
        if self._client is not None:
            self._check()  # a millisecond; it may have ended at any moment
        if self._client is None:
            self._connect()
        assert self._client is not None
        self._last_heard = self._last_used = time.monotonic()
        return self._client

    @property
    def is_installed(self) -> bool:
        """Whether there is a backend that could be started."""
        try:
            return bool(self._interpreter or read_record())
        except BackendError:
            return False

    def renew_after_s(self) -> float | None:
        """When renew() is due, in seconds from now; None while there is nothing to renew."""
        if self._client is None:
            return None
        lease_s = _DEFAULT_LEASE_S if self.welcome is None else self.welcome.lease_s
        return max(0.0, self._last_heard + lease_s / 3 - time.monotonic())

    def renew(self) -> None:
        """Keep the lease; let it go where nothing was asked for in a long time."""
        if self._client is None:
            return
        if time.monotonic() - self._last_used > self._idle_s:
            self.let_go()
            self._tell("idle", "")
        else:
            self._check()

    def heard(self) -> None:
        """The backend has just answered."""
        self._last_heard = self._last_used = time.monotonic()

    def lose(self, error: DynamicStyleError) -> None:
        """The backend has failed us: look for one again at the next request."""
        self._drop()
        self._tell("lost", str(error))

    def let_go(self) -> None:
        """Give the lease back."""
        self._drop()

    def restart(self) -> None:
        """End the backend, for all its clients, if it still answers; then start one."""
        self._drop()
        self._tell("starting", tr("Restarting the backend…"))
        running = self._running(HANDSHAKE_S)
        if running is not None:
            with running:
                running.shutdown()
            self._wait_for_its_end()
        self._connect()

    def _connect(self) -> None:
        self._client = self._find()

    def _find(self) -> Client:
        client = connect_or_start(
            host=self._host,
            version=self._version,
            timeout_s=START_TIMEOUT_S,
            interpreter=self._interpreter,
            on_start=self._starting,
        )
        client.find_again = self._find_again
        client.languages = wanted_languages()
        self.welcome = client.hello()
        self.heard()
        self._tell(
            "connected",
            tr("Backend {version} on {device}").format(
                version=self.welcome.backend_version, device=self.welcome.device
            ),
        )
        return client

    def _starting(self) -> None:
        self.has_started_one = True
        self._tell("starting", tr("Starting the backend…"))

    def _find_again(self) -> Client:
        try:
            return self._find()
        except DynamicStyleError as error:
            self.lose(error)
            raise

    def _running(self, timeout_s: float) -> Client | None:
        return running_backend(host=self._host, version=self._version, timeout_s=timeout_s)

    def _check(self) -> None:
        """Renew the lease, and with it learn whether the backend is still there."""
        assert self._client is not None
        try:
            self._client.keep_alive(timeout_s=_CHECK_TIMEOUT_S)
            self._last_heard = time.monotonic()
        except ProtocolError as error:
            self.lose(error)

    def _drop(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            client.close()

    def _wait_for_its_end(self) -> None:
        """Up to a few seconds; one that computes on is adopted, or refused, by what comes next."""
        end = time.monotonic() + _CHECK_TIMEOUT_S
        while time.monotonic() < end:
            left = self._running(1.0)
            if left is None:
                return
            left.close()
            time.sleep(0.1)
