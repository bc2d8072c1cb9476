"""Both hosts with nothing but the wheel: an environment of the user's, and `dynamic-style setup`.

The wheel is that of the checkout, or the one that DYNAMIC_STYLE_WHEEL names.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from ..built_wheel import build, copy_checkout
from .debian.inside import INNER_HOME
from .debian.wheels import FROM_WHEELS
from .desk import BACKEND, Desk
from .gimp.host import GimpConsole
from .krita.host import Krita
from .krita.person import Person
from .one_root import ON_LIGHT

WHEEL_VARIABLE = "DYNAMIC_STYLE_WHEEL"
ENVIRONMENT = INNER_HOME / "env"
TIMEOUT_S = 300.0
STYLIZE = """
import sys
sys.path.insert(0, "/checkout/tests/hosts/driver")
import gimp_calls
image = gimp_calls.load("photo.png")
[gimp_calls.stylize(image), [layer.get_name() for layer in image.get_layers()]]
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get(WHEEL_VARIABLE)
    if named:
        return Path(named)
    scratch = tmp_path_factory.mktemp("wheel")
    return build(copy_checkout(scratch / "source"), scratch / "dist", "--wheel")


@ON_LIGHT
def test_both_hosts_paint_with_what_the_wheel_has_set_up(bare_desk: Desk, wheel: Path) -> None:
    set_up(bare_desk, wheel)
    bare_desk.add_picture("photo.png", size=(320, 240))
    done, layers = GimpConsole(bare_desk.session).evaluate(STYLIZE)
    assert done == {"status": "success", "value": "The Starry Night α 0.80"}
    assert layers[0] == "The Starry Night α 0.80" and len(layers) == 2

    with Krita(bare_desk.display, "/exchange/photo.png") as krita:
        person = Person(bare_desk, krita)
        person.menu("Stylize Layer…")
        person.wait_until("find_widget('dynamic_style_pack_list').count() > 1")
        person.wait_for_preview()
        bare_desk.display.screenshot("from-the-wheel")
        person.apply()
        assert len(person.layers()) == 2
        assert krita.script_errors() == []
    (backend,) = bare_desk.session.processes(BACKEND)
    assert backend.arguments[0] == str(ENVIRONMENT / "bin/python3")


def set_up(desk: Desk, wheel: Path) -> None:
    """What a user does, but that the root's wheels stand for an index, which is not there."""
    shutil.copyfile(wheel, desk.exchange / wheel.name)
    python = str(ENVIRONMENT / "bin/python3")
    for command in (
        ("python3", "-m", "venv", str(ENVIRONMENT)),
        (python, "-m", "pip", "install", f"/exchange/{wheel.name}"),
        (str(ENVIRONMENT / "bin/dynamic-style"), "setup"),
    ):
        desk.session.run(*command, timeout_s=TIMEOUT_S, env=FROM_WHEELS)
    record = desk.home / ".config/dynamic-style/backend.json"
    told = json.loads(record.read_text(encoding="utf-8"))
    assert told["interpreter"] == python
    assert str(ENVIRONMENT) in told["packs"], "the checkout's, which is there as well"
