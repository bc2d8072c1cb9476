"""pack.json: what is written is read back the same, and the example in the specification is one."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest

from dynamic_style.backend.packs import read_manifest
from dynamic_style.backend.packs.pack_json.manifest import (
    FORMAT,
    FileEntry,
    GoldenCheck,
    Licence,
    LossRecord,
    Manifest,
    Measurement,
    manifest_bytes,
)
from dynamic_style.backend.packs.pack_json.manifest_parser import expected_files, parse_manifest
from dynamic_style.backend.packs.pack_json.translations import DialTexts, Translation
from dynamic_style.backend.protocol.errors import PackFormatError

from ..tiny_packs import make_dial, make_manifest

STRENGTH = DialTexts("Stärke", "sanft", "stark")
GERMAN = Translation("Windiges Feld", "Lange Striche.", {"strength": STRENGTH})
LOSS = LossRecord("relu3_3", ("relu1_2", "relu4_3"), "target")
SPECIFICATION = Path(__file__).parents[3] / "weights" / "README.md"


def filled(**changes: object) -> Manifest:
    """A manifest as write_pack completes it."""
    draft = make_manifest(**changes)
    names = (*expected_files(draft), "preview.jpg", "thumbnail.webp")
    settings = tuple({dial.id: alpha for dial in draft.dials} for alpha in (0.0, 0.5, 1.0))
    return dataclasses.replace(
        draft,
        golden=GoldenCheck(settings, 1e-3),
        files={name: FileEntry("0f" * 32, 1000 + len(name)) for name in names},
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"dials": (), "measurements": ()},
        {"measurements": ()},
        {"dials": (make_dial("strength"),), "base_id": "other", "base_main_sha256": "ab" * 32},
        {"training": dataclasses.replace(make_manifest().training, loss=LOSS)},
        {"summary": "", "authors": ("Zoë", "نیما", "आर्या")},
        {"title": '<img src="file:///r.png"><b>5 < 6 & 7</b>'},  # plain text, as any other
        {"grain": 0.05, "margin_px": 16},
        {"translations": {"de": GERMAN, "pt_BR": Translation(summary="traços")}},
        {"summary": "two\nlines\tand a tab, क्‍ष with a joiner"},
    ],
)
def test_manifest_survives_json(changes: dict[str, object]) -> None:
    manifest = filled(**changes)

    assert parse_manifest(manifest_bytes(manifest), pack="pack") == manifest


@pytest.mark.parametrize(
    ("wanted", "title", "low"),
    [
        (["de_AT", "en"], "Windiges Feld", "sanft"),
        (["fr", "de"], "Windiges Feld", "sanft"),
        (["pt-BR"], "TITLE", "LOW"),  # it has the summary alone
        (["pt_PT"], "TITLE", "LOW"),
        (["en_GB", "de"], "TITLE", "LOW"),
        (["C"], "TITLE", "LOW"),
        ([], "TITLE", "LOW"),
    ],
)
def test_texts_come_in_the_first_language_that_the_pack_knows(
    wanted: list[str], title: str, low: str
) -> None:
    dial = dataclasses.replace(make_dial("strength"), label_low="LOW")
    translations = {"de": GERMAN, "pt_BR": Translation(summary="traços")}
    manifest = filled(title="TITLE", dials=(dial,), measurements=(), translations=translations)

    spoken = manifest.in_languages(wanted)

    assert (spoken.title, spoken.dials[0].label_low) == (title, low)
    assert (spoken.id, spoken.dials[0].id) == (manifest.id, "strength")
    assert (spoken.summary == "traços") == (wanted == ["pt-BR"])


@pytest.mark.parametrize(
    ("translations", "reason"),
    [
        ({"german": {}}, "'german' names no language; write it as in 'de' or 'pt_BR'"),
        ({"de": {"titel": "x"}}, "unknown key 'titel'; did you mean 'title'?"),
        ({"de": {"title": ""}}, "de.title is empty"),
        ({"de": {"title": "x" * 101}}, "at most 100"),
        ({"de": {"title": "x\u202ey"}}, "text-direction"),
        ({"de": {"dials": {"strength": {"title": "x"}}}}, "lacks 'label_low'"),
        (
            {"de": {"dials": {"scale": dataclasses.asdict(STRENGTH)}}},
            "translations.de.dials speaks of dial 'scale', which the pack does not have",
        ),
        ({f"a{chr(97 + i % 26)}{chr(97 + i // 26)}": {} for i in range(65)}, "at most 64"),
        (["de"], "where an object belongs"),
    ],
)
def test_translations_that_no_reader_could_show_are_refused(
    translations: object, reason: str
) -> None:
    members = json.loads(manifest_bytes(filled(dials=(make_dial("strength"),), measurements=())))
    members["translations"] = translations

    with pytest.raises(PackFormatError, match=re.escape(reason)):
        parse_manifest(json.dumps(members).encode(), pack="pack")


def test_manifest_of_a_written_pack_is_the_given_one(tiny_pack: Path) -> None:
    written = read_manifest(tiny_pack)

    assert dataclasses.replace(written, golden=GoldenCheck(), files={}) == make_manifest()
    assert set(written.files) == {path.name for path in tiny_pack.iterdir()} - {"pack.json"}
    assert len(written.golden.settings) == 3


def test_manifest_is_readable_json(tiny_pack: Path) -> None:
    text = (tiny_pack / "pack.json").read_text("utf-8")

    members = json.loads(text)
    assert members["format"] == FORMAT
    assert members["format_version"] == 1  # as all programs read it
    assert "星月夜" in text  # written as such, not as escapes
    assert text.count("\n") > 50  # one member a line


def test_manifest_with_a_diverged_loss_is_not_written() -> None:
    table = Measurement("strength", "photos", 1, ("alpha", "style"), ((0.0, float("nan")),))

    with pytest.raises(PackFormatError, match="NaN or infinity"):
        manifest_bytes(filled(measurements=(table,)))


def test_numbers_keep_their_last_digit() -> None:
    table = Measurement("strength", "photos", 1, ("alpha", "style"), ((0.1 + 0.2, 1e-17),))

    again = parse_manifest(manifest_bytes(filled(measurements=(table,))), pack="pack")

    assert again.measurements[0].column("style") == (1e-17,)
    assert again.measurements[0].column("alpha") == (0.30000000000000004,)


def test_licence_without_spdx_is_null_in_json() -> None:
    licences = dataclasses.replace(
        make_manifest().licences, weights=Licence(None, "ask the author", "A", "")
    )
    data = manifest_bytes(filled(licences=licences))

    assert json.loads(data)["licences"]["weights"]["spdx"] is None
    assert parse_manifest(data, pack="pack").licences.weights.spdx is None


@pytest.mark.parametrize("member", ["title", "summary", "authors"])
@pytest.mark.parametrize(
    "text", ["\x1b]0;owned\x07", "\x9b2J", "a\rb", "a\u2028b", "\u202eexe.gnp"]
)
def test_texts_that_could_steer_a_terminal_are_refused(member: str, text: str) -> None:
    value = (text,) if member == "authors" else text
    data = manifest_bytes(filled(**{member: value}))
    with pytest.raises(PackFormatError, match=rf"{member}.* control character"):
        parse_manifest(data, pack="pack")


def test_messages_name_the_pack_and_the_member() -> None:
    data = manifest_bytes(filled()).replace(b'"default": 0.5', b'"default": "half"', 1)

    with pytest.raises(PackFormatError, match=re.escape("pack 'x': pack.json.dials[0].default")):
        parse_manifest(data, pack="pack 'x'")


def test_example_in_the_specification_is_a_manifest() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", SPECIFICATION.read_text("utf-8"), re.DOTALL)

    manifest = parse_manifest(example.encode(), pack="the example")

    assert manifest.dials
    assert json.loads(manifest_bytes(manifest)).keys() >= json.loads(example).keys()


def test_specification_names_every_member() -> None:
    text = SPECIFICATION.read_text("utf-8")

    def members(value: object) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(members, value))
        if isinstance(value, dict):
            return set(value).union(*map(members, value.values()))
        return set()

    plain = filled(
        training=dataclasses.replace(make_manifest().training, steps={}, lambdas={}, loss=LOSS)
    )
    without_names = dataclasses.replace(plain, files={}, golden=GoldenCheck(({},), 1.0))
    for member in members(json.loads(manifest_bytes(without_names))) | {"sha256", "bytes"}:
        assert f"`{member}`" in text, f"{SPECIFICATION.name} says nothing of {member}"


def test_pack_without_grain_and_margin_is_one_for_readers_that_know_none() -> None:
    plain = manifest_bytes(filled())
    assert b"grain" not in plain and b"margin_px" not in plain
    with pytest.raises(PackFormatError, match=r"grain is 0\.6, outside 0"):
        parse_manifest(manifest_bytes(filled(grain=0.6)), pack="pack 'tiny'")
    with pytest.raises(PackFormatError, match="margin_px is 6, no multiple of 4"):
        parse_manifest(manifest_bytes(filled(margin_px=6)), pack="pack 'tiny'")
