"""Two installations at once: whichever is last, uninstall takes back all of both."""

from __future__ import annotations

import os
from pathlib import Path

from installer.plugins.install import Installation, Wish
from installer.plugins.uninstall import Removal
from installer.user_folders import Computer

from .. import made_up_home, stand_in_backend
from ..made_up_home import tree
from . import plugin_checkout


def test_a_second_that_began_before_the_first_had_ended_forgets_nothing(tmp_path: Path) -> None:
    project = plugin_checkout.make(tmp_path / "checkout")
    backend = stand_in_backend.make(tmp_path / "environment", version=plugin_checkout.VERSION)
    home = made_up_home.make(tmp_path / "home")
    computer = Computer("linux", home, {"PATH": os.defpath})
    before = tree(home)

    def begin() -> Installation:
        wish = Wish(backend=backend)
        return Installation(project, computer, wish, report=print, status=print)

    first, second = begin(), begin()
    first.carry_out()
    second.carry_out()
    assert tree(home) != before
    Removal(computer, takes_packs=False, report=print).carry_out()
    assert tree(home) == before
