"""A pack's README.md: what people and hubs read of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from dynamic_style.backend.packs import Licence, read_manifest, shipped_packs_folder
from dynamic_style.training.claims import Claim
from dynamic_style.training.pack_card import make_card

SHIPPED = sorted(path.name for path in shipped_packs_folder().glob("[a-z]*-*") if path.is_dir())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_card_says_what_the_manifest_says(name: str) -> None:
    manifest = read_manifest(shipped_packs_folder() / name)
    card = make_card(manifest)
    assert f"--pack {name}" in card
    for dial in manifest.dials:
        assert f"| `{dial.id}`: {dial.title} | {dial.label_low} | {dial.label_high} |" in card
    for licence in (*manifest.licences.style_images, *manifest.licences.training_data):
        assert licence.author.split(",")[0] in card.replace("\\", "")
    for table in manifest.measurements:
        assert f"| {' | '.join(table.columns)} |" in card


def test_hubs_find_licence_and_kind_at_the_top(tmp_path: Path) -> None:
    manifest = read_manifest(shipped_packs_folder() / "the-scream")
    lines = make_card(manifest).splitlines()
    assert lines[0] == "---"
    top = lines[1 : lines.index("---", 1)]
    assert top[:2] == ["license: cc0-1.0", "pipeline_tag: image-to-image"]
    own = Licence(spdx="CC-BY-4.0 AND MIT", note="", author="", source="")
    other = dataclasses.replace(
        manifest, licences=dataclasses.replace(manifest.licences, weights=own)
    )
    assert make_card(other).splitlines()[1] == "license: other"


def test_promises_that_fail_are_said() -> None:
    manifest = read_manifest(shipped_packs_folder() / "the-scream")
    claims = (Claim("style falls", True), Claim("nothing is clipped", False))
    kept, failed = make_card(manifest, claims).split("Promises that are NOT kept:")
    assert "- style falls" in kept
    assert "- nothing is clipped" in failed


def test_texts_of_a_pack_are_no_markup() -> None:
    manifest = read_manifest(shipped_packs_folder() / "the-scream")
    sly = dataclasses.replace(
        manifest, title="<img src=x> [a](b) | c", summary="# one\n![two](three)\n---\n1. &lt;"
    )
    card = make_card(sly)
    assert "# \\<img src=x\\> \\[a\\]\\(b\\) \\| c\n" in card
    assert "\\# one" in card
    assert "\\!\\[two\\]\\(three\\)" in card
    assert "\n\\---  \n1\\. \\&lt;  \n" in card, "neither a rule nor an item nor a sign"


def test_sources_lead_where_they_say() -> None:
    manifest = read_manifest(shipped_packs_folder() / "the-scream")
    address = "https://example.org/File:Van_Gogh_(1889).jpg"

    def sourced(source: str) -> str:
        weights = dataclasses.replace(manifest.licences.weights, source=source)
        licences = dataclasses.replace(manifest.licences, weights=weights)
        return make_card(dataclasses.replace(manifest, licences=licences))

    assert f"; <{address}>." in sourced(address)
    assert "; a \\<b\\>." in sourced("a <b>")
