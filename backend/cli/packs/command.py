"""What `dynamic-style packs` takes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import catalog, get, installed, publish


def add_parser(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    packs = commands.add_parser(
        "packs", help="list, describe, verify, install, update and remove packs"
    )
    actions = packs.add_subparsers(metavar="ACTION", required=True)

    def action(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = actions.add_parser(
            name, help=text, description=text[0].upper() + text[1:] + ".", parents=parents
        )
        parser.set_defaults(run=run)
        return parser

    action("list", installed.run_list, "list the installed packs and their dials")
    info = action("info", installed.run_info, "describe one pack: dials, licences, training")
    info.add_argument("pack", metavar="ID", help="a pack's id, folder or file")
    verify = action(
        "verify",
        installed.run_verify,
        "check every file of packs, and that they still paint alike",
    )
    verify.add_argument(
        "packs", nargs="*", metavar="ID", help="ids, folders or files; all otherwise"
    )
    install = action("install", installed.run_install, "verify a pack and install it for the user")
    install.add_argument("source", metavar="SOURCE", help="a .dynpack file or a pack's folder")
    _add_replace(install)
    _add_get(action)
    update = action("update", get.run_update, "list the packs that a catalog has newer")
    update.add_argument(
        "packs", nargs="*", metavar="ID", help="of installed packs; all of them otherwise"
    )
    update.add_argument("--install", action="store_true", help="install the newer versions")
    remove = action("remove", installed.run_remove, "delete an installed pack")
    remove.add_argument("pack", metavar="ID", help="the pack's id")
    _add_catalogs(action)
    _add_publishing(action)


def _add_get(action: Any) -> None:
    parser = action(
        "get", get.run_get, "fetch a pack from the web, show what it is, and install it"
    )
    parser.add_argument(
        "address",
        metavar="ADDRESS",
        help="the ID of a pack in a catalog; https://... of a .dynpack or .zip file or of a pack's "
        "folder; or OWNER/NAME on a model hub, with @REVISION or not",
    )
    parser.add_argument("--yes", action="store_true", help="install it without asking")
    parser.add_argument(
        "--sha256", metavar="HASH", help="install it without asking if this is its hash, else not"
    )
    parser.add_argument(
        "--catalog", metavar="URL", help="look for ID in this catalog, not in those that were added"
    )
    _add_replace(parser)


def _add_catalogs(action: Any) -> None:
    shown = action("catalog", catalog.run_catalog, "show the packs that catalogs have")
    shown.add_argument(
        "url",
        nargs="?",
        metavar="URL",
        help="https://... of a catalog; without it, all that were added",
    )
    change = shown.add_mutually_exclusive_group()
    change.add_argument("--add", action="store_true", help="look there from now on")
    change.add_argument("--drop", action="store_true", help="look there no more")
    trust = action("trust", catalog.run_trust, "trust the key of whoever publishes a catalog")
    trust.add_argument(
        "key",
        nargs="?",
        metavar="KEY",
        help="the key, which begins with RW, or the .pub file that holds it; without it, those "
        "that are trusted",
    )
    trust.add_argument("--revoke", action="store_true", help="trust it no more")


def _add_publishing(action: Any) -> None:
    make = action(
        "make-catalog", publish.run_make_catalog, "make a folder of packs and a signed catalog"
    )
    make.add_argument(
        "packs", type=Path, metavar="PACKS", help="a folder of packs: folders or .dynpack files"
    )
    make.add_argument("out", type=Path, metavar="OUT", help="the folder to publish")
    make.add_argument("--title", required=True, metavar="TITLE", help="whose packs these are")
    make.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="the secret key to sign with; without it, sign OUT/catalog.json by minisign",
    )
    key = action("make-key", publish.run_make_key, "make a pair of keys to sign catalogs with")
    key.add_argument("name", type=Path, metavar="NAME", help="writes NAME.key and NAME.pub")


def _add_replace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--replace", action="store_true", help="take the place of an installed pack of the same id"
    )
