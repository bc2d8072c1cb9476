"""dynamic-style packs get, by an address."""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
import threading
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from dynamic_style.backend.packs import find_pack, identify_pack, read_manifest
from dynamic_style.backend.packs.remote.download import download
from dynamic_style.backend.packs.remote.fetch import fetching_folder
from dynamic_style.backend.protocol.errors import PackInstallError

from ...cli.running_cli import Outcome, run_here
from .conftest import disk_with_room_for

Capture = pytest.CaptureFixture[bytes]


def get(capture: Capture, *arguments: object) -> Outcome:
    return run_here(capture, "packs", "get", *arguments)


def test_a_pack_is_shown_and_installed(
    capfdbinary: Capture, server: str, web: Path, tiny_pack: Path
) -> None:
    shutil.copytree(tiny_pack, web / "packs" / "tiny")
    _, sha256 = identify_pack(tiny_pack)
    outcome = get(capfdbinary, f"{server}/packs/tiny", "--yes")
    assert outcome.code == 0, outcome.stderr
    shown = outcome.stdout.decode()
    assert sha256 in shown and "MB" in shown and read_manifest(tiny_pack).title in shown
    assert identify_pack(find_pack("tiny"))[1] == sha256


@pytest.mark.parametrize("suffix", [".dynpack", ".zip"])
def test_an_archive_is_fetched(
    capfdbinary: Capture, server: str, web: Path, tiny_pack: Path, suffix: str
) -> None:
    with zipfile.ZipFile(web / f"named{suffix}", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in tiny_pack.iterdir():
            archive.write(path, path.name)
    size = (web / f"named{suffix}").stat().st_size
    outcome = get(capfdbinary, f"{server}/named{suffix}", "--yes", "--json")
    told = json.loads(outcome.stdout)
    assert (told["ok"], told["bytes"], told["pack"]["id"]) == (True, size, "tiny")


@pytest.mark.parametrize("address", ["tiny", "tiny.zip"])
def test_a_full_disk_is_named(
    capfdbinary: Capture, server: str, web: Path, tiny_pack: Path, user_packs: Path, address: str
) -> None:
    shutil.copytree(tiny_pack, web / "tiny")
    with zipfile.ZipFile(web / "tiny.zip", "w") as archive:
        for path in tiny_pack.iterdir():
            archive.write(path, path.name)
    with disk_with_room_for(2000):
        outcome = get(capfdbinary, f"{server}/{address}", "--yes")
    assert outcome.code == 3, outcome.stderr
    assert "the disk is full; 0." in outcome.stderr and "MB are needed" in outcome.stderr
    assert not user_packs.exists()


def test_where_no_folder_can_be_made_for_it_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)  # it is looked for anew
    with (
        disk_with_room_for(0),
        pytest.raises(PackInstallError, match=r"\(No usable temporary .*; free some space there"),
        fetching_folder(),
    ):
        pass


def test_a_name_on_a_hub_is_found_in_its_newest_or_a_named_revision(
    capfdbinary: Capture,
    server: str,
    web: Path,
    tiny_pack: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DYNAMIC_STYLE_HUB", server)
    shutil.copytree(tiny_pack, web / "painter" / "tiny.pack" / "resolve" / "main")
    assert get(capfdbinary, "painter/tiny.pack", "--yes").code == 0
    old = get(capfdbinary, "painter/tiny.pack@v1", "--yes", "--replace")
    assert old.code == 3
    assert "/painter/tiny.pack/resolve/v1/pack.json: there is nothing" in old.stderr


def test_only_the_pack_that_was_meant_is_installed(
    capfdbinary: Capture, server: str, web: Path, tiny_pack: Path
) -> None:
    shutil.copytree(tiny_pack, web / "tiny")
    _, sha256 = identify_pack(tiny_pack)
    other = get(capfdbinary, f"{server}/tiny/", "--sha256", "0" * 64)
    assert other.code == 3
    assert "Nothing was installed" in other.stderr
    assert get(capfdbinary, f"{server}/tiny/pack.json", "--sha256", sha256.upper()).code == 0


def test_nobody_to_ask_is_no_yes(
    capfdbinary: Capture,
    server: str,
    web: Path,
    tiny_pack: Path,
    user_packs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(tiny_pack, web / "tiny")
    outcome = get(capfdbinary, f"{server}/tiny")
    assert outcome.code == 2
    assert "--sha256" in outcome.stderr
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    for answer, code, is_there in (("n", 0, False), ("", 0, False), ("y", 0, True)):
        monkeypatch.setattr("builtins.input", lambda answer=answer: answer)
        assert get(capfdbinary, f"{server}/tiny").code == code
        assert (user_packs / "tiny").is_dir() is is_there


def test_what_was_changed_on_the_server_is_refused(
    capfdbinary: Capture, server: str, web: Path, tiny_pack: Path, user_packs: Path
) -> None:
    shutil.copytree(tiny_pack, web / "tiny")
    weights = web / "tiny" / "main.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    outcome = get(capfdbinary, f"{server}/tiny", "--yes")
    assert outcome.code == 3
    assert "main.safetensors has the hash" in outcome.stderr
    weights.write_bytes(data * 2)
    assert "more than the" in get(capfdbinary, f"{server}/tiny", "--yes").stderr
    assert not user_packs.exists()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/nothing", "there is nothing at that address (404)"),
        ("/error", "answered with an error (503)"),
        ("/cut", "the connection broke in the middle"),
        ("/to/http://localhost:9/pack", "only https addresses"),
        ("/to/file:///etc/passwd", "only https addresses"),
    ],
)
def test_what_servers_do_is_told(server: str, path: str, said: str) -> None:
    with pytest.raises(PackInstallError) as caught:
        download(server + path, limit=1000)
    assert said in str(caught.value)


@pytest.mark.parametrize("path", ["/slow", "/drip"])
def test_a_server_that_drips_is_not_waited_for(server: str, path: str) -> None:
    """Each byte comes well before the server would count as silent."""
    with pytest.raises(PackInstallError, match=r"not all of it came within 0\.3 s"):
        download(server + path, limit=100_000, whole_s=0.3)


def test_a_server_that_never_agrees_on_tls_is_not_waited_for() -> None:
    """It sends the head of a long TLS record, and then a byte of it now and then."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(30)

        def drip() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.sendall(b"\x16\x03\x03\x3f\xff")
                for _ in range(400):
                    connection.sendall(b"\0")
                    time.sleep(0.02)

        dripping = threading.Thread(target=drip)
        dripping.start()
        with pytest.raises(PackInstallError, match=r"not all of it came within 0\.3 s"):
            download(f"https://127.0.0.1:{listening.getsockname()[1]}/", limit=10, whole_s=0.3)
        dripping.join(30)
        assert not dripping.is_alive()


def test_redirects_to_https_are_followed(server: str, web: Path) -> None:
    (web / "file").write_bytes(b"there")
    assert download(f"{server}/to/{server}/file", limit=5) == b"there"
    with pytest.raises(PackInstallError, match="more than the 4 bytes"):
        download(f"{server}/file", limit=4)


def test_a_server_that_cannot_prove_who_it_is_is_refused(
    server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    with pytest.raises(PackInstallError, match="cannot prove who it is"):
        download(f"{server}/file", limit=5)
    with pytest.raises(PackInstallError, match="cannot prove who it is"):
        download(server.replace("localhost", "127.0.0.1"), limit=5)


@pytest.mark.parametrize(
    "address", ["http://example.org/tiny", "ftp://x/y", "tiny", "a/b/c", "https://[", "https://:1/"]
)
def test_other_addresses_are_refused(capfdbinary: Capture, address: str) -> None:
    outcome = get(capfdbinary, address, "--yes")
    assert outcome.code == 3
    assert "https" in outcome.stderr


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(PackInstallError, match="check the address, and the network"):
        download("https://localhost:9/pack", limit=5)
    with pytest.raises(PackInstallError, match="the server is not found"):
        download("https://nowhere.invalid/pack", limit=5)
