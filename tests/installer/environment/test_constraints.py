"""The pinned versions cover what is installed, on each Python that the project runs on."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from installer.environment.dependency_group import DEV, read_group
from installer.environment.record import CONSTRAINTS
from installer.origin import ROOT
from installer.preflight import NEWEST_PYTHON, OLDEST_PYTHON

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EXTRAS = ("ray", "torch", "training", "video")  # that the installer installs
PYTHONS = [f"3.{minor}" for minor in range(OLDEST_PYTHON[1], NEWEST_PYTHON[1] + 1)]


def pins(python: str) -> dict[str, Requirement]:
    """The constraints in force under a Python; more than one for a package is a mistake."""
    marked = {"python_version": python, "python_full_version": f"{python}.0"}
    found: dict[str, Requirement] = {}
    for line in (ROOT / CONSTRAINTS).read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pin = Requirement(line)
        if pin.marker is None or pin.marker.evaluate(marked):
            assert canonicalize_name(pin.name) not in found, line
            found[canonicalize_name(pin.name)] = pin
    return found


def needs() -> Iterator[Requirement]:
    """What an environment of the installer's may be asked to have."""
    settings = pyproject()
    project = settings["project"]
    lists = [project["dependencies"], group_texts(DEV)]
    lists += [project["optional-dependencies"][extra] for extra in EXTRAS]
    for text in (text for texts in lists for text in texts):
        if not text.startswith("dynamic-style["):  # what brings another extra
            yield Requirement(text)


def group_texts(name: str) -> list[str]:
    """A dependency group with those that it includes (PEP 735)."""
    texts: list[str] = []
    for entry in pyproject()["dependency-groups"][name]:
        texts += [entry] if isinstance(entry, str) else group_texts(entry["include-group"])
    return texts


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("python", PYTHONS)
def test_every_dependency_is_pinned_to_a_version_the_project_takes(python: str) -> None:
    found = pins(python)
    for need in needs():
        if need.marker is not None and not need.marker.evaluate({"python_version": python}):
            continue
        pin = found.get(canonicalize_name(need.name))
        assert pin is not None, f"{need.name} is not pinned for Python {python}"
        version = re.fullmatch(r"==([\w.]+)", str(pin.specifier))
        assert version is not None, f"{pin} is no exact version"
        assert need.specifier.contains(version[1]), f"{pin} is not what {need} asks for"


def test_the_installer_reads_the_group_as_it_is() -> None:
    """It does so by hand, since Python 3.10 reads no TOML."""
    read = read_group(ROOT)
    texts = [*read.requirements, *(f"dynamic-style[{extra}]" for extra in read.extras)]
    assert sorted(texts) == sorted(group_texts(DEV))


def test_oldest_python_of_the_project_and_the_installer_agree() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={PYTHONS[0]}"' in text
