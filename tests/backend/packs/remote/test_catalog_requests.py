"""A host asks the backend for what catalogs have, and gets a pack out of one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from dynamic_style.backend.compute.engine_wish import EngineWish
from dynamic_style.backend.packs.remote import known_catalogs
from dynamic_style.backend.packs.remote.make_catalog import make_catalog
from dynamic_style.backend.packs.remote.minisign import new_key
from dynamic_style.backend.protocol.errors import (
    CatalogError,
    CatalogSignatureError,
    PackInstallError,
    PackNotFoundError,
    UsageError,
)
from dynamic_style.backend.protocol.process.client import Client, connect
from dynamic_style.backend.server.compute_stack import ComputeSettings
from dynamic_style.backend.server.server import ServerSettings

from ...servers import ServerThread
from .conftest import disk_with_room_for


@pytest.fixture
def backend(user_packs: Path) -> Iterator[ServerThread]:
    running = ServerThread(ServerSettings(), ComputeSettings(EngineWish(device="cpu")))
    yield running
    running.close()


@pytest.fixture
def client(backend: ServerThread) -> Iterator[Client]:
    with connect(backend.connection, host="test", version="1") as client:
        client.hello()
        yield client


@pytest.fixture
def url(server: str, web: Path, tiny_pack: Path) -> str:
    """A catalog with the tiny pack, which was added, and whose key is trusted."""
    key = new_key()
    make_catalog(tiny_pack.parent, web, title="Somebody's packs", key=key)
    url = f"{server}/catalog.json"
    known_catalogs.save(known_catalogs.KnownCatalogs({url: ""}, (key.public,)))
    return url


def test_a_host_lists_installs_and_removes(client: Client, url: str, user_packs: Path) -> None:
    (entry,) = client.catalog().packs
    assert (entry.id, entry.catalog, entry.installed) == ("tiny", "Somebody's packs", None)
    assert client.get_pack("tiny").id == "tiny"
    (entry,) = client.catalog().packs
    assert (entry.installed, entry.is_newer, entry.is_removable) == ("1.0.0", False, True)
    with pytest.raises(PackInstallError, match="is installed already"):
        client.get_pack("tiny")
    assert client.get_pack("tiny", replace=True).version == "1.0.0"
    with pytest.raises(PackNotFoundError):
        client.get_pack("gone")
    client.remove_pack("tiny")
    assert not (user_packs / "tiny").exists()


def test_a_host_is_told_why_nothing_can_be_had(client: Client, url: str, web: Path) -> None:
    (web / "catalog.json").write_bytes(b"{}")
    (problem,) = client.catalog().problems
    assert problem.code == "pack.catalog.signature"
    with pytest.raises(CatalogSignatureError):
        client.get_pack("tiny")
    known_catalogs.settings_path().unlink()
    with pytest.raises(CatalogError, match="no catalog of packs is known"):
        client.catalog()


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes lie elsewhere")
def test_a_pipe_in_place_of_the_list_of_catalogs_is_named(client: Client, url: str) -> None:
    path = known_catalogs.settings_path()
    kept = path.read_bytes()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(CatalogError, match=r"catalogs\.json cannot be used .*no plain file"):
        client.catalog()
    path.unlink()
    path.write_bytes(kept)
    assert [entry.id for entry in client.catalog().packs] == ["tiny"]


def test_a_full_disk_is_named_to_a_host(client: Client, url: str, user_packs: Path) -> None:
    with disk_with_room_for(2000), pytest.raises(PackInstallError, match=r"the disk is full; 0\."):
        client.get_pack("tiny")
    assert not user_packs.exists()
    assert client.get_pack("tiny").id == "tiny"


def test_a_host_adds_a_catalog_whose_key_its_user_has_seen(
    client: Client, server: str, web: Path, tiny_pack: Path
) -> None:
    ours, other = new_key(), new_key()
    make_catalog(tiny_pack.parent, web, title="Somebody's packs", key=ours)
    url = f"{server}/catalog.json"
    for key in ("", other.public.text):
        with pytest.raises(CatalogSignatureError):
            client.add_catalog(url, key)
    with pytest.raises(UsageError):
        client.add_catalog(url, "RW no key")
    with pytest.raises(CatalogError, match="only https"):
        client.add_catalog("http://localhost/catalog.json", ours.public.text)
    assert not known_catalogs.settings_path().exists(), "something was kept"
    (entry,) = client.add_catalog(url, ours.public.text).packs
    assert entry.id == "tiny"
    known = known_catalogs.load()
    assert (list(known.issued), known.keys) == ([url], (ours.public,))
    known_catalogs.save(known.without_url(url))
    (entry,) = client.add_catalog(url).packs  # by a key that is trusted now
    assert entry.id == "tiny" and list(known_catalogs.load().issued) == [url]


def test_a_key_with_the_number_of_a_trusted_one_is_not_trusted(client: Client, url: str) -> None:
    (trusted,) = known_catalogs.load().keys
    forged = replace(new_key(), id=trusted.id).public
    assert forged.name == trusted.name
    client.add_catalog(url, forged.text)  # which the trusted one has signed
    assert known_catalogs.load().keys == (trusted,)


def test_a_slow_server_holds_up_no_list_of_packs(
    backend: ServerThread, client: Client, url: str, server: str, web: Path
) -> None:
    known = known_catalogs.load()
    known_catalogs.save(known_catalogs.KnownCatalogs({f"{server}/held": ""}, known.keys))
    with connect(backend.connection, host="test", version="1") as other:
        other.hello()
        with ThreadPoolExecutor(1) as apart:
            catalog = apart.submit(other.catalog)
            assert client.packs().packs  # while the server has not answered yet
            assert not catalog.done()
            (web / "let-go").touch()
            (problem,) = catalog.result().problems
    assert "answered with an error (503)" in problem.message
