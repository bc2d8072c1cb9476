"""What is said where: data on stdout, words on stderr, the progress bar only on a terminal."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from pathlib import Path

import pytest

from dynamic_style.backend.cli.console import Console

ROWS, COLUMNS = 24, 90


@contextmanager
def terminal() -> Iterator[int]:
    """A real terminal as stderr while the block runs; the descriptor of its other end."""
    ours, theirs = os.openpty()
    os.set_blocking(ours, False)
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", ROWS, COLUMNS, 0, 0))
    try:
        with os.fdopen(theirs, "w", encoding="utf-8") as stderr, redirect_stderr(stderr):
            yield ours
    finally:
        os.close(ours)


def shown_on(other_end: int) -> str:
    """All that was written so far; one read may give only a line of it."""
    seen = b""
    with suppress(BlockingIOError):
        while True:
            seen += os.read(other_end, 100_000)
    return seen.decode()


def test_a_terminal_gets_a_bar_that_notes_do_not_tear() -> None:
    console = Console()
    with terminal() as other_end:
        with console.progress(4, "pictures") as advance:
            advance(1.5)
            console.note("a word between")
            advance(4)
        seen = shown_on(other_end)
    assert "0.0/4 pictures" in seen
    assert "dynamic-style: a word between\r\n" in seen
    assert seen.rstrip(" ").endswith("\r")  # the bar is wiped in the end


def test_quiet_keeps_errors_and_warnings_only() -> None:
    console = Console(quiet=True)
    with terminal() as other_end:
        with console.progress(2, "pictures") as advance:
            advance(1)
            console.note("a note")
            console.warning("look out")
            console.error("it failed")
        lines = shown_on(other_end).splitlines()
    assert lines == ["dynamic-style: warning: look out", "dynamic-style: error: it failed"]


def test_what_is_no_terminal_gets_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with Console().progress(2, "pictures") as advance:
        advance(1)
    assert capsys.readouterr().err == ""


def test_stdout_is_either_lines_or_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    for console in (Console(), Console(as_json=True)):
        console.line("a line")
        console.document({"ok": True, "path": str(Path("ü"))})
    assert capsys.readouterr().out == 'a line\n{\n  "ok": true,\n  "path": "ü"\n}\n'
