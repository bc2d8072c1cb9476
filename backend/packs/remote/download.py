"""Files from the web: by HTTPS alone, of bounded size, within a deadline."""

from __future__ import annotations

import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from ...protocol.deadline import Deadline
from ...protocol.errors import PackInstallError
from ...protocol.version import VERSION
from .connection_watch import ConnectionWatch, WatchedHandler, watched

SILENCE_S = 30.0  # of a server
WHOLE_S = 1800.0  # for one file, from the first byte asked: 256 MiB at 150 kB a second
CHUNK_BYTES = 1 << 16

OnBytes = Callable[[int], None]  # how many more have come


def download(
    url: str,
    *,
    limit: int,
    on_bytes: OnBytes = lambda count: None,
    whole_s: float | None = None,
) -> bytes:
    """What lies at an https address, at most limit bytes. The system's certificates and proxies
    count (SSL_CERT_FILE, HTTPS_PROXY). whole_s: for all of it, redirects and headers included;
    None: WHOLE_S. Raises PackInstallError.
    """
    check_https(url)
    deadline = Deadline(WHOLE_S if whole_s is None else whole_s)
    request = urllib.request.Request(url, headers={"User-Agent": f"dynamic-style/{VERSION}"})
    try:
        with watched(deadline) as watch, _opener(watch).open(request, timeout=SILENCE_S) as answer:
            stated = answer.headers.get("Content-Length", "")
            if stated.isdecimal() and int(stated) > limit:
                raise _too_large(url, limit)
            parts, size = [], 0
            while part := answer.read1(CHUNK_BYTES):  # read waits until so many are there
                parts.append(part)
                size += len(part)
                on_bytes(len(part))
                if size > limit:
                    raise _too_large(url, limit)
                if deadline.is_over:
                    raise _too_slow(url, deadline)
    except urllib.error.HTTPError as error:
        error.close()
        raise PackInstallError(_status(url, error.code)) from error
    except (OSError, HTTPException, ValueError) as error:  # URLError is an OSError, too
        if deadline.is_over:
            raise _too_slow(url, deadline) from error
        raise PackInstallError(_reason(url, getattr(error, "reason", error))) from error
    data = b"".join(parts)
    if deadline.is_over:  # the watch may have ended an answer that states no length
        raise _too_slow(url, deadline)
    if stated.isdecimal() and len(data) != int(stated):
        raise PackInstallError(f"{url}: the connection broke in the middle; try again")
    return data


def check_https(url: str) -> None:
    """Raises PackInstallError for any other kind of address."""
    try:
        parts = urlsplit(url)
        is_secure = parts.scheme == "https" and bool(parts.hostname)
    except ValueError:  # brackets or a port that are none
        is_secure = False
    if not is_secure:
        raise PackInstallError(
            f"{url}: only https addresses are fetched, so that nobody on the way can change what "
            "comes; give one, or download the pack yourself and install the file"
        )


class _HttpsRedirects(urllib.request.HTTPRedirectHandler):
    """Follows to https addresses alone."""

    def redirect_request(self, request: Any, answer: Any, *rest: Any) -> Any:
        try:
            check_https(rest[-1])
        except PackInstallError:
            answer.close()
            raise
        return super().redirect_request(request, answer, *rest)


def _opener(watch: ConnectionWatch) -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(WatchedHandler(watch), _HttpsRedirects())


def _too_slow(url: str, deadline: Deadline) -> PackInstallError:
    return PackInstallError(
        f"{url}: not all of it came within {_duration(deadline.timeout_s)}; try again over a "
        "faster connection"
    )


def _duration(time_s: float) -> str:
    return f"{time_s / 60:.0f} minutes" if time_s >= 120 else f"{time_s:g} s"


def _too_large(url: str, limit: int) -> PackInstallError:
    return PackInstallError(
        f"{url}: more than the {limit} bytes that it may have; it is no style pack, or not a sound "
        "one"
    )


def _status(url: str, code: int) -> str:
    if 300 <= code < 400:
        return f"{url}: it leads elsewhere than to https, and only https addresses are fetched"
    if code in (401, 403):
        return f"{url}: the server does not give it to everybody ({code}); download it yourself"
    if code in (404, 410):
        return f"{url}: there is nothing at that address ({code}); check it"
    return f"{url}: the server answered with an error ({code}); try again later"


def _reason(url: str, reason: object) -> str:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return (
            f"{url}: the server cannot prove who it is ({reason.verify_message}); check the "
            "address, and the date of this computer"
        )
    if isinstance(reason, socket.gaierror):
        return f"{url}: the server is not found; check the address, and the network"
    if isinstance(reason, TimeoutError):
        return f"{url}: the server does not answer within {SILENCE_S:.0f} s; try again later"
    told = getattr(reason, "strerror", None) or reason
    return f"{url}: cannot be fetched ({told}); check the address, and the network"
