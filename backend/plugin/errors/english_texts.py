"""What the backend says in English, said in the user's language.

An error's text is written where the error is raised, in English, and travels as text. What panels
show often is known by its words and said whole; of all else it is said what kind of trouble it is,
and its own words stand behind that. Errors that a plug-in raises itself are translated already, and
none of them is of the kinds here.
"""

from __future__ import annotations

import re

from ...protocol.errors import (
    BusyError,
    CatalogError,
    CatalogSignatureError,
    ConnectionFileError,
    DeviceError,
    MaskError,
    PackArchiveError,
    PackBaseError,
    PackFormatError,
    PackInstallError,
    PackIntegrityError,
    PackVersionError,
)
from ..texts.number_texts import localized
from ..translations import speaks_english, tr

_SIZES = ("needed", "room")  # such as "1.2 GB"


def in_users_language(error: BaseException, text: str) -> str:
    """text: the error's, in a panel's words. English stays as it is."""
    if speaks_english():
        return text
    for pattern, template in _known():
        if found := re.match(pattern, str(error)):
            return template.format(**_parts(found))
    kind = _kind(error)
    return tr("{kind} ({text})").format(kind=kind, text=text) if kind else text


def _parts(found: re.Match[str]) -> dict[str, str]:
    parts = found.groupdict()
    return {name: localized(one) if name in _SIZES else one for name, one in parts.items()}


def _known() -> list[tuple[str, str]]:
    """How such a text begins, and what is said in its place with the same parts. What was left out
    here would be said twice there.
    """
    return [
        (
            r"working at (?P<width>\d+) x (?P<height>\d+) pixels takes about (?P<needed>.+?) of "
            r"memory and (?P<room>.+?) are at hand; use --scale (?P<size>\d+)",
            tr(
                "Working at {width} x {height} pixels takes about {needed} of memory, and {room} "
                "are at hand. Choose a working size of {size} px, or close other programs."
            ),
        ),
        (
            r"working at (?P<width>\d+) x (?P<height>\d+) pixels takes about (?P<needed>.+?) of "
            r"memory and (?P<room>.+?) are at hand",
            tr(
                "Working at {width} x {height} pixels takes about {needed} of memory, and {room} "
                "are at hand. Close other programs."
            ),
        ),
        (
            r"a picture of (?P<width>\d+) x (?P<height>\d+) pixels takes about (?P<needed>.+?) by "
            r"itself and (?P<room>.+?) of memory are at hand",
            tr(
                "A picture of {width} x {height} pixels takes about {needed} of memory by itself, "
                "and {room} are at hand. Scale it down, or close other programs."
            ),
        ),
        (
            r"memory ran out while [^;]+; use --scale (?P<size>\d+)",
            tr("The memory ran out. Choose a working size of {size} px, or close other programs."),
        ),
        (
            r"no pack '(?P<pack>[^']+)' is installed",
            tr("the pack '{pack}' is not installed; install it, or choose another"),
        ),
        (
            r"pack '(?P<pack>[^']+)' is (?:installed|shipped with the program) already",
            tr("The pack '{pack}' is installed already. Choose to replace it."),
        ),
        (
            r"(?P<address>https?://\S+): (?:the server is not found|cannot be fetched"
            r"|the server does not answer)",
            tr("{address} cannot be reached. Check the address and the network."),
        ),
        (
            r"this program runs as a (?P<sandbox>\w+), which may not start the backend; .*? and "
            r"then connect: (?P<command>.+)",
            tr(
                "This program runs as a {sandbox}, which may not start the backend. Start that of "
                "your system in a terminal, and then connect: {command}"
            ),
        ),
        (
            r"the backend could not start \((?P<how>[^)]+)\): (?P<words>.+)",
            tr("The backend could not start ({how}): {words}"),
        ),
        (
            r"the backend did not start; (?P<path>.+) may say why; no answer within (?P<time>.+) s",
            tr("The backend did not start within {time} s. Why, {path} may say."),
        ),
        (
            r"this computer cannot connect to itself at 127\.0\.0\.1 \((?P<why>[^)]*)\)",
            tr(
                "This computer cannot connect to itself at 127.0.0.1 ({why}), which is how the "
                "backend is reached. Let no firewall block it."
            ),
        ),
        (
            r"something unexpected went wrong \((?P<what>.+)\); this is a fault of the backend",
            tr("Something unexpected went wrong in the backend ({what}); its log says more."),
        ),
    ]


def _kind(error: BaseException) -> str:
    """In a sentence; empty for what a plug-in may have raised itself."""
    kinds = {
        PackFormatError: tr("This is no style pack, or not a sound one."),
        PackVersionError: tr("This pack is for a newer version of Dynamic Style."),
        PackArchiveError: tr("This pack's file is not safe, so nothing of it was used."),
        PackIntegrityError: tr("This pack is damaged or was changed. Get it again."),
        PackBaseError: tr("This pack adds to another one, which is not installed."),
        PackInstallError: tr("The pack cannot be fetched, installed or removed."),
        CatalogSignatureError: tr("No key that you trust has signed the catalog: it is not used."),
        CatalogError: tr("The catalog cannot be used."),
        MaskError: tr("This selection cannot be filled."),
        DeviceError: tr("What computes the pictures is missing or out of memory."),
        ConnectionFileError: tr("The file by which the backend is found cannot be used."),
        BusyError: tr("The backend is busy. Try again in a moment."),
    }
    return next((kinds[one] for one in type(error).__mro__ if one in kinds), "")
