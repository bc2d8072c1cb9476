"""What "More Packs…" shows and does in both hosts: packs that catalogs have, installed, updated and
removed. The host shows it; it asks a worker of its own, since the web may be slow.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..protocol.errors import CatalogError, DynamicStyleError, UsageError
from ..protocol.messages import CatalogEntry
from ..protocol.requests import MAX_KEY, MAX_URL
from .errors.error_actions import Remedy, beside_the_panel, message_for
from .events import CatalogListed, Event, PackInstalled, PackRemoved, RunFailed
from .texts.number_texts import decimal_text
from .translations import tr
from .worker import Worker

_KEY = re.compile(r"RW[A-Za-z0-9+/]{54}")  # minisign's, in base64
_GROUP = 8  # of its characters are shown together, so that a narrow label can wrap them


@dataclass(frozen=True)
class CatalogRow:
    """A pack in words. install: what the button says that installs or updates it; "": there is
    nothing to do.
    """

    entry: CatalogEntry
    title: str
    details: str
    install: str

    @property
    def can_remove(self) -> bool:
        return self.entry.is_removable


class CatalogModel:
    """changed: called when anything below is another. packs_changed: when a pack was installed or
    removed, so that the host lists its packs anew. added: when a catalog was added. doing: what it
    is at, for the user; "": nothing. notice: what went wrong, and the way out.
    """

    def __init__(
        self,
        worker: Worker,
        *,
        changed: Callable[[], None],
        packs_changed: Callable[[], None],
        added: Callable[[], None],
    ) -> None:
        self.rows: tuple[CatalogRow, ...] = ()
        self.doing = ""
        self.notice: tuple[str, Remedy] | None = None
        self.error: DynamicStyleError | None = None
        self._worker = worker
        self._changed = changed
        self._packs_changed = packs_changed
        self._added = added
        self._is_adding = False
        self._again: Callable[[], None] = self.load

    def load(self) -> None:
        """Fetch the catalogs."""
        self._begin(tr("Looking at the catalogs…"), self.load)
        self._worker.catalog()

    def add(self, text: str) -> None:
        """Add the catalog whose address stands in the text, with its publisher's key beside it."""
        if self.doing:
            return
        url, key = address_and_key(text)
        if not url:
            told = tr("Paste the catalog's address, which begins with https://, and its key.")
            self._show(UsageError(told), Remedy("none", ""))
            self._changed()
            return
        self._begin(tr("Looking at {address}…").format(address=url), lambda: self.add(text))
        self._is_adding = True
        self._worker.add_catalog(url, key)

    def install(self, pack: str) -> None:
        """Install a row's pack, or its newer version."""
        row = self.row(pack)
        if row is None or not row.install or self.doing:
            return
        self._begin(tr("Fetching {pack}…").format(pack=row.title), lambda: self.install(pack))
        self._worker.get_pack(pack, replace=row.entry.installed is not None)

    def remove(self, pack: str) -> None:
        row = self.row(pack)
        if row is None or not row.can_remove or self.doing:
            return
        self._begin(tr("Removing {pack}…").format(pack=row.title), lambda: self.remove(pack))
        self._worker.remove_pack(pack)

    def retry(self, remedy: Remedy) -> None:
        """What the notice's button promises."""
        if remedy.kind in ("start", "restart"):
            self._worker.restart()
        self._again()

    def row(self, pack: str) -> CatalogRow | None:
        return next((row for row in self.rows if row.entry.id == pack), None)

    def take(self, event: Event) -> None:
        """What the worker tells."""
        if isinstance(event, CatalogListed):
            self.doing = ""
            self.rows = tuple(_row(entry) for entry in event.catalog.packs)
            if event.catalog.problems:
                told = "\n".join(problem.message for problem in event.catalog.problems)
                self._show(CatalogError(told), Remedy("retry", tr("Try again")))
            if self._is_adding:
                self._added()
            self._changed()
        elif isinstance(event, (PackInstalled, PackRemoved)):
            self.doing = ""
            self._packs_changed()
            self.load()  # what is installed is told with it
        elif isinstance(event, RunFailed):
            self.doing = ""
            self._show(event.error, event.remedy)
            self._changed()

    def _begin(self, doing: str, again: Callable[[], None]) -> None:
        self.doing = doing
        self._is_adding = False
        self.notice, self.error = None, None
        self._again = again
        self._changed()

    def _show(self, error: DynamicStyleError, remedy: Remedy) -> None:
        if remedy.kind == "install_pack":  # which is what this dialog is for
            remedy = Remedy("none", "")
        self.error = error
        self.notice = beside_the_panel(message_for(error), remedy)


def address_and_key(text: str) -> tuple[str, str]:
    """Of a catalog, out of what its publisher tells; each may be missing."""
    words = [word.strip("\"'.,;()<>") for word in text.split()]
    addresses = [w for w in words if w.startswith("https://") and len(w) <= MAX_URL]
    keys = [w for w in words if w.startswith("RW") and len(w) <= MAX_KEY]
    return "".join(addresses[:1]), "".join(keys[:1])


def key_text(text: str) -> str:
    """What is to be known of the key in such a text before it is trusted; empty without one."""
    _, key = address_and_key(text)
    if not _KEY.fullmatch(key):
        return ""
    # All of it: the number that minisign prints can be chosen, and so be somebody else's.
    groups = [key[start : start + _GROUP] for start in range(0, len(key), _GROUP)]
    return tr(
        "Packs that are signed with the key {name} will be trusted. Add it only if you know that "
        "it is the publisher's."
    ).format(name=" ".join(groups))


def _row(entry: CatalogEntry) -> CatalogRow:
    parts = [
        entry.licence,
        tr("{size} MB").format(size=decimal_text(entry.bytes / 1e6, 1)),
        entry.catalog,
    ]
    if entry.installed is None:
        install = tr("Install")
    elif entry.is_newer:
        install = tr("Update")
        installed = entry.installed or tr("a damaged one")
        parts.insert(0, tr("{version} is installed").format(version=installed))
    else:
        install = ""
        parts.insert(0, tr("installed"))
    return CatalogRow(entry, f"{entry.title} {entry.version}", " · ".join(parts), install)
