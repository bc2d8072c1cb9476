"""What "More Packs…" shows and asks for, in both hosts."""

from __future__ import annotations

from typing import Any

import pytest

from dynamic_style.backend.packs.remote.known_catalogs import NO_CATALOG
from dynamic_style.backend.packs.remote.minisign import new_key
from dynamic_style.backend.plugin.catalog_model import CatalogModel, key_text
from dynamic_style.backend.plugin.errors.error_actions import Remedy, remedy_for
from dynamic_style.backend.plugin.events import CatalogListed, PackRemoved, RunFailed
from dynamic_style.backend.protocol.errors import CatalogError, ConnectionLostError
from dynamic_style.backend.protocol.messages import Catalog, CatalogEntry, CatalogProblem


def entry(pack: str, installed: str | None = None, *, is_newer: bool = False) -> CatalogEntry:
    return CatalogEntry(
        id=pack,
        version="1.1.0",
        title=pack.title(),
        summary="Swirls.",
        licence="CC0-1.0",
        task="style_transfer",
        bytes=1_530_000,
        catalog="Somebody's packs",
        installed=installed,
        is_newer=is_newer,
        is_removable=installed is not None,
    )


class AskedWorker:
    """Stands for the worker: notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def catalog(self) -> None:
        self.asked.append(("catalog",))

    def add_catalog(self, url: str, key: str) -> None:
        self.asked.append(("add", url, key))

    def get_pack(self, pack: str, *, replace: bool) -> None:
        self.asked.append(("get", pack, replace))

    def remove_pack(self, pack: str) -> None:
        self.asked.append(("remove", pack))

    def restart(self) -> None:
        self.asked.append(("restart",))


class Shown:
    """A model, and what a host has seen of it."""

    def __init__(self, *entries: CatalogEntry, problems: tuple[CatalogProblem, ...] = ()) -> None:
        self.worker = AskedWorker()
        self.changes = self.lists = self.added = 0
        self.model = CatalogModel(
            self.worker,  # type: ignore[arg-type]
            changed=self._changed,
            packs_changed=self._packs_changed,
            added=self._catalog_added,
        )
        self.model.load()
        assert self.model.doing
        self.model.take(CatalogListed(Catalog(entries, problems)))
        assert self.changes == 2
        self.worker.asked.clear()

    def _changed(self) -> None:
        self.changes += 1

    def _packs_changed(self) -> None:
        self.lists += 1

    def _catalog_added(self) -> None:
        self.added += 1


def test_each_pack_has_the_one_button_that_fits_it() -> None:
    shown = Shown(
        entry("new"),
        entry("old", "1.0.0", is_newer=True),
        entry("same", "1.1.0"),
        entry("torn", "", is_newer=True),
    )
    assert [row.install for row in shown.model.rows] == ["Install", "Update", "", "Update"]
    assert [row.can_remove for row in shown.model.rows] == [False, True, True, True]
    new, old, *_ = shown.model.rows
    assert new.title == "New 1.1.0"
    assert new.details == "CC0-1.0 · 1.5 MB · Somebody's packs"
    assert old.details.startswith("1.0.0 is installed · ")
    assert shown.model.doing == ""


def test_a_pack_is_installed_and_the_lists_are_made_anew() -> None:
    shown = Shown(entry("new"), entry("old", "1.0.0", is_newer=True))
    shown.model.install("old")
    assert shown.worker.asked == [("get", "old", True)]
    assert "Old 1.1.0" in shown.model.doing
    shown.model.install("new")  # one at a time
    shown.model.remove("old")
    assert len(shown.worker.asked) == 1
    shown.model.take(PackRemoved("old"))
    assert (shown.lists, shown.worker.asked[-1]) == (1, ("catalog",))


def test_what_cannot_be_done_is_not_asked() -> None:
    shown = Shown(entry("new"), entry("same", "1.1.0"))
    shown.model.remove("new")
    shown.model.install("same")
    shown.model.install("gone")
    assert shown.worker.asked == []


def test_a_failure_is_told_and_what_failed_can_be_tried_again() -> None:
    shown = Shown(entry("new"))
    shown.model.install("new")
    lost = ConnectionLostError("closed")
    shown.model.take(RunFailed(0, lost, remedy_for(lost), "get"))
    assert shown.model.notice is not None
    text, remedy = shown.model.notice
    assert (shown.model.doing, remedy.kind) == ("", "restart")
    assert "was lost" in text
    shown.model.retry(remedy)
    assert shown.worker.asked[1:] == [("restart",), ("get", "new", False)]
    assert shown.model.notice is None


def test_no_catalog_is_no_riddle() -> None:
    shown = Shown()
    shown.model.take(RunFailed(0, CatalogError(NO_CATALOG), Remedy("none", ""), "catalog"))
    assert shown.model.notice is not None
    assert "Paste the address of one below" in shown.model.notice[0]
    assert "dynamic-style " not in shown.model.notice[0]


@pytest.mark.parametrize("told", ["{url} {key}", "My packs:\n\n  {key}\n\n{url}\n"])
def test_a_catalog_is_added_by_what_its_publisher_tells(told: str) -> None:
    shown, key = Shown(), new_key().public
    text = told.format(url="https://a.org/catalog.json", key=key.text)
    assert key.text in key_text(text).replace(" ", ""), "its number alone could be another's"
    shown.model.add(text)
    assert shown.worker.asked == [("add", "https://a.org/catalog.json", key.text)]
    assert "https://a.org/catalog.json" in shown.model.doing
    shown.model.add(text)  # one at a time
    assert len(shown.worker.asked) == 1 and shown.added == 0
    shown.model.take(CatalogListed(Catalog((entry("new"),), ())))
    assert [row.entry.id for row in shown.model.rows] == ["new"]
    assert (shown.added, shown.model.doing) == (1, "")
    shown.model.load()
    shown.model.take(CatalogListed(Catalog((), ())))
    assert shown.added == 1, "a list is no new catalog"


def test_a_key_of_a_publisher_who_is_trusted_need_not_be_given() -> None:
    shown = Shown()
    assert key_text("https://a.org/catalog.json") == ""
    shown.model.add("https://a.org/catalog.json")
    assert shown.worker.asked == [("add", "https://a.org/catalog.json", "")]


@pytest.mark.parametrize("text", ["", "http://a.org/catalog.json", "catalog.json", "RW"])
def test_what_is_no_address_is_told_and_not_asked_for(text: str) -> None:
    shown = Shown()
    shown.model.add(text)
    assert shown.worker.asked == [] and shown.model.doing == ""
    assert shown.model.notice is not None and "https://" in shown.model.notice[0]


def test_catalogs_that_cannot_be_used_are_told_beside_those_that_can() -> None:
    problem = CatalogProblem("pack.catalog.signature", "the catalog https://a.org is not signed")
    shown = Shown(entry("new"), problems=(problem,))
    assert shown.model.notice is not None
    assert shown.model.notice[0] == problem.message
    assert [row.entry.id for row in shown.model.rows] == ["new"]
