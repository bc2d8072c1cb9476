"""The documentation as `make docs` makes it: no link is dead, and nothing comes from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dynamic_style.backend.protocol.version import VERSION
from installer.origin import ROOT

DOCS = ROOT / "docs"
METAINFO = ROOT / "plugin_gimp" / "org.gimp.GIMP.Plugin.DynamicStyle.metainfo.xml"
PROGRAMS = {
    "dynamic_style.backend.cli.main": ("stylize", "complete", "packs", "make-catalog"),
    "dynamic_style.training.cli.main": ("new", "run", "evaluate"),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With every warning of Sphinx an error: dead links and anchors, orphans, missing pictures."""
    folder = tmp_path_factory.mktemp("site")
    cache = tmp_path_factory.mktemp("cache")
    command = (sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html")
    done = subprocess.run(
        [*command, "-d", str(cache), str(DOCS), str(folder)],
        capture_output=True,
        check=False,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return folder


class _Loaded(HTMLParser):
    """What a browser fetches by itself to show a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            is_loaded = name in ("src", "srcset") or (tag == "link" and name == "href")
            if is_loaded and value is not None:
                self.addresses.append(value)


def test_pages_load_nothing_from_another_server(site: Path) -> None:
    pages = sorted(site.glob("*.html"))
    assert {path.stem for path in DOCS.glob("*.md")} <= {path.stem for path in pages}
    for page in pages:
        loaded = _Loaded()
        loaded.feed(page.read_text(encoding="utf-8"))
        assert loaded.addresses
        for address in loaded.addresses:
            assert not re.match(r"(\w+:)?//", address), f"{page.name} loads {address}"
            assert (page.parent / re.split("[?#]", address)[0]).exists(), f"{page.name}: {address}"
    for style in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", style.read_text("utf-8"))


def test_every_pack_is_shown_in_the_gallery(site: Path) -> None:
    page = (site / "packs.html").read_text(encoding="utf-8")
    for manifest in sorted((ROOT / "weights").glob("*/pack.json")):
        assert f'alt="{manifest.parent.name}' in page


@pytest.mark.parametrize("module", PROGRAMS)
def test_manual_pages_are_made_of_the_commands_help(module: str, tmp_path: Path) -> None:
    page = tmp_path / "page.1"
    make = "from argparse_manpage.cli import main; main()"
    command = ("--module", module, "--function", "build_parser", "--output", str(page))
    subprocess.run([sys.executable, "-c", make, *command], check=True, timeout=100)
    text = page.read_text(encoding="utf-8")
    assert text.startswith(".TH ")
    for name in PROGRAMS[module]:
        assert name in text.replace("\\-", "-")


def test_what_names_the_version_names_this_one() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"^version: (.+)$", citation, re.MULTILINE) == [VERSION]
    assert re.findall(r'<release version="([^"]+)"', METAINFO.read_text("utf-8"))[0] == VERSION


@pytest.mark.skipif(shutil.which("appstreamcli") is None, reason="needs Debian's appstream")
def test_the_metainfo_is_valid() -> None:
    command = ("appstreamcli", "validate", "--no-net", str(METAINFO))
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
