"""dynamic-style completion: what a shell needs to complete commands, options, files and packs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from ..protocol.errors import UsageError
from .console import PROGRAM, Console

SHELLS = ("bash", "zsh", "fish", "tcsh")
PLACES = f"""\
where the script belongs:
  bash  {PROGRAM} completion bash > ~/.local/share/bash-completion/completions/{PROGRAM}
  zsh   {PROGRAM} completion zsh > DIR/_{PROGRAM}, where DIR is one of your fpath
  fish  {PROGRAM} completion fish > ~/.config/fish/completions/{PROGRAM}.fish
  tcsh  {PROGRAM} completion tcsh > ~/.{PROGRAM}.tcsh, and in ~/.tcshrc: source ~/.{PROGRAM}.tcsh
"""
_FILES = ("FILE", "IN", "KEY", "MASK", "OUT", "PACKS", "SOURCE")  # metavars of what is a file
# The first word of each line of `packs list` is an id.
_PACKS = {"bash": "_dynamic_style_packs", "zsh": "_dynamic_style_packs", "tcsh": "f"}
_LISTED = f"{PROGRAM} packs list --quiet 2>/dev/null | cut -d' ' -f1"
_PREAMBLE = {
    "bash": f'_dynamic_style_packs() {{ compgen -W "$({_LISTED})" -- "$1"; compgen -f -- "$1"; }}',
    "zsh": f'_dynamic_style_packs() {{ compadd -- ${{(f)"$({_LISTED})"}}; _files; }}',
}


def add_parser(
    commands: Any, parents: list[argparse.ArgumentParser], *, whole: argparse.ArgumentParser
) -> None:
    """whole: the parser of the program, with all commands once it is complete."""
    text = "print a script that lets your shell complete this program's commands"
    parser = commands.add_parser(
        "completion",
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=PLACES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=parents,
    )
    parser.add_argument("shell", choices=SHELLS, help="which shell")
    parser.set_defaults(run=run_completion, whole=whole)


def run_completion(options: argparse.Namespace, console: Console) -> int:
    import shtab

    if options.shell not in shtab.SUPPORTED_SHELLS:
        raise UsageError(
            f"shtab {shtab.__version__} knows no {options.shell}; install a newer one, or choose "
            + ", ".join(shell for shell in SHELLS if shell in shtab.SUPPORTED_SHELLS)
        )
    for action in _arguments(options.whole):
        if action.metavar == "ID":
            setattr(action, "complete", _PACKS)  # noqa: B010
        elif action.metavar in _FILES:
            setattr(action, "complete", shtab.FILE)  # noqa: B010
    script = shtab.complete(
        options.whole, shell=options.shell, preamble=_PREAMBLE.get(options.shell, "")
    )
    for line in script.splitlines():
        console.line(line)
    console.document({"ok": True, "shell": options.shell, "script": script})
    return 0


def _arguments(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Of the parser and of all its commands."""
    for action in parser._actions:
        if isinstance(action.choices, dict):
            for inner in action.choices.values():
                yield from _arguments(inner)
        else:
            yield action
