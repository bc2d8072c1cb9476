"""The first process of a session's pid namespace: reaps orphans, and ends with who started it.

Runs inside a root, under its Python. When it ends, the kernel kills all that is left in there.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import socket
import struct

_SIOCSIFFLAGS = 0x8914  # linux/sockios.h
_IFF_UP = 0x1


def main() -> None:
    bring_up_loopback()
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    os.write(1, b"ready\n")
    while True:
        readable, _, _ = select.select([0, woken], [], [])
        if 0 in readable and not os.read(0, 64):
            return  # whoever started this has ended, or wants this to
        if woken in readable:
            os.read(woken, 64)
            reap_orphans()


def bring_up_loopback() -> None:
    """The namespace has a network of its own: 127.0.0.1 and nothing else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anything:
        request = struct.pack("16sH14x", b"lo", _IFF_UP)
        fcntl.ioctl(anything, _SIOCSIFFLAGS, request)


def reap_orphans() -> None:
    while True:
        try:
            process, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if process == 0:
            return


if __name__ == "__main__":
    main()
