"""Style packs as a user meets them: written, loaded, listed, installed, removed."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch

from dynamic_style.backend.manifest import Architecture, Comparison, ComparisonRow
from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.completion_net import INPUT_CHANNELS, completion_net
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.packs import (
    find_pack,
    install_pack,
    list_packs,
    load_pack,
    pack_archive,
    read_manifest,
    read_picture,
    remove_pack,
    shipped_packs_folder,
    verify_pack,
    write_pack,
)
from dynamic_style.backend.protocol.errors import (
    PackBaseError,
    PackFormatError,
    PackInstallError,
    PackIntegrityError,
    PackNotFoundError,
)

from .tiny_packs import gradient, make_addon, make_dial, make_manifest, make_net, write_tiny

SETTINGS: tuple[dict[str, Alpha], ...] = (
    {},
    {"strength": Alpha((1.0,))},
    {"strength": Alpha((-0.7,)), "towards-waves": Alpha((0.2, 0.4, 1.3))},
    {"strength": Alpha((1.0,), map=torch.linspace(-1, 1, 30).reshape(5, 6))},
)


@pytest.mark.parametrize("alphas", SETTINGS)
def test_loaded_pack_makes_the_same_picture_bit_for_bit(
    alphas: dict[str, Alpha], tiny_pack: Path, tiny_net: DynamicNet, photo: torch.Tensor
) -> None:
    loaded = load_pack(tiny_pack)

    assert torch.equal(loaded.net(photo, alphas), tiny_net(photo, alphas))


def test_all_dials_at_zero_equal_the_main_net_alone(tiny_pack: Path, photo: torch.Tensor) -> None:
    net = load_pack(tiny_pack).net
    h = photo
    for stage in net.main.values():
        h = stage(h)

    at_zero = {"strength": Alpha((0.0,)), "towards-waves": Alpha((0.0, 0.0, 0.0))}
    assert torch.equal(net(photo, at_zero), h)


def test_loaded_net_is_ready_to_run(tiny_pack: Path) -> None:
    net = load_pack(tiny_pack).net

    assert not net.training
    assert list(net.dials) == ["strength", "towards-waves"]
    assert not any(parameter.requires_grad for parameter in net.parameters())
    assert {parameter.dtype for parameter in net.parameters()} == {torch.float32}


def test_loading_leaves_random_numbers_alone(tiny_pack: Path) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)

    torch.manual_seed(5)
    load_pack(tiny_pack)

    assert torch.equal(torch.rand(3), expected)


def test_writing_leaves_the_net_as_it_was(tmp_path: Path) -> None:
    net = make_net().train().requires_grad_(True)
    before = {name: value.clone() for name, value in net.state_dict().items()}

    write_tiny(tmp_path / "tiny", make_manifest(), net)

    assert net.training
    assert all(parameter.requires_grad for parameter in net.parameters())
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_pack_hash_follows_the_content(tiny_pack: Path, tmp_path: Path) -> None:
    other = make_net()
    other.main.state_dict()["conv_out.conv.bias"].add_(0.25)
    write_tiny(tmp_path / "again", make_manifest(), make_net())
    write_tiny(tmp_path / "other", make_manifest(), other)

    first, again, changed = (
        load_pack(p) for p in (tiny_pack, tmp_path / "again", tmp_path / "other")
    )

    assert first.sha256 == again.sha256
    assert first.main_sha256 != changed.main_sha256
    assert first.sha256 != changed.sha256


def test_archive_loads_like_its_folder(
    tiny_pack: Path, tmp_path: Path, photo: torch.Tensor
) -> None:
    archive = tmp_path / "tiny.dynpack"
    pack_archive(tiny_pack, archive)
    folder, packed = load_pack(tiny_pack), load_pack(archive)

    assert packed.sha256 == folder.sha256
    assert torch.equal(packed.net(photo, SETTINGS[2]), folder.net(photo, SETTINGS[2]))
    assert verify_pack(archive).files == 7


def test_archive_is_a_zip_that_others_read_too(tiny_pack: Path, tmp_path: Path) -> None:
    pack_archive(tiny_pack, tmp_path / "one.dynpack")
    pack_archive(tiny_pack, tmp_path / "two.dynpack")

    assert (tmp_path / "one.dynpack").read_bytes() == (tmp_path / "two.dynpack").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.dynpack") as archive:
        assert archive.testzip() is None
        for path in tiny_pack.iterdir():
            assert archive.read(path.name) == path.read_bytes()


def test_archive_made_by_a_plain_zip_program_is_read(tiny_pack: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "tiny.dynpack", "w") as archive:
        for path in sorted(tiny_pack.iterdir(), reverse=True):
            archive.write(path, path.name)

    assert verify_pack(tmp_path / "tiny.dynpack").manifest.id == "tiny"


def test_verification_reports_what_it_checked(tiny_pack: Path) -> None:
    report = verify_pack(tiny_pack)

    assert report.files == len(list(tiny_pack.iterdir()))
    assert report.bytes == sum(path.stat().st_size for path in tiny_pack.iterdir())
    assert len(report.golden_differences) == 3
    assert max(report.golden_differences) <= report.manifest.golden.tolerance < 1 / 255


def test_golden_check_runs_both_sides_of_a_dual_dial(tiny_pack: Path) -> None:
    settings = read_manifest(tiny_pack).golden.settings

    assert [setting["strength"] for setting in settings] == [0.0, -1.0, 1.0]
    assert all(setting.keys() == {"strength", "towards-waves"} for setting in settings)


def test_pictures_are_read_back(tiny_pack: Path) -> None:
    assert read_picture(tiny_pack, "preview").size == (60, 20)
    assert read_picture(tiny_pack, "thumbnail").size == (256, 256)


def test_pictures_are_written_without_metadata(tmp_path: Path) -> None:
    preview = gradient(32, 32)
    exif = preview.getexif()
    exif[0x010E] = "taken at home"
    preview.info["comment"] = b"taken at home"
    preview.info["exif"] = exif.tobytes()

    write_pack(
        tmp_path / "tiny",
        manifest=make_manifest(),
        net=make_net(),
        preview=preview,
        thumbnail=preview,
    )

    for name in ("preview.jpg", "thumbnail.jpg"):
        assert b"taken at home" not in (tmp_path / "tiny" / name).read_bytes()


@pytest.mark.parametrize("there", ["notes.txt", "preview.gif", "pack.json.bak"])
def test_writing_spares_folders_that_are_no_packs(there: str, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "pack.json").write_text("{}")
    (tmp_path / "mine" / there).write_text("years of work")

    with pytest.raises(PackInstallError, match="belongs to no pack"):
        write_tiny(tmp_path / "mine", make_manifest(), make_net())

    assert (tmp_path / "mine" / there).read_text() == "years of work"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_writing_replaces_a_pack_whole(tiny_pack: Path) -> None:
    net = make_net()
    del net.dials["towards-waves"]
    manifest = make_manifest(title="Second", dials=(make_dial("strength", dual=True),))

    write_tiny(tiny_pack, manifest, net)

    assert verify_pack(tiny_pack).manifest.title == "Second"
    assert not (tiny_pack / "towards-waves.safetensors").exists()
    assert [path.name for path in tiny_pack.parent.iterdir()] == ["tiny"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dials": (make_dial("strength", dual=True),)}, "has .'towards-waves'. besides"),
        ({"title": "x" * 101}, "title has 101 characters"),
        ({"base_main_sha256": "ab" * 32}, "leave it out"),
        (
            {"architecture": dataclasses.replace(make_manifest().architecture, width=3)},
            "the architecture calls for",
        ),
        ({"dials": (make_dial("strength"), make_dial("towards-waves"))}, "the dial 'strength'"),
    ],
)
def test_writing_refuses_a_manifest_that_does_not_fit(
    changes: dict[str, object], message: str, tmp_path: Path
) -> None:
    changes = {"measurements": (), **changes}

    with pytest.raises(PackFormatError, match=message):
        write_tiny(tmp_path / "tiny", make_manifest(**changes), make_net())

    assert list(tmp_path.iterdir()) == []


def test_writing_refuses_a_diverged_net(tmp_path: Path) -> None:
    net = make_net()
    net.main.state_dict()["conv_out.conv.bias"][0] = float("inf")

    with pytest.raises(PackFormatError, match="NaN or infinity; the training diverged"):
        write_tiny(tmp_path / "tiny", make_manifest(), net)


def test_addon_finds_its_base_by_the_hash(
    tiny_pack: Path, tiny_addon: Path, photo: torch.Tensor
) -> None:
    base = load_pack(tiny_pack)
    addon = load_pack(tiny_addon, bases=[tiny_pack])

    assert not (tiny_addon / "main.safetensors").exists()
    assert addon.main_sha256 == base.main_sha256
    assert torch.equal(addon.net(photo), base.net(photo))
    assert not torch.equal(addon.net(photo, {"texture": Alpha((1.0,))}), base.net(photo))


def test_addon_finds_its_base_among_the_installed(tiny_pack: Path, tiny_addon: Path) -> None:
    with pytest.raises(PackBaseError, match="of the pack 'tiny', which is not installed"):
        install_pack(tiny_addon)

    install_pack(tiny_pack)
    install_pack(tiny_addon)

    assert load_pack(find_pack("tiny-addon")).manifest.is_addon
    remove_pack("tiny")
    with pytest.raises(PackBaseError, match="install that pack first"):
        load_pack(find_pack("tiny-addon"))


def test_addon_refuses_a_base_with_another_main_net(tiny_addon: Path, tmp_path: Path) -> None:
    other = make_net()
    other.main.state_dict()["conv_out.conv.bias"].add_(0.25)
    write_tiny(tmp_path / "tiny", make_manifest(), other)

    with pytest.raises(PackBaseError, match="'tiny' has another main net"):
        load_pack(tiny_addon, bases=[tmp_path / "tiny"])


def test_addon_written_for_another_main_net_fails_its_golden_check(
    tiny_pack: Path, tmp_path: Path
) -> None:
    base, other = load_pack(tiny_pack), load_pack(tiny_pack)
    other.net.main.state_dict()["conv_out.conv.weight"].mul_(1.5)
    make_addon(tmp_path / "tiny-addon", dataclasses.replace(base, net=other.net))

    with pytest.raises(PackIntegrityError, match="golden check fails"):
        verify_pack(tmp_path / "tiny-addon", bases=[tiny_pack])


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
    for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        (tiny_pack / name).write_bytes(b"junk")

    path = install_pack(tiny_pack).path

    assert len(list(path.iterdir())) == len(list(tiny_pack.iterdir())) - 3


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
        "dynamic_style.backend.pack_store.shipped_packs_folder", lambda: tiny_pack.parent
    )
    monkeypatch.setattr(
        "dynamic_style.backend.pack_install.shipped_packs_folder", lambda: tiny_pack.parent
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
        "import sys; from dynamic_style.backend.pack_store import list_packs;"
        "assert 'tiny' in [pack.id for pack in list_packs()]; assert 'torch' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_manifest_edited_by_hand_still_loads_when_it_stays_true(tiny_pack: Path) -> None:
    members = json.loads((tiny_pack / "pack.json").read_text("utf-8"))
    before = load_pack(tiny_pack).sha256
    members["title"] = "My own name for it"
    (tiny_pack / "pack.json").write_text(json.dumps(members), "utf-8")

    pack = load_pack(tiny_pack)

    assert pack.manifest.title == "My own name for it"
    assert pack.sha256 != before


def test_completion_pack_is_written_verified_and_loaded(tmp_path: Path) -> None:
    """Another net behind the same format; the golden check feeds it a picture with a hole."""
    net = completion_net(2)
    for parameter in net.main["conv_out"].parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    net.add_dial("smoothness", zero_init=False)
    taps = tuple(net.taps)
    comparison = Comparison("two photos", 2, ("psnr", "ms"), (ComparisonRow("a", (15.0, 3.0)),))
    manifest = make_manifest(
        task="completion",
        architecture=Architecture("completion", 2, taps),
        dials=(make_dial("smoothness", taps=taps),),
        measurements=(),
        comparisons=(comparison,),
    )
    write_tiny(tmp_path / "tiny", manifest, net.eval().requires_grad_(False))
    verified = verify_pack(tmp_path / "tiny")
    assert verified.manifest.comparisons == (comparison,)
    loaded = load_pack(tmp_path / "tiny").net
    given = torch.rand(1, INPUT_CHANNELS, 16, 16).round()
    alphas = {"smoothness": Alpha((0.5,))}
    assert torch.equal(loaded(given, alphas), net(given, alphas))


def test_architecture_of_another_task_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackFormatError, match="must be the same"):
        write_tiny(tmp_path / "tiny", make_manifest(task="completion"), make_net())
