"""The commands that give Krita and GIMP their plug-ins: install, uninstall, doctor, package."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .doctor.examine import examine
from .doctor.findings import OK, PROBLEM, document, has_problem
from .environment import this_environment
from .environment.interpreter_check import this_python
from .environment.record import Environment
from .errors import HostError
from .extras import add_options, chosen_extras
from .gpu import find_gpu, hint
from .origin import INSTALL, IS_INSTALLED, PROGRAM, ROOT
from .plugins.install import Installation, Wish, known_interpreters
from .plugins.msgpack_files import find_msgpack
from .plugins.sources import GIMP, HOSTS, KRITA, TITLES, plugin_files, project_version
from .plugins.uninstall import Removal
from .plugins.zip_file import write_zip, zip_entries
from .terminal import Screen, named_path
from .user_folders import config_folder, this_computer

RESTART = "Restart {} if it is running: plug-ins are loaded when it starts."
AFTER = {
    KRITA: "Krita: Filter > Dynamic Style, and the docker under Settings > Dockers.",
    GIMP: "GIMP: Filters > Dynamic Style.",
}
ZIP_HINTS = {
    KRITA: "In Krita: Tools > Scripts > Import Python Plugin from File, then restart Krita.",
    GIMP: "Unpack it in the folder plug-ins of GIMP's configuration folder, then restart GIMP.",
}


def add_parsers(commands: Any) -> None:
    """Add the parsers of this module's commands."""
    environment = "" if IS_INSTALLED else ", and the backend an environment"
    install = _parser(
        commands,
        "install",
        f"give Krita and GIMP their plug-ins{environment}",
        "Every Krita and GIMP 3 that is found gets the plug-in, unless --krita or --gimp says "
        "which. Run again, it brings everything up to date.",
    )
    install.add_argument("--krita", action="store_true", help="only Krita")
    install.add_argument("--gimp", action="store_true", help="only GIMP (with --krita: both)")
    if not IS_INSTALLED:
        _add_environment_options(install)
    add_options(install)
    if IS_INSTALLED:  # what the panels' set-up calls in the end
        adopt = commands.add_parser("adopt", allow_abbrev=False)
        adopt.add_argument("--krita", action="store_true")
        adopt.add_argument("--gimp", action="store_true")
    uninstall = _parser(
        commands,
        "uninstall",
        "take back what install has done",
        "Removes exactly what install has laid down, and an environment that it has made. Your "
        "packs, your settings, and files of yours among the plug-ins', stay and are named.",
    )
    packs = uninstall.add_mutually_exclusive_group()
    packs.add_argument(
        "--packs", action="store_true", help="remove the packs in your packs folder as well"
    )
    packs.add_argument(  # what older scripts say; it is the default
        "--keep-packs", action="store_true", help=argparse.SUPPRESS
    )
    doctor = _parser(
        commands,
        "doctor",
        "check everything that the plug-ins need, and say how to mend it",
        "Changes nothing. The exit code is 1 if there is a problem, and 0 otherwise.",
    )
    doctor.add_argument("--json", action="store_true", help="print one JSON document")
    package = _parser(
        commands,
        "package",
        "make a plug-in's zip file",
        "The zip has the plug-in alone: a computer needs the backend as well, by install.",
    )
    package.add_argument("host", choices=HOSTS)
    package.add_argument("out", metavar="OUT.zip", nargs="?", type=named_path)
    package.add_argument(
        "--backend",
        metavar="PYTHON",
        type=named_path,
        help="a Python to take msgpack's files from (default: the installed backend's)",
    )
    for parser in (install, uninstall, package):
        parser.add_argument(
            "--dry-run", action="store_true", help="only say what would be done; change nothing"
        )


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Run one of this module's commands and return the exit code. Raises InstallerError."""
    if options.command == "install":
        return _install(options, screen)
    if options.command == "adopt":
        return _adopt(options, screen)
    if options.command == "uninstall":
        return _uninstall(options, screen)
    if options.command == "doctor":
        return _doctor(options, screen)
    return _package(options, screen)


def _add_environment_options(install: argparse.ArgumentParser) -> None:
    """An installed Dynamic Style has its environment; for a checkout one is made, or named."""
    install.add_argument(
        "--system-packages",
        action="store_true",
        help="use the system's PyTorch and other packages (on Debian: python3-torch), and no index",
    )
    install.add_argument(
        "--backend",
        metavar="PYTHON",
        type=named_path,
        help="a Python that has Dynamic Style installed; no environment is made then",
    )
    install.add_argument(
        "--venv",
        metavar="DIR",
        type=named_path,
        help="where to make the environment (default: your data folder)",
    )


def _parser(commands: Any, name: str, text: str, more: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        allow_abbrev=False,
        help=text,
        description=f"{text[0].upper()}{text[1:]}. {more}",
    )
    return parser


def _install(options: argparse.Namespace, screen: Screen) -> int:
    computer = this_computer()
    if IS_INSTALLED:
        _add_to_this(options, screen)
    wish = _wish(options)
    try:
        installation = Installation(
            ROOT, computer, wish, report=screen.report, status=screen.status
        )
    except HostError as error:
        if wish.hosts or not (IS_INSTALLED and chosen_extras(options)):
            raise
        screen.report(f"Note: {error}")  # what was asked for is there, for the command line
        return 0
    if options.dry_run:
        _tell(installation.tell(), screen)
        return 0
    facts = installation.carry_out()
    program = Environment(root=ROOT, folder=installation.interpreter.parent.parent)
    for host in dict.fromkeys(place.host for place in installation.places):
        screen.report(f"\n{AFTER[host]}\n{RESTART.format(TITLES[host])}")
    for place in installation.places:
        if place.is_sandboxed:
            screen.report(
                f"\n{place.title} runs in a sandbox and may not be able to start the backend. If "
                "it says so, start it yourself before:\n"
                f"  {program.program('dynamic-style')} serve"
            )
    gpu = find_gpu(computer)
    if gpu and not facts.has_torch:
        screen.report(f"\n{hint(gpu, computer)}: {INSTALL} --torch")
    screen.report(f"\n`{PROGRAM} doctor` checks that all is well.")
    return 0


def _adopt(options: argparse.Namespace, screen: Screen) -> int:
    """Make this the backend of all hosts, and bring the plug-in up to date whose panel asks."""
    wish = Wish(hosts=_hosts(options), backend=this_python(), is_this=True, for_panel=True)
    Installation(
        ROOT, this_computer(), wish, report=screen.report, status=screen.status
    ).carry_out()
    return 0


def _hosts(options: argparse.Namespace) -> tuple[str, ...]:
    return tuple(host for host in HOSTS if getattr(options, host))


def _wish(options: argparse.Namespace) -> Wish:
    hosts = _hosts(options)
    if IS_INSTALLED:
        return Wish(hosts=hosts, backend=this_python(), is_this=True)
    return Wish(
        hosts=hosts,
        backend=options.backend,
        venv=options.venv,
        system_packages=options.system_packages,
        extras=chosen_extras(options),
    )


def _add_to_this(options: argparse.Namespace, screen: Screen) -> None:
    """Add what was asked for to the environment that this runs in. It comes first: the command line
    has use for it where there is no host.
    """
    extras = chosen_extras(options)
    if not extras or this_environment.has_torch():
        return
    this_environment.check_can_add(extras)
    if options.dry_run:
        _tell([f"install PyTorch beside the backend, for {this_python()}"], screen)
    else:
        this_environment.add(extras, report=screen.report, status=screen.status)


def _uninstall(options: argparse.Namespace, screen: Screen) -> int:
    computer = this_computer()
    removal = Removal(computer, takes_packs=options.packs, report=screen.report)
    if not removal.is_anything_installed:
        screen.report(
            "Nothing is installed by this installer: there is no list of it in "
            f"{config_folder(computer)}."
        )
        return 0
    if options.dry_run:
        _tell(removal.tell(), screen)
        for path in removal.left_beside():
            screen.report(f"would leave {path}, which this installer did not lay down")
        for sentence in removal.kept_packs():
            screen.report(sentence)
        return 0
    for path in removal.carry_out():
        screen.report(f"Left as it is: {path}")
    for sentence in removal.kept_packs():
        screen.report(sentence)
    if not removal.is_program_left:
        screen.report("Dynamic Style is uninstalled. Restart Krita or GIMP if one is running.")
        return 0
    screen.report(
        "The plug-ins are uninstalled. Restart Krita or GIMP if one is running.\n"
        f"The program itself is removed by: {this_environment.removal_command()}"
    )
    return 0


def _doctor(options: argparse.Namespace, screen: Screen) -> int:
    findings = examine(this_computer())
    if options.json:
        text = json.dumps(document(findings), indent=2)
        screen.report(text.replace("\x7f", "\\u007f"))  # the one that json leaves unescaped
        return 1 if has_problem(findings) else 0
    for finding in findings:
        screen.report(f"{finding.state:<8} {finding.what}")
        if finding.state != OK:
            screen.report(f"{'':<9}why:  {finding.why}\n{'':<9}mend: {finding.mend}")
    count = sum(finding.state != OK for finding in findings)
    problems = sum(finding.state == PROBLEM for finding in findings)
    if count:
        screen.report(f"\nproblems: {problems}, warnings: {count - problems}")
    else:
        screen.report("\nAll is well.")
    return 1 if problems else 0


def _package(options: argparse.Namespace, screen: Screen) -> int:
    known = known_interpreters(ROOT, config_folder(this_computer()))
    asked = [options.backend] if options.backend else dict.fromkeys(known)
    msgpack = find_msgpack(asked, needs_licence=True)
    files = plugin_files(options.host, ROOT, msgpack.files)
    version = project_version(ROOT)
    out = (options.out or Path(f"dynamic-style-{options.host}-{version}.zip")).absolute()
    if options.dry_run:
        _tell([f"write {out}, with:", *(f"  {name}" for name in zip_entries(files))], screen)
        return 0
    write_zip(out, files)
    screen.report(
        f"{out}: {TITLES[options.host]} plug-in {version}, with msgpack {msgpack.version}\n"
        f"{ZIP_HINTS[options.host]}"
    )
    return 0


def _tell(lines: Iterable[str], screen: Screen) -> None:
    for line in lines:  # a list of names, or the name of a place, stands for itself
        screen.report(line if line.startswith((" ", "\n")) else f"would {line}")
