"""Indexes of packages in folders, with a PyTorch that weighs nothing, and programs on the PATH."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

# What PyPI's build asks for and no index here has: whoever takes it fails, and tells by what.
CUDA_NEED = "nvidia-cudnn-cu13"
UV = """#!{python} -I
import pathlib, subprocess, sys
print("uv got", sys.argv[1:])
if {fails}:
    sys.exit("error: no such option")
python = sys.argv[sys.argv.index("--python") + 1]
ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
site = subprocess.run([python, "-I", "-c", ask], stdout=-1, text=True, check=True).stdout.strip()
info = pathlib.Path(site, "torch-{version}+by.uv.dist-info")
info.mkdir()
metadata = "Metadata-Version: 2.1\\nName: torch\\nVersion: {version}+by.uv\\n"
(info / "METADATA").write_text(metadata)
(info / "RECORD").write_text("")
"""


def make_index(folder: Path, *wheels: tuple[str, str, str]) -> str:
    """Lay an index down (PEP 503) of wheels (name, version, what it needs or ""); its address."""
    links: dict[str, list[str]] = {}
    for name, version, need in wheels:
        (folder / name).mkdir(parents=True, exist_ok=True)
        file = f"{name}-{version}-py3-none-any.whl"
        info = f"{name}-{version}.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        files = {
            f"{name}.py": "",
            f"{info}/METADATA": metadata + (f"Requires-Dist: {need}\n" if need else ""),
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        with zipfile.ZipFile(folder / name / file, "w") as wheel:
            for path, text in files.items():
                wheel.writestr(path, text)
            wheel.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in files))
        links.setdefault(name, []).append(f'<a href="{file.replace("+", "%2B")}">{file}</a>')
    for name, found in links.items():
        (folder / name / "index.html").write_text("\n".join(found))
    return folder.as_uri()


def path_with(folder: Path, name: str, text: str) -> str:
    """A PATH on which a program is found first."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(text)
    program.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def uv(version: str, *, fails: bool = False) -> str:
    """A program that stands for uv: it installs a PyTorch of that version."""
    return UV.format(python=sys.executable, version=version, fails=fails)
