"""The installer's command line. Only `cli` modules and the screen print or decide an exit code.

Standard library only, so that it runs from a bare checkout: `python3 -m installer demo`.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from . import cli_checkout, cli_setup
from .errors import InstallerError
from .origin import IS_INSTALLED, PROGRAM
from .terminal import Parser, Screen

INTERRUPTED = 130  # the shells' code for a program ended by Ctrl-C
CHECKOUT_DESCRIPTION = (
    "Installs Dynamic Style, or tries it out: nothing but Python 3.10 or newer is needed."
)
CHECKOUT_EPILOG = """\
`install` gives Krita and GIMP their plug-ins, and makes an environment for the backend in your data
folder; `uninstall` takes exactly that back. `demo` and `test` make the virtual environment `.venv`
in the checkout instead. All are quick where nothing has changed. Packages come from wherever this
machine's pip is told to look: its configuration and variables such as PIP_INDEX_URL,
PIP_FIND_LINKS, PIP_PROXY and PIP_CERT are followed. On a CPU pictures are painted without PyTorch;
--torch adds it, for a GPU, and --training adds what making packs of your own needs. Without an
NVIDIA GPU its build for CPUs is taken. `install --system-packages` needs no index.

examples:
  python3 -m installer install
  python3 -m installer install --krita --dry-run
  python3 -m installer install --training
  python3 -m installer doctor
  python3 -m installer package krita
  python3 -m installer demo
  python3 -m installer test
  python3 -m installer test tests/backend -k alpha
  python3 -m installer demo --venv /big-disk/dynamic-style
"""
INSTALLED_DESCRIPTION = (
    "Gives Krita and GIMP their plug-ins, which use the backend of this installation. Without a "
    "COMMAND it is install."
)
INSTALLED_EPILOG = """\
Run it again after an update: the plug-ins are brought to the new version, and your packs and
settings stay. `uninstall` takes back what it laid down; Dynamic Style itself is removed by what
installed it, such as `pipx uninstall dynamic-style`.

examples:
  dynamic-style setup
  dynamic-style setup --krita --dry-run
  dynamic-style setup --training
  dynamic-style setup doctor
  dynamic-style setup uninstall
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    screen = Screen()
    try:
        return screen.exit_code(_run(sys.argv[1:] if arguments is None else arguments, screen))
    except SystemExit as ended:  # argparse, for --help and wrong usage
        return screen.exit_code(int(ended.code or 0))
    except InstallerError as error:
        screen.error(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        screen.error("Interrupted. Run the same command again to go on.")
        return INTERRUPTED


def _run(arguments: Sequence[str], screen: Screen) -> int:
    options, pytest_arguments = _parse(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end pip too, as Ctrl-C does
    if options.command in cli_checkout.COMMANDS:
        return cli_checkout.run(options, pytest_arguments, screen)
    return cli_setup.run(options, screen)


def _parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """The options, and what is pytest's."""
    parser = Parser(
        prog=PROGRAM,
        description=INSTALLED_DESCRIPTION if IS_INSTALLED else CHECKOUT_DESCRIPTION,
        epilog=INSTALLED_EPILOG if IS_INSTALLED else CHECKOUT_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    if IS_INSTALLED:
        arguments = _with_command(arguments)
    else:
        cli_checkout.add_parsers(commands)
    cli_setup.add_parsers(commands)
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command != "test":
        parser.error(f"{options.command} does not know {' '.join(rest)}")
    return options, rest


def _with_command(arguments: Sequence[str]) -> Sequence[str]:
    """`dynamic-style setup --krita` is `dynamic-style setup install --krita`."""
    first = arguments[0] if arguments else "--"
    is_option = first.startswith("-") and first not in ("-h", "--help")
    return ["install", *arguments] if is_option else arguments
