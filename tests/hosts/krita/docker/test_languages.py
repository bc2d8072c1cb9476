"""The panel in each of its languages, at 250 pixels, in the real Krita: nothing is cut off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ....catalogs import LANGUAGES
from ...debian.inside import CHECKOUT
from ...one_root import IN_TRIXIE
from ..person import DOCKER, Person

DRIVER = Path(__file__).resolve().parents[2] / "driver/krita_cut_texts.py"
NARROW_PX = (250, 860)
LAID_OUT_S = "0.15"
CONTROLLER = f"find_widget('{DOCKER}').controller"
TROUBLE = (
    "from dynamic_style_krita.protocol import errors\n"
    f"{CONTROLLER}.last_error.show(errors.{{kind}}('a backend'))"
)
CHOOSE = (
    f"state = {CONTROLLER}.state\n"
    "pack = [pack for pack in state.packs if pack.id == {pack!r}][0]\n"
    f"{CONTROLLER}.choose_task([task for task in state.tasks if task.id == pack.task][0])\n"
    f"{CONTROLLER}.choose_pack(pack.id)"
)


@pytest.fixture
def polyglot(ready: Person) -> Iterator[Person]:
    ready.look(DRIVER.read_text(encoding="utf-8"))
    ready.look(f"kept = list({CONTROLLER}.state.packs)")
    yield ready
    ready.look(
        "begin_speaking('')\n"
        f"{CONTROLLER}.last_error.clear()\n"
        f"{CONTROLLER}.state.set_packs(kept, [], recent=[])\n"
        f"{CONTROLLER}.packs_changed.emit()\n"
        f"{CONTROLLER}.choose_task({CONTROLLER}.state.tasks[0])"
    )


@IN_TRIXIE
def test_no_text_is_cut_off_in_any_language(polyglot: Person) -> None:
    cut: dict[str, Any] = {}
    for language in LANGUAGES:
        polyglot.look(f"begin_speaking({language!r})\nname_packs({said_by_packs(language)!r})")
        polyglot.look(f"open_another(*{NARROW_PX})")
        for pack in sorted(said_by_packs(language)):
            polyglot.look(CHOOSE.format(pack=pack))
            cut |= seen_in_part(polyglot, f"{language} {pack}")
        polyglot.look(CHOOSE.format(pack="starry-night") + "\nanother.open_frames()")
        cut |= seen_in_part(polyglot, f"{language} frames")
        for kind in ("ConnectionLostError", "ProtocolVersionError", "PackNotFoundError"):
            polyglot.look(TROUBLE.format(kind=kind))
            cut |= seen_in_part(polyglot, f"{language} {kind}")
        polyglot.desk.display.screenshot(f"narrow-{language}")
        polyglot.look(f"{CONTROLLER}.last_error.clear()\nclose_another()\nbegin_speaking('')")
    assert cut == {}


def seen_in_part(person: Person, where: str) -> dict[str, Any]:
    person.desk.session.run("sleep", LAID_OUT_S)
    found = person.look("cut_off()")
    return {where: found} if found else {}


def said_by_packs(language: str) -> dict[str, Any]:
    """By pack, what its manifest says in this language."""
    manifests = [
        json.loads(path.read_text("utf-8")) for path in (CHECKOUT / "weights").glob("*/pack.json")
    ]
    return {each["id"]: each["translations"][language] for each in manifests}
