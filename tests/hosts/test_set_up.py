"""Krita's zip and GIMP's folder alone, in a home with nothing else of ours: the panel's button sets
the backend up, from a package index, and ends in the first preview.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ..built_wheel import build, copy_checkout
from .debian.inside import CHECKOUT, give_folder
from .desk import Desk
from .gimp.host import Gimp, settings_folder
from .gimp.person import Person as GimpPerson
from .krita.host import Krita
from .krita.person import Person as KritaPerson
from .one_root import ON_LIGHT
from .package_index import serve_index

SET_UP_S = 300.0
KRITAS = ".local/share/krita/pykrita"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scratch = tmp_path_factory.mktemp("wheel")
    return build(copy_checkout(scratch / "source"), scratch / "dist", "--wheel")


@ON_LIGHT
def test_krita_is_set_up_by_the_dockers_button(bare_desk: Desk, wheel: Path) -> None:
    lay_down("krita", bare_desk.home / KRITAS)
    with (bare_desk.home / ".config/kritarc").open("a", encoding="utf-8") as settings:
        settings.write("\n[python]\nenable_dynamic_style_krita=true\n")
    give_folder(bare_desk.home)
    bare_desk.add_picture("photo.png", size=(320, 240))
    with (
        serve_index(bare_desk.session, wheel) as index,
        Krita(bare_desk.display, "/exchange/photo.png", env=index.settings) as krita,
    ):
        person = KritaPerson(bare_desk, krita)
        person.menu("Stylize Layer…")
        person.wait_until("find_widget('dynamic_style_error').isVisible()")
        assert person.look("find_widget('dynamic_style_error_remedy').text()") == "Set up…"
        bare_desk.display.screenshot("without-backend")
        person.press("dynamic_style_error_remedy")
        person.wait_until("find_widget('dynamic_style_set_up_dialog').isVisible()")
        asked = person.look("find_widget('dynamic_style_set_up_dialog').text()")
        assert "100 MB" in asked and "/home/artist/.local/share/dynamic-style" in asked
        bare_desk.display.screenshot("asked")
        with index.held():
            person.press("dynamic_style_set_up_begin")
            person.wait_until("find_widget('dynamic_style_set_up_progress').value() >= 80")
            bare_desk.display.screenshot("at-work")
            person.press("dynamic_style_set_up_cancel")
            person.wait_until("'cancelled' in find_widget('dynamic_style_error_text').text()")
        bare_desk.display.screenshot("cancelled")
        person.press("dynamic_style_error_remedy")
        person.wait_until("find_widget('dynamic_style_set_up_dialog').isVisible()")
        person.press("dynamic_style_set_up_begin")
        person.wait_until("find_widget('dynamic_style_pack_list').count() > 1", timeout_s=SET_UP_S)
        person.wait_for_preview()
        bare_desk.display.screenshot("set-up")
        assert krita.script_errors() == []
    told = json.loads((bare_desk.home / ".config/dynamic-style/backend.json").read_text("utf-8"))
    assert told["interpreter"].startswith("/home/artist/.local/share/dynamic-style/environment-")


@ON_LIGHT
def test_gimp_is_set_up_by_the_dialogs_button(bare_desk: Desk, wheel: Path) -> None:
    lay_down("gimp", settings_folder(bare_desk.session) / "plug-ins")
    give_folder(bare_desk.home)
    bare_desk.add_picture("photo.png", size=(320, 240))
    with (
        serve_index(bare_desk.session, wheel) as index,
        Gimp(bare_desk.display, "/exchange/photo.png", env=index.settings) as gimp,
    ):
        person = GimpPerson(bare_desk, gimp)
        person.open()
        person.wait_until("find_widget('notice').get_mapped()")
        assert "not set up yet" in person.look("find_widget('notice').get_text()")
        bare_desk.display.screenshot("without-backend")
        person.press("Set up…")
        person.wait_until("find_widget('set-up-begin').get_mapped()")
        bare_desk.display.screenshot("asked")
        with index.held():
            person.press("set-up-begin")
            person.wait_until("find_widget('progress').get_fraction() >= 0.08")
            bare_desk.display.screenshot("at-work")
        person.wait_until(
            "find_widget('pack-starry-night').get_allocated_height() > 1", timeout_s=SET_UP_S
        )
        person.wait_for_preview()
        bare_desk.display.screenshot("set-up")
        person.cancel()
        assert "Traceback" not in gimp.started.output, gimp.started.output


def lay_down(host: str, folder: Path) -> None:
    """Unpack the plug-in's zip, as a user does by hand, or Krita's importer for them."""
    path = folder.parent / f"{host}.zip"
    folder.mkdir(parents=True, exist_ok=True)
    command = (sys.executable, "-m", "installer", "package", host, str(path))
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, timeout=120)
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            extracted = Path(archive.extract(info, folder))
            extracted.chmod((info.external_attr >> 16) & 0o777 or 0o644)
    path.unlink()
    action = folder / "dynamic_style_krita.action"
    if action.exists():
        shutil.move(action, give_folder(folder.parent / "actions") / action.name)
