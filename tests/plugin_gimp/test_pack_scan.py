"""The packs that GIMP offers as choices, found without starting anything."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from dynamic_style.backend.packs import store
from dynamic_style.backend.protocol.process import user_folders

from .conftest import ROOT, Plugin


@pytest.fixture
def config_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    monkeypatch.setenv(user_folders.CONFIG_VARIABLE, str(folder))
    monkeypatch.setenv(store.PACKS_VARIABLE, str(tmp_path / "packs"))
    return folder


def ids(plugin: Plugin, task: str = "style_transfer") -> list[str]:
    return [pack.id for pack in plugin.pack_scan.known_packs(task)]


def test_shipped_packs_are_found_by_the_record(plugin: Plugin, config_folder: Path) -> None:
    assert ids(plugin) == []  # nothing is installed, and that is no error here
    record = {"interpreter": "/nowhere/bin/python", "packs": str(ROOT / "weights")}
    (config_folder / "backend.json").write_text(json.dumps(record))
    shipped = {p.id for p in store.list_packs() if p.is_shipped}
    styles, fills = ids(plugin), ids(plugin, "completion")
    faces = ids(plugin, "generation")
    assert set(styles) | set(fills) | set(faces) == shipped
    assert faces == ["avatars"]
    assert fills == ["photo-fill"]
    assert "photo-fill" not in styles
    (pack,) = [p for p in plugin.pack_scan.known_packs("style_transfer") if p.id == "starry-night"]
    assert pack.title == "The Starry Night"


def test_packs_are_called_as_they_are_in_the_users_language(
    plugin: Plugin, config_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = {"interpreter": "/nowhere/bin/python", "packs": str(ROOT / "weights")}
    (config_folder / "backend.json").write_text(json.dumps(record))
    monkeypatch.setenv("LANGUAGE", "fr_CA:de")
    titles = {pack.id: pack.title for pack in plugin.pack_scan.known_packs("style_transfer")}
    assert titles["the-scream"] == "Le Cri"
    assert titles["starry-night"] == "La Nuit étoilée"


@pytest.mark.parametrize("library", ["lib/python3.13", "Lib"])
def test_shipped_packs_are_found_in_the_environment(
    plugin: Plugin, config_folder: Path, tmp_path: Path, library: str
) -> None:
    environment = tmp_path / "environment"
    folder = environment / library / "site-packages/dynamic_style/weights"
    shutil.copytree(ROOT / "weights/starry-night", folder / "starry-night")
    record = {"interpreter": str(environment / "bin/python3")}
    (config_folder / "backend.json").write_text(json.dumps(record))
    assert ids(plugin) == ["starry-night"]


def test_the_users_packs_are_where_the_backend_installs_them(
    plugin: Plugin, config_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert plugin.pack_scan.user_packs_folder() == store.user_packs_folder()
    monkeypatch.delenv(store.PACKS_VARIABLE)
    assert plugin.pack_scan.user_packs_folder() == store.user_packs_folder()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert plugin.pack_scan.user_packs_folder() == store.user_packs_folder()


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "[" * 900_000, '{"id": "other"}'),
        '{"id": 1, "title": "", "summary": "", "task": ""}',
        r'{"id": "broken", "title": "a\ud800", "summary": "", "task": "style_transfer"}',
        r'{"id": "broken", "title": "a", "summary": "b\u0000", "task": "style_transfer"}',
        r'{"id": "broken", "title": "a", "summary": "", "task": "style_transfer\udfff"}',
        '{"id": "broken", "title": "a", "summary": "", "task": "x", "translations": 7}',
    ],
)
def test_what_is_no_pack_is_left_aside(
    plugin: Plugin, config_folder: Path, tmp_path: Path, text: str
) -> None:
    for name, content in (("broken", text), ("good", None)):
        pack = tmp_path / "packs" / name
        pack.mkdir(parents=True)
        members = {"id": name, "title": "T", "summary": "1\n2", "task": "style_transfer"}
        (pack / "pack.json").write_text(json.dumps(members) if content is None else content)
    (config_folder / "backend.json").write_text("no JSON")
    assert ids(plugin) == ["good"]


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes lie elsewhere")
def test_a_pipe_in_a_files_place_holds_up_no_start_of_gimp(
    plugin: Plugin, config_folder: Path, tmp_path: Path
) -> None:
    for name in ("good", "pipe"):
        (tmp_path / "packs" / name).mkdir(parents=True)
    members = {"id": "good", "title": "T", "summary": "", "task": "style_transfer"}
    (tmp_path / "packs/good/pack.json").write_text(json.dumps(members))
    os.mkfifo(tmp_path / "packs/pipe/pack.json")
    os.mkfifo(config_folder / "backend.json")
    assert ids(plugin) == ["good"]


def test_gimp_asks_again_once_packs_have_changed(
    plugin: Plugin, config_folder: Path, tmp_path: Path
) -> None:
    script = tmp_path / "dynamic-style.py"
    script.touch()
    os.utime(script, (1000, 1000))
    plugin.pack_scan.let_gimp_ask_again(script)  # nothing is there at all
    assert script.stat().st_mtime == 1000
    (tmp_path / "packs").mkdir()
    os.utime(tmp_path / "packs", (900, 900))
    plugin.pack_scan.let_gimp_ask_again(script)
    assert script.stat().st_mtime == 1000
    os.utime(tmp_path / "packs", (1100, 1100))
    plugin.pack_scan.let_gimp_ask_again(script)
    assert script.stat().st_mtime > 1100


@pytest.mark.parametrize(
    "text",
    [
        *("", "no JSON", "[" * 60_000, "[]", '"packs"', '{"packs": 1}'),
        r'{"interpreter": "/nowhere\ud800/bin/python", "packs": "/a\u0000b"}',
    ],
)
def test_a_record_that_cannot_be_used_costs_only_the_shipped_packs(
    plugin: Plugin, config_folder: Path, tmp_path: Path, text: str
) -> None:
    pack = tmp_path / "packs/good"
    pack.mkdir(parents=True)
    members = {"id": "good", "title": "T", "summary": "", "task": "style_transfer"}
    (pack / "pack.json").write_text(json.dumps(members))
    (config_folder / "backend.json").write_text(text)
    assert ids(plugin) == ["good"]
    plugin.pack_scan.let_gimp_ask_again(tmp_path / "none.py")
    with pytest.raises(plugin.errors.BackendError, match="installer"):
        plugin.launch.read_record()
