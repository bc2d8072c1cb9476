"""Packs on a user's disk: installed, listed, found, removed, and what faults leave behind."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dynamic_style.backend.packs import (
    find_pack,
    folder_swap,
    list_packs,
    read_manifest,
    shipped_packs_folder,
    sources,
)
from dynamic_style.backend.packs.folder_writer import pack_archive, replace_folder
from dynamic_style.backend.packs.install import remove_pack
from dynamic_style.backend.packs.tensors import load_pack
from dynamic_style.backend.protocol.errors import (
    PackFormatError,
    PackInstallError,
    PackIntegrityError,
    PackNotFoundError,
)

from ..tiny_packs import make_manifest, make_net, write_tiny
from ..verified_packs import install_pack, verify_pack


def test_installed_pack_is_listed_found_and_removed(tiny_pack: Path, user_packs: Path) -> None:
    installed = install_pack(tiny_pack)

    assert installed.path == user_packs / "tiny" == find_pack("tiny")
    assert installed in list_packs()
    assert not installed.is_shipped
    assert sorted(path.name for path in user_packs.iterdir()) == ["tiny"]
    remove_pack("tiny")
    assert list(user_packs.iterdir()) == []
    with pytest.raises(PackNotFoundError):
        find_pack("tiny")


def test_installing_from_an_archive_gives_the_same_files(tiny_pack: Path, tmp_path: Path) -> None:
    pack_archive(tiny_pack, tmp_path / "named otherwise.dynpack")

    path = install_pack(tmp_path / "named otherwise.dynpack").path

    assert path.name == "tiny"
    for original in tiny_pack.iterdir():
        assert (path / original.name).read_bytes() == original.read_bytes()


def test_installing_leaves_out_what_desktops_left(tiny_pack: Path) -> None:
    (tiny_pack / "__MACOSX").mkdir()
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "README.md", "LICENSE"):
        (tiny_pack / name).write_bytes(b"junk")

    path = install_pack(tiny_pack).path

    assert len(list(path.iterdir())) == len(list(tiny_pack.iterdir())) - 6


def test_installing_twice_needs_replace(tiny_pack: Path, tmp_path: Path) -> None:
    install_pack(tiny_pack)
    write_tiny(tmp_path / "new", make_manifest(version="2.0.0"), make_net())

    with pytest.raises(PackInstallError, match=r"installed already in version 1\.0\.0; replace it"):
        install_pack(tmp_path / "new")
    assert read_manifest(find_pack("tiny")).version == "1.0.0"

    install_pack(tmp_path / "new", replace=True)
    assert read_manifest(find_pack("tiny")).version == "2.0.0"


def test_broken_installed_pack_is_listed_and_can_be_replaced(
    tiny_pack: Path, tiny_addon: Path
) -> None:
    install_pack(tiny_pack)
    install_pack(tiny_addon)
    (find_pack("tiny") / "main.safetensors").unlink()

    listed = {pack.id: pack for pack in list_packs()}
    assert "lacks the file 'main.safetensors'" in str(listed["tiny"].error)
    assert listed["tiny-addon"].manifest is not None

    install_pack(tiny_pack, replace=True)
    assert load_pack(find_pack("tiny-addon"))


@pytest.mark.parametrize("name", ["Renamed", "no pack", "line\nbreak", "\udcff"])
def test_strange_folders_are_listed_with_an_error(
    name: str, tiny_pack: Path, user_packs: Path
) -> None:
    user_packs.mkdir(parents=True)
    try:
        shutil.copytree(tiny_pack, user_packs / name)
    except (OSError, UnicodeEncodeError):  # a file system that refuses such names needs no check
        assert name == "\udcff"
        return

    (pack,) = [pack for pack in list_packs() if not pack.is_shipped]

    assert pack.error is not None
    assert pack.id.isprintable()
    assert str(pack.error).isprintable()


def test_renamed_folder_is_not_taken_for_another_pack(tiny_pack: Path, user_packs: Path) -> None:
    user_packs.mkdir(parents=True)
    shutil.copytree(tiny_pack, user_packs / "starrier-night")

    (pack,) = [pack for pack in list_packs() if not pack.is_shipped]

    assert "the folder holds the pack 'tiny'" in str(pack.error)


def test_every_shipped_pack_is_sound() -> None:
    for pack in list_packs():
        assert pack.is_shipped
        assert pack.error is None
        assert verify_pack(pack.path).manifest.id == pack.id


def test_shipped_pack_is_not_removed(
    tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what is shipped must not depend on this test, so a folder of its own stands in for weights/
    monkeypatch.setattr(
        "dynamic_style.backend.packs.store.shipped_packs_folder", lambda: tiny_pack.parent
    )
    monkeypatch.setattr(
        "dynamic_style.backend.packs.install.shipped_packs_folder", lambda: tiny_pack.parent
    )
    with pytest.raises(PackInstallError, match="shipped with the program and cannot be removed"):
        remove_pack("tiny")
    with pytest.raises(PackInstallError, match="is shipped with the program already"):
        install_pack(tiny_pack)

    mine = install_pack(tiny_pack, replace=True)
    assert find_pack("tiny") == mine.path != tiny_pack
    remove_pack("tiny")
    assert find_pack("tiny") == tiny_pack


def test_shipped_folder_is_the_one_with_the_specification() -> None:
    assert (shipped_packs_folder() / "README.md").is_file()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("tyny", "did you mean 'tiny'"),
        ("Tiny", "'tiny'"),
        ("zzz", "packs list"),
        ("a/b", "no such"),
    ],
)
def test_unknown_pack_names_the_near_ones(asked: str, said: str, tiny_pack: Path) -> None:
    install_pack(tiny_pack)

    with pytest.raises(PackNotFoundError, match=said):
        find_pack(asked)


@pytest.mark.parametrize("asked", ["", "\0", "x" * 5000, "..", "\udcff"])
def test_odd_names_are_not_found_or_are_no_packs(asked: str) -> None:
    for attempt in (lambda: load_pack(find_pack(asked)), lambda: load_pack(Path(asked))):
        with pytest.raises((PackNotFoundError, PackFormatError)) as refused:
            attempt()
        assert str(refused.value).isprintable()


def test_path_is_found_as_it_is(tiny_pack: Path) -> None:
    assert find_pack(str(tiny_pack)) == tiny_pack


def test_removing_wants_an_id_not_a_path(tiny_pack: Path) -> None:
    with pytest.raises(PackInstallError, match="is no installed pack's id"):
        remove_pack(str(tiny_pack))
    assert tiny_pack.is_dir()


def test_removing_spares_what_belongs_to_no_pack(tiny_pack: Path, user_packs: Path) -> None:
    install_pack(tiny_pack)
    (user_packs / "tiny" / "sketch.kra").write_text("years of work")

    with pytest.raises(PackInstallError, match=r"'sketch\.kra', which belongs to no pack"):
        remove_pack("tiny")

    assert (user_packs / "tiny" / "sketch.kra").exists()


def test_removing_a_linked_pack_takes_the_link_only(tiny_pack: Path, user_packs: Path) -> None:
    user_packs.mkdir(parents=True)
    (user_packs / "tiny").symlink_to(tiny_pack, target_is_directory=True)

    remove_pack("tiny")

    assert not (user_packs / "tiny").is_symlink()
    assert verify_pack(tiny_pack)


def test_full_disk_leaves_the_installed_pack_and_nothing_else(
    tiny_pack: Path, tmp_path: Path, user_packs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_pack(tiny_pack)
    write_tiny(tmp_path / "new", make_manifest(version="2.0.0"), make_net())
    calls = []

    def full_at_the_third_file(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full_at_the_third_file)  # a full disk cannot be had here
    with pytest.raises(PackInstallError, match=r"the disk is full; 0\.1 MB are needed"):
        install_pack(tmp_path / "new", replace=True)

    assert verify_pack(user_packs / "tiny").manifest.version == "1.0.0"
    assert [path.name for path in user_packs.iterdir()] == ["tiny"]


def test_full_disk_at_the_first_installation_leaves_no_folders(
    tiny_pack: Path, user_packs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PackInstallError, match="disk is full"):
        install_pack(tiny_pack)

    assert not user_packs.parent.exists()


def test_a_file_in_a_folders_place_is_named(tiny_pack: Path, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("mine")
    with pytest.raises(PackInstallError, match="a file is where its folder would be"):
        pack_archive(tiny_pack, tmp_path / "c.toml" / "x.dynpack")


def test_packs_folder_that_is_a_file_is_named_in_the_message(
    tiny_pack: Path, user_packs: Path
) -> None:
    user_packs.parent.mkdir()
    user_packs.write_text("not a folder")

    with pytest.raises(PackNotFoundError, match="DYNAMIC_STYLE_PACKS"):
        install_pack(tiny_pack)


def test_pack_that_names_a_file_in_the_way_leaves_it(tiny_pack: Path, user_packs: Path) -> None:
    user_packs.mkdir(parents=True)
    (user_packs / "tiny").write_text("years of work")

    with pytest.raises(PackInstallError, match="is there already and is no folder"):
        install_pack(tiny_pack, replace=True)

    assert (user_packs / "tiny").read_text() == "years of work"


def test_archive_is_not_left_half_written(tiny_pack: Path, tmp_path: Path) -> None:
    (tiny_pack / "preview.jpg").write_bytes(b"changed")

    with pytest.raises(PackIntegrityError):
        pack_archive(tiny_pack, tmp_path / "tiny.dynpack")

    assert not list(tmp_path.glob("*.dynpack*"))


def test_installers_and_readers_of_one_pack_do_not_disturb_each_other(
    tiny_pack: Path, tmp_path: Path, user_packs: Path
) -> None:
    """Whoever looks finds the old pack or the new one whole, and no hidden folders are left."""
    write_tiny(tmp_path / "new", make_manifest(version="2.0.0"), make_net())
    install_pack(tiny_pack)
    files = [
        {path.name: path.read_bytes() for path in source.iterdir()}
        for source in (tiny_pack, tmp_path / "new")
    ]
    is_over = threading.Event()

    def replace_again_and_again(which: int) -> int:
        for _ in range(60):
            replace_folder(user_packs / "tiny", files[which])
        return which

    def read() -> set[str]:
        seen = set()
        while not is_over.is_set():
            seen.add(load_pack(find_pack("tiny")).manifest.version)
            assert all(pack.error is None for pack in list_packs())
        return seen

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        writers = [pool.submit(replace_again_and_again, which) for which in (0, 1)]
        try:
            assert [writer.result(60) for writer in writers] == [0, 1]
        finally:
            is_over.set()
        seen = set().union(*(reader.result(60) for reader in readers))
    assert seen <= {"1.0.0", "2.0.0"}
    assert [path.name for path in user_packs.iterdir()] == ["tiny"]


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_pack_is_replaced_also_where_the_system_cannot_exchange_names(
    tiny_pack: Path,
    tmp_path: Path,
    user_packs: Path,
    monkeypatch: pytest.MonkeyPatch,
    can_exchange: bool,
) -> None:
    if not can_exchange:
        monkeypatch.setattr(folder_swap, "_exchange", lambda one, other: False)
    install_pack(tiny_pack)
    write_tiny(tmp_path / "new", make_manifest(version="2.0.0"), make_net())
    install_pack(tmp_path / "new", replace=True)
    assert verify_pack(user_packs / "tiny").manifest.version == "2.0.0"
    assert [path.name for path in user_packs.iterdir()] == ["tiny"]


def test_a_pack_that_is_replaced_without_end_is_told_as_such(
    tiny_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = itertools.count()
    monkeypatch.setattr(sources, "_identity", lambda _: (next(number),))
    with pytest.raises(PackFormatError, match="being replaced all the time; try again"):
        load_pack(tiny_pack)


def test_listing_does_not_read_weights(tiny_pack: Path, user_packs: Path) -> None:
    """Sizes are compared, hashes are left to loading: a long list must come at once."""
    path = install_pack(tiny_pack).path
    (path / "main.safetensors").write_bytes(bytes((path / "main.safetensors").stat().st_size))

    assert read_manifest(path).id == "tiny"
    with pytest.raises(PackIntegrityError):
        load_pack(path)


def test_listing_does_not_load_torch(tiny_pack: Path) -> None:
    install_pack(tiny_pack)
    program = (
        "import sys; from dynamic_style.backend.packs.store import list_packs;"
        "assert 'tiny' in [pack.id for pack in list_packs()]; assert 'torch' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
