"""What the command line says: data on stdout, everything for the person on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..protocol.texts.printable import printable, printable_json
from .streams import tell, telling_lost_output

PROGRAM = "dynamic-style"

Advance = Callable[[float], None]  # how much of the work is done, in the progress bar's own units


class Console:
    """quiet: no notes and no progress. as_json: stdout gets one JSON document and nothing else."""

    def __init__(self, *, quiet: bool = False, as_json: bool = False) -> None:
        self.quiet = quiet
        self.as_json = as_json
        self._bar: Any = None

    def line(self, text: str = "") -> None:
        """A line of data on stdout; left out where a JSON document takes its place."""
        if not self.as_json:
            with telling_lost_output():
                print(printable(text))

    def document(self, members: dict[str, Any]) -> None:
        """The JSON document on stdout; left out where lines were asked for."""
        if self.as_json:
            with telling_lost_output():
                print(printable_json(members, encoding=sys.stdout.encoding or "utf-8"))

    def flush(self) -> None:
        """Make sure that what was printed has arrived. Raises OutputError."""
        with telling_lost_output():
            sys.stdout.flush()

    def note(self, text: str) -> None:
        if not self.quiet:
            self._say(text)

    def warning(self, text: str) -> None:
        self._say(f"warning: {text}")

    def error(self, text: str) -> None:
        self._say(f"error: {text}")

    def trace(self, text: str) -> None:
        """A traceback, for whoever reports a fault."""
        for line in text.splitlines():
            tell(line)

    def confirm(self, question: str) -> bool:
        """Ask the person, on stderr; no answer is no."""
        print(f"{PROGRAM}: {question} [y/N] ", end="", file=sys.stderr, flush=True)
        try:
            return input().strip().lower() in ("y", "yes")
        except EOFError:
            return False

    @contextmanager
    def progress(self, total: int, unit: str) -> Iterator[Advance]:
        """A progress bar on stderr while the block runs; only on a terminal."""
        if self.quiet or not sys.stderr.isatty():
            yield lambda done: None
            return
        from tqdm import tqdm

        form = "{percentage:3.0f}%|{bar}| {n:.1f}/{total} " + unit + " [{elapsed}<{remaining}]"
        with tqdm(total=total, file=sys.stderr, leave=False, bar_format=form) as bar:
            self._bar = bar

            def advance(done: float) -> None:
                bar.update(done - bar.n)

            try:
                yield advance
            finally:
                self._bar = None

    def _say(self, text: str) -> None:
        line = f"{PROGRAM}: {text}"
        if self._bar is not None:
            self._bar.write(printable(line), file=sys.stderr)
        else:
            tell(line)
