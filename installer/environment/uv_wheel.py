"""Gets uv's program out of its wheel, for a Python that can make no environments itself: Debian and
Ubuntu keep venv in a package of its own, which only the administrator can install.

The wheel comes from the same place as all other packages. A page of a package index is HTML, with a
link and the file's SHA-256 for each wheel (the simple repository API,
https://packaging.python.org/en/latest/specifications/simple-repository-api/).
"""

from __future__ import annotations

import hashlib
import io
import platform
import re
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path

from ..atomic_file import write_atomically
from ..errors import FolderError, Obstacle, PipError
from . import pip, uv

PYPI = "https://pypi.org/simple"
TIMEOUT_S = 60.0
MOST_BYTES = 100 << 20  # of a wheel; they are about 20 MB
PAGE_BYTES = 20 << 20
EXECUTABLE = 0o755
_NAME = re.compile(r"uv-(\d+(?:\.\d+)*)-py3-none-(\S+)\.whl")
# What a wheel's name has to hold, by (sys.platform, platform.machine()).
_TAGS = {
    ("linux", "x86_64"): "manylinux2014_x86_64",
    ("linux", "aarch64"): "manylinux2014_aarch64",
    ("darwin", "arm64"): "macosx_11_0_arm64",
    ("darwin", "x86_64"): "macosx_10_12_x86_64",
    ("win32", "AMD64"): "win_amd64",
    ("win32", "ARM64"): "win_arm64",
}


def fetch(folder: Path, *, status: pip.Status) -> Path:
    """Return uv's program in that folder, which is made; one that is there is kept. Raises PipError
    where none can be had, FolderError where it cannot be written.
    """
    program = folder / ("uv.exe" if sys.platform == "win32" else "uv")
    if program.is_file():
        return program
    tag = _TAGS.get((sys.platform, platform.machine()))
    if tag is None:
        raise PipError(f"uv has no build for {platform.system()} {platform.machine()}")
    variables = uv.variables()
    sources = _sources(variables)
    reader = _Reader(variables)
    for source in sources:
        status(f"looking for uv in {source}")
        links = reader.links(source)
        if found := newest(links, tag):
            status(f"Downloading {found.rpartition('/')[2].partition('#')[0]}")
            _write(program, _program_in(reader.read(found, MOST_BYTES), program.name, found))
            return program
    raise PipError(
        f"uv, which makes environments where Python cannot, is not to be had from "
        f"{', '.join(sources) or 'anywhere: pip may ask no index'}."
    )


def newest(links: Sequence[str], tag: str) -> str | None:
    """The link to the wheel of the highest version that has this tag."""
    found = []
    for link in links:
        name = urllib.parse.unquote(urllib.parse.urlparse(link).path.rpartition("/")[2])
        match = _NAME.fullmatch(name)
        if match and tag in match[2]:
            found.append((tuple(map(int, match[1].split("."))), link))
    return max(found)[1] if found else None


def _sources(variables: Mapping[str, str]) -> list[str]:
    """Pages, or folders, that may link to uv's wheels."""
    sources = [each for each in variables.get("UV_FIND_LINKS", "").split(",") if each]
    if not variables.get("UV_NO_INDEX"):
        indexes = [
            variables.get("UV_DEFAULT_INDEX") or PYPI,
            *variables.get("UV_INDEX", "").split(),
        ]
        sources += [f"{index.rstrip('/')}/uv/" for index in indexes]
    return sources


class _Reader:
    """Reads pages and files by the user's proxy and certificates."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        proxies = {
            scheme: variables[name]
            for scheme, name in (("http", "HTTP_PROXY"), ("https", "HTTPS_PROXY"))
            if variables.get(name)
        }
        context = ssl.create_default_context(cafile=variables.get("SSL_CERT_FILE") or None)
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler(proxies or None),
            urllib.request.HTTPSHandler(context=context),
        )

    def links(self, source: str) -> list[str]:
        """Whole addresses; none where there is no such page."""
        if Path(source).is_dir():
            return [path.as_uri() for path in Path(source).glob("uv-*.whl")]
        page = _Links()
        page.feed(self.read(source, PAGE_BYTES).decode("utf-8", errors="replace"))
        return [urllib.parse.urljoin(source, link) for link in page.links]

    def read(self, address: str, most: int) -> bytes:
        """Raises PipError; of a file whose address ends in its SHA-256, that is checked."""
        try:
            with self._opener.open(address.partition("#")[0], timeout=TIMEOUT_S) as answer:
                content: bytes = answer.read(most + 1)
        except (OSError, ValueError, urllib.error.URLError) as error:
            reason = getattr(error, "reason", error)
            said = f"{address.partition('#')[0]} cannot be read: {reason}"
            signs = _signs(error, said)
            raise PipError(
                f"{said}.\n{pip.explain_failure(signs)}", obstacle=pip.obstacle_in(signs)
            ) from error
        if len(content) > most:
            raise PipError(f"{address} is larger than any wheel of uv's ({most >> 20} MB)")
        wanted = address.rpartition("#sha256=")[2] if "#sha256=" in address else ""
        if wanted and hashlib.sha256(content).hexdigest() != wanted:
            raise PipError(f"{address} has another SHA-256 than the index says; try again later")
        return content


def _signs(error: Exception, said: str) -> str:
    """What pip would have called it: explain_failure reads pip's words."""
    reason = getattr(error, "reason", error)
    is_certificate = isinstance(reason, ssl.SSLError)
    return said if is_certificate else f"{said} (connection refused)"


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        members = dict(attrs)
        if tag == "a" and members.get("href") and "data-yanked" not in members:
            self.links.append(str(members["href"]))


def _program_in(wheel: bytes, name: str, address: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            (inner,) = (each for each in archive.namelist() if each.endswith(f"scripts/{name}"))
            return archive.read(inner)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise PipError(f"{address} is no wheel of uv's; try again later") from error


def _write(program: Path, content: bytes) -> None:
    try:
        program.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(program, content, mode=EXECUTABLE)
    except OSError as error:
        raise FolderError(
            f"{program} cannot be written ({error.strerror or error}); make its folder writable "
            "for you, and see that the disk has room",
            obstacle=Obstacle("write", str(program)),
        ) from error
