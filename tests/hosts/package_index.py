"""A package index inside a root, with the root's wheels and our own: what PyPI is for most people.

    with serve_index(session, wheel) as index:
        Krita(display, env=index.settings)         # pip's settings, which name it
        with index.held():                         # it does not answer meanwhile
            ...

Python's own web server lists folders as pages of links, which is what pip reads (PEP 503).
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .debian.inside import Session, Started, wait_for
from .debian.roots import USER_ID
from .debian.wheels import INNER_WHEELS

PORT = 8765
_PROBE = f"import urllib.request; urllib.request.urlopen('http://127.0.0.1:{PORT}/simple/')"


@dataclass(frozen=True)
class Index:
    """settings: the environment variables that name it."""

    server: Started
    settings: dict[str, str]

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """It is connected to, and says nothing."""
        with self.server.held():
            yield


@contextlib.contextmanager
def serve_index(session: Session, wheel: Path) -> Iterator[Index]:
    """wheel: of Dynamic Style."""
    simple = session.exchange / "index/simple"
    for path in [*(session.root.path / INNER_WHEELS.relative_to("/")).glob("*.whl"), wheel]:
        name = re.sub(r"[-_.]+", "-", path.name.partition("-")[0]).lower()
        (simple / name).mkdir(parents=True, exist_ok=True)
        if path == wheel:
            shutil.copyfile(path, simple / name / path.name)
        else:
            (simple / name / path.name).symlink_to(INNER_WHEELS / path.name)
    for path in (session.exchange / "index").rglob("*"):
        shutil.chown(path, USER_ID, USER_ID) if not path.is_symlink() else None
    server = session.start(
        *("python3", "-m", "http.server", str(PORT), "--bind", "127.0.0.1"),
        *("--directory", "/exchange/index"),
        log="index.log",
    )

    def answers() -> bool:
        return session.run("python3", "-c", _PROBE, check=False).returncode == 0

    try:
        wait_for("the index answers", answers, timeout_s=30, by=server)
        yield Index(server, {"PIP_INDEX_URL": f"http://127.0.0.1:{PORT}/simple"})
    finally:
        server.stop()
