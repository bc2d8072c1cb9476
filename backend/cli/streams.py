"""Standard output and error as programs meet them: closed, full, gone, or short of letters."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TextIO

from ..protocol.errors import OutputError
from ..protocol.texts.printable import printable

BROKEN_PIPE = 141  # as shells count a program whose reader has gone


def with_standard_streams(program: str, run: Callable[[], int]) -> int:
    """Run a program's command line; its exit code, or one for output that did not arrive.

    Letters that a console's encoding lacks are replaced. A closed stream takes nothing, and no file
    that is opened later gets its place.
    """
    _open_streams()
    try:
        exit_code = run()
    except SystemExit as ended:  # argparse, for --help and wrong usage
        exit_code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BrokenPipeError:
        exit_code = BROKEN_PIPE
    except OutputError as error:
        exit_code = _told(program, error)
    failure = _let_go(sys.stdout)
    if exit_code == 0 and isinstance(failure, BrokenPipeError):
        exit_code = BROKEN_PIPE
    elif exit_code == 0 and failure is not None:
        exit_code = _told(program, _lost(failure))
    _let_go(sys.stderr)
    return exit_code


class Parser(argparse.ArgumentParser):
    """One that repeats what was given without harm to the terminal, refuses arguments of nothing,
    which are variables of a script that are not set, and tells lost output.
    """

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        given = sys.argv[1:] if args is None else list(args)
        for before, argument in zip(["", *given], given, strict=False):
            name, equals, value = argument.partition("=")
            if not argument.strip():
                where = f"the argument after {before!r}" if before else "the first argument"
                self.error(f"{where} is empty; is a variable of your script not set?")
            if argument.startswith("--") and equals and not value.strip():
                self.error(f"{name}= says nothing; is a variable of your script not set?")
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        super().error(printable(message))

    def _print_message(self, message: str, file: Any = None) -> None:
        if file is sys.stdout:
            with telling_lost_output():
                print(message, end="")
        else:
            super()._print_message(message, file)


def tell(text: str) -> None:
    """A line on standard error, with nothing in it that would harm a terminal. That nobody can read
    it ends no work.
    """
    try:
        print(printable(text), file=sys.stderr, flush=True)
    except OSError:
        _let_go(sys.stderr)


@contextmanager
def telling_lost_output() -> Iterator[None]:
    """Raises OutputError when standard output fails in the block; BrokenPipeError stays itself,
    since a reader that has gone is no error.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _lost(error) from error


def _lost(error: OSError) -> OutputError:
    return OutputError(
        f"standard output took not all that was to be printed ({error.strerror or error}); send it "
        "elsewhere and run the command again"
    )


def _told(program: str, error: OutputError) -> int:
    tell(f"{program}: error: {error}")
    return error.exit_code


def _open_streams() -> None:
    for descriptor, mode in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:  # the lowest free number is given, so it is this one
            os.open(os.devnull, mode)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None:  # of a file for reading only, so that what is printed fails and is told
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _let_go(stream: TextIO) -> OSError | None:
    """Drop what a stream did not take: the interpreter flushes it once more when it ends, and a
    second failure there would replace the exit code. The first failure, if there was one.
    """
    try:
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None
