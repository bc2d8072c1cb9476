"""The headless command line, `dynamic-style`: what to run, and how failures end.

A command's module is loaded for that command alone, and loads torch only when it needs it, so that
help and lists come at once.
"""

from __future__ import annotations

import argparse
import logging
import re
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

from ..compute.openmp import wait_asleep
from ..protocol.errors import DynamicStyleError, OutputError
from ..protocol.version import VERSION
from .console import PROGRAM, Console
from .streams import BROKEN_PIPE, Parser, tell, with_standard_streams

INTERRUPTED = 130  # as shells count a program that Ctrl-C ended
SETUP = "setup"
SETUP_HELP = "give Krita and GIMP their plug-ins, check them, or take them back"
UNEXPECTED = 1
WRONG_USAGE = 2
MODULES = {  # by command, in the order of the list of all
    "stylize": ".stylize",
    "complete": ".complete",
    "generate": ".generate",
    "sweep": ".sweep",
    "frames": ".frames",
    "packs": ".packs.command",
    "serve": ".serve",
    "status": ".serve",
    "stop": ".serve",
    "bench": ".bench",
    "info": ".info",
}

FIRST_STEPS = f"""\
usage: {PROGRAM} COMMAND ...

Start with one of these:
  {PROGRAM} setup                     give Krita and GIMP their plug-ins
  {PROGRAM} stylize PHOTO PAINTED.png --pack starry-night
                                          paint a photo in a painting's style
  {PROGRAM} packs list                see which styles there are

`{PROGRAM} --help` lists all commands; --help after one says what it takes."""
EXIT_CODES = """\
exit codes:
  0 all is well      2 wrong usage        3 a pack      4 a picture
  5 the device       7 the backend        1 anything else
  130 Ctrl-C         141 whoever read the output has gone
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, return the exit code."""
    wait_asleep()
    arguments = join_negative_numbers(sys.argv[1:] if argv is None else argv)
    if not arguments:
        return with_standard_streams(PROGRAM, _tell_first_steps)
    if arguments[:1] == [SETUP]:
        return _set_up(arguments[1:])
    parser = build_parser(only=arguments[0] if arguments[0] in MODULES else None)
    return with_standard_streams(PROGRAM, lambda: _run(parser.parse_args(arguments)))


def _run(options: argparse.Namespace) -> int:
    console = Console(quiet=options.quiet, as_json=options.json)
    if not options.debug:  # what libraries log about odd files, the errors below say in our words
        logging.basicConfig(handlers=[logging.NullHandler()])
    try:
        exit_code: int = options.run(options, console)
        console.flush()
        return exit_code
    except DynamicStyleError as error:
        if options.debug:
            console.trace(traceback.format_exc())
        console.error(str(error))
        if not isinstance(error, OutputError):
            console.document({"ok": False, "error": {"code": error.code, "message": str(error)}})
        return error.exit_code
    except KeyboardInterrupt:
        console.error("stopped")
        return INTERRUPTED
    except BrokenPipeError:
        return BROKEN_PIPE
    except Exception as error:  # the last seam: nobody is to meet a traceback unasked
        if options.debug:
            console.trace(traceback.format_exc())
        console.error(
            f"something unexpected went wrong ({type(error).__name__}: {error}); this is a fault "
            f"of {PROGRAM}: run it again with --debug and report what it prints"
        )
        return UNEXPECTED


def _set_up(arguments: Sequence[str]) -> int:
    """Hand over to the installer, which an installed Dynamic Style holds, too."""
    from dynamic_style.installer.cli import main as installer

    return installer(arguments)


def _tell_first_steps() -> int:
    """Wrong usage it is, but of somebody who has just installed this and knows no command."""
    for line in FIRST_STEPS.splitlines():
        tell(line)
    return WRONG_USAGE


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """only: the command of MODULES that is to be read; None for all of them."""
    parser = Parser(
        prog=PROGRAM,
        description="Style transfer with dials that can be turned after training.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"{PROGRAM} {VERSION}",
        help="show the version and exit",
    )
    everywhere = argparse.ArgumentParser(add_help=False)
    everywhere.add_argument("--quiet", action="store_true", help="no notes and no progress bar")
    everywhere.add_argument("--json", action="store_true", help="print one JSON document on stdout")
    everywhere.add_argument("--debug", action="store_true", help="show tracebacks of errors")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in dict.fromkeys([MODULES[only]] if only else MODULES.values()):
        import_module(module, __package__).add_parser(commands, [everywhere])
    if only:
        return parser
    from . import completion

    completion.add_parser(commands, [everywhere], whole=parser)
    # For the list alone: what follows the name is the installer's to read.
    commands.add_parser(SETUP, help=SETUP_HELP, add_help=False)
    return parser


def join_negative_numbers(arguments: Sequence[str]) -> list[str]:
    """Write `--alphas -1,0,1` as `--alphas=-1,0,1`: argparse takes what starts with '-' for an
    option.
    """
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in ("--alpha", "--alphas") and re.match(r"-[\d.]", argument):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined
