"""What the installer takes from the command line and shows while it works.

Names that others have chosen are shown as the backend shows them
(`backend/protocol/texts/printable.py`): in a terminal control characters move the cursor or set the
window's title, and bidirectional ones show one name as another (CVE-2021-42574).

Whoever reads it may leave early (`| head`), and the output may be closed or full: the work goes on,
and only output that nobody could have read is told as a failure.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import unicodedata
from pathlib import Path
from typing import NoReturn, TextIO

from .plain_files import why_no_path

OUTPUT_LOST = 1
_JOINERS = frozenset("\u200c\u200d")  # invisible, but Persian, Hindi and emoji are spelt with them
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # Unicode categories


def named_path(text: str) -> Path:
    """An argparse type: a path. Nothing, as of a variable that is not set, would be this folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty; is a variable of your script not set?")
    reason = why_no_path(Path(text))
    if reason:
        raise argparse.ArgumentTypeError(f"{text!r:.80} cannot be a path: {reason}")
    return Path(text)


class Parser(argparse.ArgumentParser):
    """One that repeats what was given without harm to the terminal."""

    def error(self, message: str) -> NoReturn:
        super().error(printable(message))


class Screen:
    """Prints lines, and on a terminal one more that tells what is going on and for how long."""

    def __init__(self) -> None:
        _open_streams()
        self.is_terminal = sys.stdout.isatty()
        self.start_s = time.monotonic()
        self.current = ""
        self._lost: OSError | None = None

    def report(self, text: str) -> None:
        self.clear()
        self.start_s = time.monotonic()
        self.current = ""
        self._print(f"{_printable_lines(text)}\n")

    def status(self, text: str) -> None:
        """Show what pip is at; "" means nothing new. Without a terminal, only the large steps."""
        if self.is_terminal:
            self.current = printable(text) or self.current
            elapsed_s = time.monotonic() - self.start_s
            self._print(f"\r{f'  {elapsed_s:4.0f} s  {self.current}':79.79}")
        elif text.startswith(("Downloading", "Installing collected")):
            self._print(f"  {printable(text):.100}\n")

    def clear(self) -> None:
        if self.is_terminal:
            self._print(f"\r{'':79}\r")

    def error(self, text: str) -> None:
        self.clear()
        _write(sys.stderr, f"{_printable_lines(text)}\n")

    def exit_code(self, of_work: int) -> int:
        """That of the work, or one for output that was lost."""
        failure = _write(sys.stdout, "") or self._lost
        if failure is None or isinstance(failure, BrokenPipeError) or of_work != 0:
            return of_work
        self.error(f"error: standard output took not all that was said ({failure.strerror})")
        return OUTPUT_LOST

    def _print(self, text: str) -> None:
        self._lost = _write(sys.stdout, text) or self._lost


def printable(text: str) -> str:
    """One line with such characters escaped as Python writes them, and bytes of a file name that
    are no text as `\\xff`.
    """
    return "".join(_escaped(letter) if _is_unsafe(letter) else letter for letter in text)


def _printable_lines(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))


def _is_unsafe(letter: str) -> bool:
    return unicodedata.category(letter) in _INVISIBLE and letter not in _JOINERS


def _escaped(letter: str) -> str:
    byte = ord(letter) - 0xDC00
    if 0x80 <= byte <= 0xFF:  # how os.fsdecode keeps a byte that is no UTF-8
        return f"\\x{byte:02x}"
    return letter.encode("unicode_escape").decode()


def _open_streams() -> None:
    """No file that is opened later gets the place of a closed stream, and a console that does not
    know every letter shows others in their place.
    """
    for descriptor, mode in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, mode)  # takes the lowest free number: this one
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _write(stream: TextIO, text: str) -> OSError | None:
    """What went wrong; from then on the stream goes nowhere, so that its end brings no other."""
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None
