"""Which installer this is: a checkout's, or the one that an installed Dynamic Style holds.

They are the same files under two names. `python3 -m installer` runs those of a checkout before
anything is installed, and makes the backend an environment. `dynamic-style setup` runs those of an
installed package, where an environment is there already: the one that it runs in. A plug-in carries
some of them for its panel's set-up; whoever reads their messages has no command line before them.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent  # backend, weights and the plug-ins lie below it
IS_INSTALLED = __package__ != "installer"
IS_CARRIED = not IS_INSTALLED and not (ROOT / "pyproject.toml").is_file()
PROGRAM = "dynamic-style setup" if IS_INSTALLED else "python3 -m installer"
INSTALL = PROGRAM if IS_INSTALLED else f"{PROGRAM} install"
WHAT_IT_IS = "installation" if IS_INSTALLED else "checkout"
GET_AGAIN = (
    "Install Dynamic Style again"
    if IS_INSTALLED
    else "Get the project again, whole, and start there"
)


def by_option(text: str) -> str:
    """A way out that the command line alone has: nothing for who reads it in a panel."""
    return "" if IS_CARRIED else text
