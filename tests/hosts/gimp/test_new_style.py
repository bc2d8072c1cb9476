"""New Style from Layer in the real GIMP without a display: what a script gets."""

from __future__ import annotations

import pytest

from ..debian.inside import Session
from ..learning import PHOTOS, lay_down
from ..one_root import ON_TORCH
from .host import GimpConsole
from .topics import TIMEOUT_S, run_topics

CODE = f"""
new_style, image = "plug-in-dynamic-style-new-style", load("small.png")
photos = Gio.File.new_for_path("{PHOTOS}")
told = [call(new_style, image, title="Small", photos=photos, quality="best")["status"]]
told += [call(new_style, image, title="Small", photos=photos, quality="trial", wait=True)["status"]]
"""


@ON_TORCH
@pytest.mark.timeout(2 * TIMEOUT_S)
def test_a_script_that_waits_finds_the_pack_installed(session: Session) -> None:
    lay_down(session)
    told = run_topics(GimpConsole(session), {"new style": CODE})["new style"]
    assert told == ["calling error", "success"]
    assert (session.home / ".local/share/dynamic-style/packs/small/pack.json").exists()
