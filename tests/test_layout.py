"""The shape of the project: who may import whom, what modules are called, what docs may name.

Imports are read from the source, not run, so that those inside functions count as well.
"""

from __future__ import annotations

import ast
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from .wall import Wall
from .walls import WALLS

ROOT = Path(__file__).resolve().parent.parent
CODE_FOLDERS = ("backend", "training", "installer", "plugin_krita", "plugin_gimp")
PACKAGED_FOLDERS = ("backend", "training", "weights")  # imported as dynamic_style.<folder>
LAID_DOWN_FOLDERS = ("plugin_gimp", "plugin_krita")  # in the wheel, and imported by hosts alone
STDLIB = sys.stdlib_module_names | {"tomllib"}  # 3.10 lacks it; its stand-in is tomli
MOST_LINES = 400
MOST_MODULES = 16  # of one folder
SCREEN_LINES, SCREEN_COLUMNS = 64, 140  # of an editor's window
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}

DOCS = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "weights/README.md",
    "backend/protocol/PROTOCOL.md",
    "installer/assets/README.md",
    "SECURITY.md",
    *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))),
)
INSTALLER_COMMANDS = ("demo", "test", "install", "uninstall", "doctor", "package")
MADE_BY_RUNNING = (".venv", "demo", "build", "dist", "~")  # docs may name them before they exist
FILE_SUFFIXES = {".py", ".md", ".toml", ".txt", ".json", ".jpg", ".png", ".safetensors", ".sh"}


def source_files() -> list[Path]:
    return [path for folder in CODE_FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def module_name(path: Path) -> str:
    """The dotted name from the checkout's root, such as backend.nets.alpha."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of all imports. dynamic_style.x is called x; `from a import b` may
    import the module a.b, so that name is what counts where such a module exists.
    """
    package = list(path.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.removeprefix("dynamic_style.")
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*above, *((node.module or "").split(".") if node.module else [])])
            origin = origin.removeprefix("dynamic_style.")
            for alias in node.names:
                inner = ROOT.joinpath(*origin.split("."), alias.name)
                is_module = inner.with_suffix(".py").exists() or inner.is_dir()
                yield node.lineno, f"{origin}.{alias.name}" if is_module else origin


def wall_of(name: str) -> str:
    """The innermost walled folder, such as backend/nets, that a module lies in."""
    around = [folder for folder in WALLS if covers(folder, name)]
    return max(around, key=len)


def covers(folder: str, name: str) -> bool:
    """folder: as in WALLS, backend/nets; name: dotted."""
    prefix = folder.replace("/", ".")
    return name == prefix or name.startswith(f"{prefix}.")


def wrong_imports(path: Path) -> Iterator[str]:
    name = module_name(path)
    folder = wall_of(name)
    inside = [inner for inner in WALLS if inner.startswith(f"{folder}/")]
    for line, imported in imports(path):
        if imported.partition(".")[0] in STDLIB:
            continue
        own = covers(folder, imported) and not any(covers(inner, imported) for inner in inside)
        shut = not own and shut_door(imported)
        if shut:
            yield f"{path.relative_to(ROOT)}:{line} imports {imported}; {shut}"
        if not own and not any(covers(prefix, imported) for prefix in WALLS[folder].may):
            belongs = WALLS[folder].belongs
            yield f"{path.relative_to(ROOT)}:{line} imports {imported}; {folder}: {belongs}"


def shut_door(imported: str) -> str | None:
    """Why nobody outside of its folder may import that module; None where they may."""
    for folder, wall in WALLS.items():
        prefix = folder.replace("/", ".")
        inner = imported.removeprefix(f"{prefix}.")
        if wall.doors is not None and inner not in (imported, *wall.doors):
            return f"{folder}'s doors are its own names and {', '.join(wall.doors)}"
    return None


def test_no_import_goes_through_a_wall() -> None:
    files = source_files()
    assert len(files) > 20
    assert [wrong for path in files for wrong in wrong_imports(path)] == []


def test_no_wall_has_a_door_that_nobody_uses() -> None:
    used: dict[str, set[str]] = {folder: set() for folder in WALLS}
    for path in source_files():
        folder = wall_of(module_name(path))
        names = [imported for _, imported in imports(path)]
        doors = WALLS[folder].may
        used[folder] |= {door for door in doors if any(covers(door, name) for name in names)}
    assert {folder: sorted(set(wall.may) - used[folder]) for folder, wall in WALLS.items()} == {
        folder: [] for folder in WALLS
    }


def test_the_architecture_s_table_says_what_the_walls_say() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("## Walls")[2]
    rows = re.findall(r"^\| (\S+) \| ([^|]+) \| ([^|]+) \|$", text, flags=re.MULTILINE)
    table = {folder: names for folder, *names in rows if folder not in ("folder", "---")}
    assert table == {in_short(folder): at_a_glance(wall) for folder, wall in WALLS.items()}


def at_a_glance(wall: Wall) -> list[str]:
    """The folders that a wall opens to, wholly or for some modules, and the packages."""
    names = [name.replace("/", ".") for name in wall.may]
    inside = [name for name in names if name.partition(".")[0] in CODE_FOLDERS]
    folders = dict.fromkeys(in_short(wall_of(name)) for name in inside)
    packages = [name for name in names if name not in inside]
    return [", ".join(folders) or "nothing", ", ".join(packages) or "none"]


def in_short(folder: str) -> str:
    return folder.replace("/dynamic_style_krita", "").replace(
        "/dynamic-style/dynamic_style_gimp", ""
    )


def test_the_architecture_fits_on_two_screens() -> None:
    lines = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()
    assert sum(max(1, math.ceil(len(line) / SCREEN_COLUMNS)) for line in lines) <= 2 * SCREEN_LINES


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports inside functions count: a circle that is put off is still one."""
    files = {module_name(path): path for path in source_files()}
    graph = {
        name: {imported for _, imported in imports(path) if imported in files and imported != name}
        for name, path in files.items()
    }
    while leaves := [name for name, needed in graph.items() if not needed & graph.keys()]:
        for name in leaves:
            del graph[name]
    assert sorted(graph) == []


def test_folders_can_be_taken_in_at_a_glance() -> None:
    modules = [*source_files(), *sorted((ROOT / "tests").rglob("*.py"))]
    counts = Counter(path.parent for path in modules if path.name != "__init__.py")
    assert {str(f.relative_to(ROOT)): n for f, n in counts.items() if n > MOST_MODULES} == {}


def test_walls_stop_what_they_are_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "backend/nets/a.py": "from ..packs import find_pack",
        "backend/nets/b.py": "def f():\n    import numpy",
        "backend/packs/__init__.py": "from .. import server",
        "backend/protocol/c.py": "import torch",
        "backend/server/d.py": "from ..cli import main",
        "backend/e.py": "from .nets import a",
        "installer/f.py": "import dynamic_style.backend.packs",
        "training/g.py": "from dynamic_style.backend.nets import a\nimport torch, os",
        "training/completion/h.py": "from ..style_transfer import losses",
        "training/loop/i.py": "from ..completion import task",
        "training/j.py": "from dynamic_style.backend.packs.store import find_pack",
        "training/k.py": "from dynamic_style.backend.packs.tensors import load_pack",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr("tests.test_layout.ROOT", tmp_path)
    found = [wrong for path in source_files() for wrong in wrong_imports(path)]
    assert [wrong.partition(";")[0] for wrong in found] == [
        "backend/e.py:1 imports backend.nets.a",
        "backend/nets/a.py:1 imports backend.packs",
        "backend/nets/b.py:2 imports numpy",
        "backend/packs/__init__.py:1 imports backend.server",
        "backend/protocol/c.py:1 imports torch",
        "backend/server/d.py:1 imports backend.cli",
        "training/completion/h.py:1 imports training.style_transfer",
        "training/j.py:1 imports backend.packs.store",
        "training/loop/i.py:1 imports training.completion",
        "installer/f.py:1 imports backend.packs",
    ]
    assert found[2].endswith("; backend/nets: " + WALLS["backend/nets"].belongs)


def test_imports_are_relative_inside_a_folder_and_absolute_across() -> None:
    """`import backend` would load every module a second time, under another name."""
    wrong = []
    tests = sorted((ROOT / "tests").rglob("*.py"))
    for path in [*source_files(), *tests]:
        top = path.relative_to(ROOT).parts[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for name in names:
                parts = name.split(".")
                if parts[0] in PACKAGED_FOLDERS or parts[:2] == ["dynamic_style", top]:
                    wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_modules_are_short_and_named_for_what_they_hold() -> None:
    for path in [*source_files(), *sorted((ROOT / "tests").rglob("*.py"))]:
        assert path.stem not in VAGUE_NAMES, path
        lines = path.read_text(encoding="utf-8").count("\n")
        assert lines <= MOST_LINES, f"{path.relative_to(ROOT)} has {lines} lines: split it by idea"


def test_every_package_is_named_in_pyproject() -> None:
    """One that is missing works in an editable install and is absent from the wheel."""
    tops = (*PACKAGED_FOLDERS, "installer")
    folders = {path.parent for top in tops for path in (ROOT / top).rglob("*.py")}
    names = {"dynamic_style." + ".".join(f.relative_to(ROOT).parts) for f in folders}
    names |= {f"dynamic_style.{folder}" for folder in LAID_DOWN_FOLDERS}
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^packages = \[(.*?)^\]", text, re.DOTALL | re.MULTILINE)
    assert listed is not None
    assert set(re.findall(r'"([^"]+)"', listed[1])) == names
    assert all((folder / "__init__.py").exists() for folder in folders)


def test_test_folders_are_packages() -> None:
    """Otherwise two test files of the same name in different folders cannot be run together."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        assert (path.parent / "__init__.py").exists(), path.parent


@pytest.mark.parametrize("doc", [name for name in DOCS if (ROOT / name).exists()])
def test_docs_name_only_what_exists(doc: str) -> None:
    text = (ROOT / doc).read_text(encoding="utf-8")
    assert missing_paths(text, (ROOT / doc).parent) == []


def test_folders_say_only_of_files_that_exist() -> None:
    """What a folder is about stands in its package's docstring, with the files that do it."""
    said = {
        path.parent: ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        for path in source_files()
        if path.name == "__init__.py"
    }
    wrong = {folder: missing_paths(text, folder) for folder, text in said.items()}
    assert {folder: paths for folder, paths in wrong.items() if paths} == {}


def test_missing_paths_are_found() -> None:
    text = """
        See `backend/packs/store.py`, [it](backend/gone.py), `backend/nets/*.py`, `a/<id>/x.md`,
        `gone.py`, `demo/x.jpg`, `pack.json`, `and/or`, `training/none/`, [web](https://a.org/b.md),
        `python3 -m installer demo` and `python3 -m installer dance`.
    """
    assert missing_paths(text, ROOT) == [
        "backend/gone.py",
        "gone.py",
        "training/none/",
        "python3 -m installer dance",
    ]


def missing_paths(text: str, folder: Path) -> list[str]:
    """Paths and installer commands in code marks and links that do not exist."""
    named = re.findall(r"`([^`\n]+)`|\]\(([^)\s]+)\)", text)
    tokens = [code or link.partition("#")[0] for code, link in named]
    missing = [token for token in tokens if is_path(token) and not exists(token, folder)]
    commands = re.findall(r"python3? -m installer (\w+)", text)
    return missing + [
        f"python3 -m installer {command}"
        for command in commands
        if command not in INSTALLER_COMMANDS
    ]


def is_path(token: str) -> bool:
    """Whether a token names a file or folder of the project, rather than a word or a command."""
    if not re.fullmatch(r"[\w.*/-]+", token) or token.startswith(("/", *MADE_BY_RUNNING)):
        return False
    first, slash, _ = token.partition("/")
    if slash and (ROOT / first).is_dir():
        return True
    if slash:
        return Path(token).suffix in FILE_SUFFIXES
    return Path(token).suffix in {".py", ".md", ".toml"}


def exists(token: str, folder: Path) -> bool:
    """Whether a path exists from the root or the doc's folder; a bare name may be anywhere."""
    pattern = token.rstrip("/")
    if any(True for start in (ROOT, folder) for _ in start.glob(pattern)):
        return True
    if "/" in token:
        return False
    return any(
        True for top in (*CODE_FOLDERS, "weights", "tests") for _ in (ROOT / top).rglob(token)
    )
