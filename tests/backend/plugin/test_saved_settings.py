"""Settings survive a session, two hosts, a damaged file and a read-only folder."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import pytest

from dynamic_style.backend.plugin.saved_settings import (
    Settings,
    change_settings,
    load_settings,
    settings_path,
)

from .samples import recipe


@pytest.fixture(autouse=True)
def own_folder(runtime_folder: Path) -> None:
    """The configuration folder of the test's own."""


def test_without_a_file_they_are_fresh() -> None:
    assert load_settings() == Settings()
    assert not settings_path().parent.exists()


def test_a_run_is_remembered() -> None:
    change_settings(lambda settings: settings.with_run(recipe(pack="a")))
    change_settings(lambda settings: settings.with_run(recipe(pack="b")))
    change_settings(lambda settings: settings.with_run(recipe(pack="a", dials={"x": (1.0, 2.0)})))
    settings = load_settings()
    assert settings.recent_packs == ("a", "b")
    assert settings.last_recipe == recipe(pack="a", dials={"x": (1.0, 2.0)})
    assert settings.dials == {}


def test_dials_are_remembered_until_they_are_back_where_the_pack_begins() -> None:
    change_settings(lambda settings: settings.with_dials("a", {"x": (1.0, 2.0)}))
    change_settings(lambda settings: settings.with_dials("b", {"y": (0.5,)}))
    assert load_settings().dials == {"a": {"x": (1.0, 2.0)}, "b": {"y": (0.5,)}}
    change_settings(lambda settings: settings.with_dials("a", {}))
    assert load_settings().dials == {"b": {"y": (0.5,)}}


def test_changes_at_the_same_time_are_all_kept() -> None:
    names = [f"krita.{number}" for number in range(16)]

    def choose(name: str) -> None:
        change_settings(lambda settings: settings.with_choice(name, "yes"))

    threads = [threading.Thread(target=choose, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert set(load_settings().choices) == set(names)


def test_what_another_host_has_written_meanwhile_is_kept() -> None:
    stale = load_settings()
    change_settings(lambda settings: settings.with_choice("krita.taps", "open"))
    change_settings(lambda settings: settings.with_choice("gimp.taps", "shut"))
    assert stale.choices == {}
    assert load_settings().choices == {"krita.taps": "open", "gimp.taps": "shut"}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"version": 2}', '{"version": "1"}', "\0" * 9])
def test_a_file_that_cannot_be_read_is_kept_aside(text: str) -> None:
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text(text)
    assert load_settings() == Settings()
    assert settings_path().read_text() == text
    change_settings(lambda settings: settings.with_choice("a", "b"))
    assert load_settings().choices == {"a": "b"}
    assert settings_path().with_name("panel.json.old").read_text() == text


def test_damaged_members_cost_only_themselves() -> None:
    members = {
        "version": 1,
        "last_recipe": {"version": 1},
        "dials": {"good": {"d": [0.5]}, "bad": {"d": "x"}, "worse": 3},
        "recent_packs": ["a", 3],
        "choices": {"a": "b", "c": 4},
    }
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text(json.dumps(members))
    assert load_settings() == Settings(None, {"good": {"d": (0.5,)}}, ("a",), {"a": "b"})


def test_members_that_no_panel_wrote_are_left_aside() -> None:
    members = {
        "version": 1,
        "last_recipe": {**json.loads(recipe().to_json()), "pack_title": "half \ud800"},
        "dials": {"huge": {"d": [10**400]}, "half \ud800": {"d": [0.5]}, "good": {"d": [1]}},
        "recent_packs": ["half \ud800", "a"],
        "choices": {"half \ud800": "b", "a": "\udfff", "c": "d"},
    }
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text(json.dumps(members))
    changed = change_settings(lambda settings: settings.with_choice("e", "f"))
    assert changed == Settings(None, {"good": {"d": (1.0,)}}, ("a",), {"c": "d", "e": "f"})
    assert load_settings() == changed


def test_half_a_character_from_a_host_costs_nothing_else() -> None:
    change_settings(lambda settings: settings.with_choice("layer", "x\ud800"))
    assert load_settings().choices == {"layer": "x?"}


def test_where_nothing_can_be_written_nothing_is_raised() -> None:
    settings_path().parent.parent.mkdir(parents=True, exist_ok=True)
    settings_path().parent.write_text("a file where the folder should be")
    changed = change_settings(lambda settings: settings.with_choice("a", "b"))
    assert changed.choices == {"a": "b"}
    assert load_settings() == Settings()


def test_without_a_known_folder_they_are_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DYNAMIC_STYLE_CONFIG")
    monkeypatch.setenv("HOME", "not/absolute")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("USERPROFILE", "not/absolute")
    changed = change_settings(lambda settings: settings.with_choice("a", "b"))
    assert changed.choices == {"a": "b"}
    assert load_settings() == Settings()


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes lie elsewhere")
def test_a_pipe_in_their_place_keeps_nobody_waiting() -> None:
    settings_path().parent.mkdir(parents=True)
    os.mkfifo(settings_path())
    assert load_settings() == Settings()


def test_no_part_file_is_left() -> None:
    change_settings(lambda settings: settings.with_choice("a", "b"))
    assert [path.name for path in settings_path().parent.iterdir()] == ["panel.json"]
