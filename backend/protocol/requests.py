"""What a host asks of the backend: one frozen dataclass for each request, named by a verb.

Each request gets exactly one final reply: the one that its docstring names, or Failure. `type` is
the name on the wire. Contradicting values raise MalformedError. Those that start a job are in
runs.py. See PROTOCOL.md, section 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .errors import MalformedError
from .limits import check_name
from .texts.languages import check_languages

MAX_LEASE_S = 3600.0
MAX_URL = 2000
MAX_KEY = 100  # they have 56


@dataclass(frozen=True)
class Hello:
    """Open a session; the first request on every new connection. host: who calls, such as
    "krita 5.2.9". Reply: Welcome.
    """

    type: ClassVar[str] = "hello"
    host: str
    version: str


@dataclass(frozen=True)
class ListPacks:
    """languages: best first, such as "pt_BR"; packs' texts come in the first that a pack knows, and
    in English where it knows none. Reply: Packs.
    """

    type: ClassVar[str] = "list_packs"
    languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_languages(self.languages)


@dataclass(frozen=True)
class Cancel:
    """Stop a job of this client, which then ends with Failure "protocol.cancelled". A job that has
    ended, or never was, is no error. Reply: Done.
    """

    type: ClassVar[str] = "cancel"
    job: str

    def __post_init__(self) -> None:
        check_name("job", self.job)


@dataclass(frozen=True)
class InstallPack:
    """path: an absolute path to a .dynpack file or a pack's folder, as the backend sees it.
    languages: as in ListPacks. Reply: PackInstalled.
    """

    type: ClassVar[str] = "install_pack"
    path: str
    replace: bool = False
    languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_languages(self.languages)


@dataclass(frozen=True)
class RemovePack:
    """Reply: Done."""

    type: ClassVar[str] = "remove_pack"
    pack: str

    def __post_init__(self) -> None:
        check_name("pack", self.pack)


@dataclass(frozen=True)
class VerifyPack:
    """Compare every hash and run the golden check. Reply: Done, or Failure with what is wrong."""

    type: ClassVar[str] = "verify_pack"
    pack: str

    def __post_init__(self) -> None:
        check_name("pack", self.pack)


@dataclass(frozen=True)
class ListCatalog:
    """Fetch the catalogs that the user has added, from the web. Reply: Catalog."""

    type: ClassVar[str] = "list_catalog"


@dataclass(frozen=True)
class AddCatalog:
    """Fetch the catalog at an https address and keep the address, if it is signed with a trusted
    key or with the one given, which is kept where it was needed. key: as minisign prints it.
    Reply: Catalog, of all that were added.
    """

    type: ClassVar[str] = "add_catalog"
    url: str
    key: str = ""

    def __post_init__(self) -> None:
        for name, text, most in (("url", self.url, MAX_URL), ("key", self.key, MAX_KEY)):
            if len(text) > most:
                raise MalformedError(f"{name}: {len(text)} characters; at most {most} are taken")


@dataclass(frozen=True)
class GetPack:
    """Fetch a pack that a catalog of the user's has, and install it. languages: as in ListPacks.
    Reply: PackInstalled.
    """

    type: ClassVar[str] = "get_pack"
    pack: str
    replace: bool = False
    languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_name("pack", self.pack)
        check_languages(self.languages)


@dataclass(frozen=True)
class GetStats:
    """Reply: Stats."""

    type: ClassVar[str] = "get_stats"


@dataclass(frozen=True)
class Lease:
    """Keep the backend alive for that long from now; 0 gives the lease back. Reply: Done."""

    type: ClassVar[str] = "lease"
    duration_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.duration_s <= MAX_LEASE_S:
            raise MalformedError(
                f"lease: {self.duration_s} s; it must be from 0 to {MAX_LEASE_S:g}"
            )


@dataclass(frozen=True)
class Shutdown:
    """End the backend. Unfinished jobs fail with "protocol.cancelled". Reply: Done."""

    type: ClassVar[str] = "shutdown"
