"""uv is told what pip's settings say, and its program is got out of a wheel where it is needed."""

from __future__ import annotations

import hashlib
import http.server
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from installer.environment import uv, uv_wheel
from installer.errors import PipError

PROGRAM = b"#!/bin/sh\necho uv 0.9\n"
TAG = "py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A user who has set nothing, on a machine that has set nothing either."""
    for _, _, name in uv._SETTINGS:
        monkeypatch.delenv(name, raising=False)
    for name, _, _ in uv._SETTINGS:
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "pip.conf"
    monkeypatch.setattr(uv, "_pip_files", lambda _environment: [file])
    monkeypatch.setattr(uv_wheel.sys, "platform", "linux")
    monkeypatch.setattr(uv_wheel.platform, "machine", lambda: "x86_64")
    return file


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """The address of an index with two versions of uv, one taken back, and one for Windows."""
    folder = tmp_path / "index/uv"
    folder.mkdir(parents=True)
    page = ""
    for version, tag, attribute in (
        ("0.9.10", TAG, ""),
        ("0.9.9", TAG, ""),
        ("1.0.0", TAG, " data-yanked='it deletes files'"),
        ("2.0.0", "py3-none-win_amd64", ""),
    ):
        name = f"uv-{version}-{tag}.whl"
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.writestr(f"uv-{version}.data/scripts/uv", PROGRAM + version.encode())
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        page += f"<a href='../uv/{name}#sha256={digest}'{attribute}>{name}</a>\n"
    (folder / "index.html").write_text(page)
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path / "index"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_pips_variables_are_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "/wheels https://more.example/")
    monkeypatch.setenv("PIP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("PIP_CERT", "/etc/company.pem")
    told = uv.variables()
    assert told["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert told["UV_FIND_LINKS"] == "/wheels,https://more.example/"
    assert told["HTTPS_PROXY"] == told["HTTP_PROXY"] == "http://proxy.example:3128"
    assert told["SSL_CERT_FILE"] == "/etc/company.pem"
    assert "UV_NO_INDEX" not in told


def test_a_file_of_pips_says_what_no_variable_does(
    no_settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_settings.write_text(
        "[global]\nindex-url = https://file.example/simple\nextra_index_url =\n  https://a/\n"
        "  https://b/\n[install]\nno-index = yes\n"
    )
    told = uv.variables()
    assert told["UV_DEFAULT_INDEX"] == "https://file.example/simple"
    assert told["UV_INDEX"] == "https://a/ https://b/" and told["UV_NO_INDEX"] == "1"
    monkeypatch.setenv("PIP_INDEX_URL", "https://variable.example/simple")
    monkeypatch.setenv("UV_INDEX", "https://uv.example/")
    told = uv.variables()
    assert told["UV_DEFAULT_INDEX"] == "https://variable.example/simple"
    assert told["UV_INDEX"] == "https://uv.example/"


def test_a_damaged_file_of_pips_says_nothing(no_settings: Path) -> None:
    no_settings.write_bytes(b"index-url = https://x\n[global\n\xff")
    assert "UV_DEFAULT_INDEX" not in uv.variables()


def test_the_newest_uv_for_this_machine_is_fetched_once(
    index: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", index)
    said: list[str] = []
    program = uv_wheel.fetch(tmp_path / "uv", status=said.append)
    assert program.read_bytes() == PROGRAM + b"0.9.10" and program.stat().st_mode & 0o100
    assert any("uv-0.9.10" in line for line in said)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    assert uv_wheel.fetch(tmp_path / "uv", status=said.append) == program


def test_a_wheel_that_is_not_what_the_index_says_is_refused(
    index: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", index)
    wheel = tmp_path / f"index/uv/uv-0.9.10-{TAG}.whl"
    wheel.write_bytes(wheel.read_bytes() + b"!")
    with pytest.raises(PipError, match="another SHA-256"):
        uv_wheel.fetch(tmp_path / "uv", status=lambda _words: None)
    assert not (tmp_path / "uv/uv").exists()


def test_no_index_means_that_none_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(PipError, match=f"not to be had from {tmp_path}"):
        uv_wheel.fetch(tmp_path / "uv", status=lambda _words: None)


def test_an_index_that_does_not_answer_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9")
    with pytest.raises(PipError, match="cannot be reached"):
        uv_wheel.fetch(tmp_path / "uv", status=lambda _words: None)
