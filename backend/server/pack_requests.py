"""Requests about packs, answered in a thread of their own: a disk may be slow, and a long run must
not keep a panel from listing its packs.
"""

from __future__ import annotations

import queue
import threading
from pathlib import Path, PurePath

from ..compute.golden_run import make_golden_run
from ..packs import InstalledPack, Manifest, describe_pack, find_installed, list_packs
from ..packs.install import install_pack, remove_pack
from ..packs.reader import verify_pack
from ..packs.remote.catalog_packs import Offer, fetch_offer, find_offer, offers
from ..packs.remote.fetch import fetching_folder
from ..packs.remote.known_catalogs import add_catalog, open_all
from ..protocol.errors import BusyError, PackError, PackInstallError
from ..protocol.messages import (
    AddCatalog,
    BrokenPack,
    Catalog,
    CatalogEntry,
    CatalogProblem,
    Done,
    GetPack,
    InstallPack,
    ListCatalog,
    ListPacks,
    PackEntry,
    PackInstalled,
    Packs,
    Picture,
    RemovePack,
    Reply,
    VerifyPack,
)
from ..protocol.replies import MediaType, failure_of
from .faults import failure_for, is_shortage, patiently
from .service_thread import ServiceThread
from .transport.reply_queue import Answers, ReplyAddress

PackRequest = ListPacks | InstallPack | RemovePack | VerifyPack | ListCatalog | AddCatalog | GetPack

MOST_WAITING = 64
WHOLE_S = 540.0  # for a pack; with its catalogs it is then within a client's patience
SHOWN_SUMMARY = 300  # characters: a thousand packs have to go into one header
SHOWN_LICENCE = 100
MOST_SHOWN = 500  # of all catalogs together, for the same reason
MEDIA_TYPES: dict[str, MediaType] = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}


class PackDesk:
    """name: of its thread. What asks the web has a desk of its own."""

    def __init__(self, answers: Answers, *, name: str = "packs") -> None:
        self._answers = answers
        self._waiting: queue.SimpleQueue[tuple[ReplyAddress, PackRequest] | None] = (
            queue.SimpleQueue()
        )
        self._unanswered = 0
        self._counting = threading.Lock()
        self._thread = ServiceThread(self._waiting.get, self._do, name=name)

    @property
    def is_busy(self) -> bool:
        return self._unanswered > 0

    def start(self) -> None:
        self._thread.start()

    def submit(self, reply_to: ReplyAddress, request: PackRequest) -> None:
        """Raises BusyError."""
        if self._unanswered > MOST_WAITING:
            raise BusyError("too many requests about packs are waiting; try again in a moment")
        self._waiting.put((reply_to, request))
        with self._counting:
            self._unanswered += 1

    def close(self, *, timeout_s: float) -> bool:
        """Finish what was taken and end. Whether that was done within timeout_s."""
        self._waiting.put(None)
        return self._thread.join(timeout_s)

    def _do(self, taken: tuple[ReplyAddress, PackRequest]) -> bool:
        """Answer one request, whatever happens. Whether memory ran out."""
        reply_to, request = taken
        ran_out = False
        try:
            reply = answer(request)
        except BaseException as error:
            ran_out = is_shortage(error)
            reply = patiently(failure_for, error, doing=request.type)
        patiently(self._answers.put, reply_to, reply)
        with self._counting:
            self._unanswered -= 1
        return ran_out


def answer(request: PackRequest) -> Reply:
    """The final reply to a request about packs. Raises a PackError."""
    if isinstance(request, ListPacks):
        return _list(request.languages)
    if isinstance(request, InstallPack):
        path = Path(request.path)
        if not path.is_absolute():
            raise PackInstallError(f"{request.path[:200]!r}: give an absolute path to the pack")
        return PackInstalled(
            _entry(
                install_pack(path, make_run=make_golden_run, replace=request.replace),
                request.languages,
            )
        )
    if isinstance(request, AddCatalog):
        add_catalog(request.url, request.key)
    if isinstance(request, ListCatalog | AddCatalog):
        return _catalog()
    if isinstance(request, GetPack):
        pack = _get(request.pack, replace=request.replace)
        return PackInstalled(_entry(pack, request.languages))
    path = find_installed(request.pack)
    if isinstance(request, RemovePack):
        remove_pack(request.pack)
    else:
        verify_pack(path, make_run=make_golden_run)
    return Done()


def _list(languages: tuple[str, ...]) -> Packs:
    entries, broken = [], []
    for pack in list_packs():
        try:
            if pack.error is not None:
                raise pack.error
            entries.append(_entry(pack, languages))
        except PackError as error:
            failure = failure_of(error)
            broken.append(BrokenPack(pack.id[:128], failure.code, failure.message))
    return Packs(tuple(entries), tuple(broken))


def _catalog() -> Catalog:
    """Raises CatalogError where no catalog was added."""
    catalogs, errors = open_all()
    failures = [failure_of(error) for error in errors]
    return Catalog(
        packs=tuple(_catalog_entry(offer) for offer in offers(catalogs)[:MOST_SHOWN]),
        problems=tuple(CatalogProblem(failure.code, failure.message) for failure in failures),
    )


def _get(pack_id: str, *, replace: bool) -> InstalledPack:
    """Raises a PackError; then nothing was changed."""
    catalogs, errors = open_all()
    offer = find_offer(pack_id, catalogs, errors)
    with fetching_folder() as folder:
        fetched = fetch_offer(offer.entry, folder, whole_s=WHOLE_S)
        return install_pack(fetched.path, make_run=make_golden_run, replace=replace)


def _catalog_entry(offer: Offer) -> CatalogEntry:
    entry = offer.entry
    return CatalogEntry(
        id=entry.id,
        version=entry.version,
        title=entry.title,
        summary=entry.summary[:SHOWN_SUMMARY],
        licence=entry.licence[:SHOWN_LICENCE],
        task=entry.task,
        bytes=entry.bytes,
        catalog=offer.catalog.title,
        installed=offer.installed,
        is_newer=offer.is_newer,
        is_removable=offer.installed is not None and not offer.is_shipped,
    )


def _entry(pack: InstalledPack, languages: tuple[str, ...]) -> PackEntry:
    """What a host shows of a pack. Raises a PackError where it changed meanwhile."""
    described = describe_pack(pack.path)
    manifest = described.manifest.in_languages(languages)
    media_type = MEDIA_TYPES[PurePath(described.thumbnail_name).suffix]
    return PackEntry(
        id=manifest.id,
        version=manifest.version,
        title=manifest.title,
        summary=manifest.summary,
        authors=manifest.authors,
        licence=_licence(manifest),
        task=manifest.task,
        sha256=described.sha256,
        base=manifest.base_id,
        is_removable=not pack.is_shipped,
        width=manifest.architecture.width,
        working_size_px=manifest.working_size_px,
        dials=manifest.dials,
        thumbnail=Picture(media_type, described.thumbnail),
    )


def _licence(manifest: Manifest) -> str:
    weights = manifest.licences.weights
    return weights.spdx or weights.note or "not stated"
