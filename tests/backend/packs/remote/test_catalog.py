"""Catalogs: published, trusted, shown, installed from, and refused where anything is not signed."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import stat
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from dynamic_style.backend.packs import identify_pack, read_manifest
from dynamic_style.backend.packs.folder_writer import pack_archive
from dynamic_style.backend.packs.remote import known_catalogs
from dynamic_style.backend.packs.remote.catalog import Catalog, CatalogEntry, parse_catalog
from dynamic_style.backend.packs.remote.make_catalog import load_key
from dynamic_style.backend.packs.remote.minisign import sign
from dynamic_style.backend.protocol.errors import CatalogError

from ...cli.running_cli import Outcome, run_here

Capture = pytest.CaptureFixture[bytes]


def packs(capture: Capture, *arguments: object) -> Outcome:
    return run_here(capture, "packs", *arguments)


class Publisher:
    """Somebody with packs, a key, and a server."""

    def __init__(self, capture: Capture, folder: Path, web: Path, server: str) -> None:
        self._capture = capture
        self.packs = folder / "packs"
        self.web = web
        self.url = f"{server}/catalog.json"
        made = packs(capture, "make-key", folder / "mine")
        assert made.code == 0, made.stderr
        self.key_file = folder / "mine.key"
        self.key = made.stdout.decode().strip()

    def publish(self, *, key: Path | None = None) -> None:
        arguments = ("make-catalog", self.packs, self.web, "--title", "My packs")
        made = packs(self._capture, *arguments, "--key", key or self.key_file)
        assert made.code == 0, made.stderr

    def edit(self, **changes: Any) -> None:
        """Change the catalog's one pack, and sign it as it is then."""
        file = self.web / "catalog.json"
        document = json.loads(file.read_text())
        document["packs"][0] |= {name: v for name, v in changes.items() if name != "issued"}
        if "issued" in changes:
            document["issued"] = changes["issued"]
        file.write_text(json.dumps(document))
        signed = sign(file.read_bytes(), load_key(self.key_file), comment="edited")
        (self.web / "catalog.json.minisig").write_text(signed)


@pytest.fixture
def publisher(
    capfdbinary: Capture, tmp_path: Path, server: str, web: Path, tiny_pack: Path
) -> Publisher:
    """Who has published the tiny pack."""
    folder = tmp_path / "publisher"
    folder.mkdir()
    publisher = Publisher(capfdbinary, folder, web, server)
    shutil.copytree(tiny_pack, publisher.packs / "tiny")
    publisher.publish()
    return publisher


@pytest.fixture
def trusted(capfdbinary: Capture, publisher: Publisher) -> Publisher:
    """Whose key is trusted and whose catalog was added."""
    assert packs(capfdbinary, "trust", publisher.key).code == 0
    added = packs(capfdbinary, "catalog", publisher.url, "--add")
    assert added.code == 0, added.stderr
    return publisher


def newer(pack: Path, version: str) -> None:
    """Give a pack's folder another version."""
    file = pack / "pack.json"
    manifest = json.loads(file.read_text())
    manifest["version"] = version
    file.write_text(json.dumps(manifest))


def test_nothing_comes_with_the_program(capfdbinary: Capture) -> None:
    shown = packs(capfdbinary, "catalog")
    assert shown.code == 0
    assert "no catalog of packs is known, and none comes with the program" in shown.stderr
    assert "no key is trusted" in packs(capfdbinary, "trust").stderr
    got = packs(capfdbinary, "get", "tiny")
    assert got.code == 3
    assert "no catalog of packs is known" in got.stderr and "https" in got.stderr
    assert packs(capfdbinary, "update").code == 3


def test_a_pack_is_found_and_installed_by_its_id(
    capfdbinary: Capture, trusted: Publisher, tiny_pack: Path, user_packs: Path
) -> None:
    shown = packs(capfdbinary, "catalog").stdout.decode()
    assert "My packs" in shown and "tiny" in shown and "CC0-1.0" in shown and "MB" in shown
    got = packs(capfdbinary, "get", "tiny")
    assert got.code == 0, got.stderr
    assert identify_pack(user_packs / "tiny")[1] == identify_pack(tiny_pack)[1]
    assert "; installed" in packs(capfdbinary, "catalog").stdout.decode()
    assert "is installed already" in packs(capfdbinary, "get", "tiny").stderr
    listed = json.loads(packs(capfdbinary, "catalog", "--json").stdout)
    (entry,) = listed["catalogs"][0]["packs"]
    assert (entry["id"], entry["installed"]) == ("tiny", read_manifest(tiny_pack).version)


def test_newer_versions_are_told_and_installed(
    capfdbinary: Capture, trusted: Publisher, user_packs: Path
) -> None:
    assert packs(capfdbinary, "get", "tiny").code == 0
    assert "are the newest" in packs(capfdbinary, "update").stderr
    newer(trusted.packs / "tiny", "1.10.0")
    trusted.publish()
    newer(trusted.packs / "tiny", "1.9.0")
    told = packs(capfdbinary, "update")
    assert told.code == 0
    assert "tiny: 1.0.0 is installed, 1.10.0 can be had" in told.stdout.decode()
    assert read_manifest(user_packs / "tiny").version == "1.0.0"
    done = packs(capfdbinary, "update", "tiny", "--install")
    assert done.code == 0, done.stderr
    assert read_manifest(user_packs / "tiny").version == "1.10.0"
    trusted.publish()  # 1.9.0, which is older: ten is more than nine
    assert json.loads(packs(capfdbinary, "update", "--json").stdout)["updates"] == []
    assert packs(capfdbinary, "update", "gone").code == 3


def test_a_catalog_is_read_by_who_trusts_its_key_alone(
    capfdbinary: Capture, publisher: Publisher, tmp_path: Path
) -> None:
    shown = packs(capfdbinary, "catalog", publisher.url, "--json")
    error = json.loads(shown.stdout)["error"]
    assert (shown.code, error["code"]) == (3, "pack.catalog.signature")
    assert "which you do not trust" in error["message"]
    key_file = publisher.key_file.with_suffix(".pub")
    assert packs(capfdbinary, "trust", key_file).code == 0
    assert packs(capfdbinary, "catalog", publisher.url).code == 0
    assert publisher.key in packs(capfdbinary, "trust").stdout.decode()
    assert packs(capfdbinary, "trust", publisher.key, "--revoke").code == 0
    assert packs(capfdbinary, "catalog", publisher.url).code == 3
    assert packs(capfdbinary, "trust", publisher.key, "--revoke").code == 2


def test_whoever_changes_a_catalog_is_found_out(
    capfdbinary: Capture, trusted: Publisher, user_packs: Path
) -> None:
    catalog = trusted.web / "catalog.json"
    catalog.write_bytes(catalog.read_bytes().replace(b"My packs", b"My pacts"))
    got = packs(capfdbinary, "get", "tiny", "--json")
    error = json.loads(got.stdout)["error"]
    assert error["code"] == "pack.catalog.signature"
    assert "is not what the key" in error["message"]
    assert not user_packs.exists()


def test_a_catalog_without_a_signature_is_refused(capfdbinary: Capture, trusted: Publisher) -> None:
    (trusted.web / "catalog.json.minisig").unlink()
    assert "has no signature that can be fetched" in packs(capfdbinary, "catalog").stderr
    (trusted.web / "catalog.json.minisig").write_text("untrusted comment: none\n")
    assert "is none that minisign makes" in packs(capfdbinary, "catalog").stderr


def test_a_pack_that_was_changed_on_the_server_is_refused(
    capfdbinary: Capture, trusted: Publisher, user_packs: Path
) -> None:
    file = trusted.web / "tiny-1.0.0.dynpack"
    data = bytearray(file.read_bytes())
    data[-30] ^= 1
    file.write_bytes(data)
    got = packs(capfdbinary, "get", "tiny")
    assert got.code == 3
    assert "not the" in got.stderr and "that the signed catalog names" in got.stderr
    file.write_bytes(data[:-1])
    assert "that the signed catalog names" in packs(capfdbinary, "get", "tiny").stderr
    assert not user_packs.exists()


def test_a_pack_that_is_another_one_than_listed_is_refused(
    capfdbinary: Capture, trusted: Publisher, user_packs: Path
) -> None:
    trusted.edit(id="other")
    assert "not the other 1.0.0" in packs(capfdbinary, "get", "other").stderr
    trusted.edit(id="tiny", version="2.0.0")
    assert "not the tiny 2.0.0" in packs(capfdbinary, "get", "tiny").stderr
    assert not user_packs.exists()


def test_an_older_catalog_than_was_seen_is_refused(
    capfdbinary: Capture, trusted: Publisher
) -> None:
    trusted.edit(issued="2999-01-01T00:00:00Z")
    assert packs(capfdbinary, "catalog").code == 0
    trusted.edit(issued="2998-01-01T00:00:00Z")
    shown = packs(capfdbinary, "catalog")
    assert shown.code == 3
    assert "somebody may be serving an old one" in shown.stderr


def test_what_works_is_shown_beside_what_does_not(capfdbinary: Capture, trusted: Publisher) -> None:
    shutil.copytree(trusted.web, trusted.web / "second")
    second = trusted.url.replace("catalog.json", "second/catalog.json")
    assert packs(capfdbinary, "catalog", second, "--add").code == 0
    shutil.rmtree(trusted.web / "second")
    shown = packs(capfdbinary, "catalog")
    assert shown.code == 3
    assert "tiny" in shown.stdout.decode() and "there is nothing at that address" in shown.stderr
    assert packs(capfdbinary, "get", "tiny").code == 0
    assert packs(capfdbinary, "catalog", second, "--drop").code == 0
    assert packs(capfdbinary, "catalog").code == 0
    assert packs(capfdbinary, "catalog", second, "--drop").code == 2


def test_a_catalog_is_looked_at_once_without_being_added(
    capfdbinary: Capture, publisher: Publisher
) -> None:
    assert packs(capfdbinary, "trust", publisher.key).code == 0
    assert packs(capfdbinary, "get", "tiny", "--catalog", publisher.url).code == 0
    assert known_catalogs.load().issued == {}
    near = packs(capfdbinary, "get", "tinny", "--catalog", publisher.url)
    assert near.code == 3
    assert "did you mean 'tiny'?" in near.stderr


@pytest.mark.parametrize("url", ["http://localhost/catalog.json", "file:///etc/passwd"])
def test_only_https_is_asked(capfdbinary: Capture, trusted: Publisher, url: str) -> None:
    assert "only https addresses" in packs(capfdbinary, "catalog", url, "--add").stderr
    assert url not in known_catalogs.load().issued
    trusted.edit(url="http://localhost/tiny.dynpack")
    assert "only https addresses" in packs(capfdbinary, "catalog").stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "../up"}, "expected an id"),
        ({"bytes": 0}, "bytes is 0"),
        ({"bytes": 1 << 40}, "outside 1"),
        ({"sha256": "A" * 64}, "expected a SHA-256"),
        ({"version": "1"}, "expected a version"),
        ({"task": "mining"}, "task is 'mining'"),
        ({"title": "a\u202eb"}, "text-direction"),
        ({"extra": 1}, "unknown key 'extra'"),
    ],
)
def test_signed_nonsense_is_refused(
    capfdbinary: Capture, trusted: Publisher, changes: dict[str, Any], said: str
) -> None:
    trusted.edit(**changes)
    shown = packs(capfdbinary, "catalog", "--json")
    (error,) = json.loads(shown.stdout)["errors"]
    assert (shown.code, error["code"]) == (3, "pack.catalog")
    assert said in error["message"]
    assert "tell whoever publishes the catalog" in error["message"]


def catalog_of(*entries: CatalogEntry) -> bytes:
    from dynamic_style.backend.packs.remote.catalog import catalog_bytes

    return catalog_bytes("Some packs", "2026-01-31T12:00:00Z", entries)


ENTRY = CatalogEntry(
    "tiny", "1.0.0", "Tiny", "", "style_transfer", "CC0-1.0", 9, "0" * 64, "tiny.dynpack"
)
URL = "https://example.org/packs/catalog.json"


def test_addresses_are_those_beside_the_catalog() -> None:
    read: Catalog = parse_catalog(catalog_of(ENTRY), url=URL, key="")
    assert read.packs == (dataclasses.replace(ENTRY, url="https://example.org/packs/tiny.dynpack"),)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{}", "it is no catalog"),
        (b"[", "is not JSON"),
        (catalog_of().replace(b'"format_version": 1', b'"format_version": 2'), "update Dynamic"),
        (catalog_of(ENTRY, ENTRY), "lists 'tiny' twice"),
    ],
)
def test_what_is_no_catalog_is_told(data: bytes, said: str) -> None:
    with pytest.raises(CatalogError, match=said):
        parse_catalog(data, url=URL, key="")


def test_archives_and_folders_are_published_as_archives(
    capfdbinary: Capture, publisher: Publisher, tiny_addon: Path
) -> None:
    pack_archive(tiny_addon, publisher.packs / "an add-on.dynpack")
    (publisher.packs / "notes.txt").write_text("no pack")
    publisher.publish()
    assert sorted(path.name for path in publisher.web.glob("*.dynpack")) == [
        "tiny-1.0.0.dynpack",
        "tiny-addon-1.0.0.dynpack",
    ]
    assert zipfile.is_zipfile(publisher.web / "tiny-1.0.0.dynpack")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_a_secret_key_is_for_its_owner_alone_and_never_overwritten(
    capfdbinary: Capture, publisher: Publisher
) -> None:
    assert stat.S_IMODE(os.stat(publisher.key_file).st_mode) == 0o600  # noqa: PTH116
    before = publisher.key_file.read_bytes()
    again = packs(capfdbinary, "make-key", publisher.key_file.with_suffix(""))
    assert again.code == 2
    assert publisher.key_file.read_bytes() == before


def test_what_cannot_be_published_is_told(
    capfdbinary: Capture, publisher: Publisher, tiny_pack: Path, tmp_path: Path
) -> None:
    def make(folder: Path, *key: object) -> Outcome:
        return packs(capfdbinary, "make-catalog", folder, tmp_path / "out", "--title", "T", *key)

    empty = tmp_path / "empty"
    empty.mkdir()
    assert "holds no packs" in make(empty).stderr
    assert "does not exist" in make(tmp_path / "gone").stderr
    shutil.copytree(tiny_pack, publisher.packs / "twice")
    assert "are both 'tiny'" in make(publisher.packs).stderr
    shutil.rmtree(publisher.packs / "twice")
    assert "cannot be read" in make(publisher.packs, "--key", tmp_path / "no.key").stderr
    assert "no secret key" in make(publisher.packs, "--key", tiny_pack / "pack.json").stderr
    unsigned = make(publisher.packs)
    assert unsigned.code == 0
    assert "not signed yet" in unsigned.stderr


def test_settings_that_cannot_be_read_are_never_guessed(
    capfdbinary: Capture, trusted: Publisher
) -> None:
    known_catalogs.settings_path().write_text('{"catalogs": [], "keys": ["RWfoo"]}')
    shown = packs(capfdbinary, "catalog")
    assert shown.code == 3
    assert "cannot be used" in shown.stderr
