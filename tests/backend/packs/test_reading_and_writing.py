"""Packs as files: written, archived, verified, loaded; add-on packs and their bases."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest
import torch

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.completion_net import INPUT_CHANNELS, completion_net
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.packs import (
    Architecture,
    Comparison,
    ComparisonRow,
    find_pack,
    read_manifest,
)
from dynamic_style.backend.packs.folder_writer import pack_archive
from dynamic_style.backend.packs.install import remove_pack
from dynamic_style.backend.packs.reader import read_picture
from dynamic_style.backend.packs.tensors import load_pack
from dynamic_style.backend.packs.writer import write_pack
from dynamic_style.backend.protocol.errors import (
    PackBaseError,
    PackFormatError,
    PackInstallError,
    PackIntegrityError,
)

from ..tiny_packs import (
    gradient,
    halved,
    make_addon,
    make_dial,
    make_manifest,
    make_net,
    write_tiny,
)
from ..verified_packs import install_pack, verify_pack

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


def test_weights_are_kept_in_float16_where_no_picture_shows_it(
    tmp_path: Path, photo: torch.Tensor
) -> None:
    net = make_net()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.mul_(1 + 2**-14)  # a quarter of the step between numbers of float16
    write_tiny(tmp_path / "tiny", make_manifest(), net)
    loaded = load_pack(tmp_path / "tiny").net
    alphas = {"strength": Alpha((1.0,))}
    difference = (loaded(photo, alphas) - net(photo, alphas)).abs().max()
    assert 0 < difference < 0.5 / 255
    assert all(
        torch.equal(parameter, parameter.half().float()) for parameter in loaded.parameters()
    )
    with torch.no_grad():
        net.main["conv_out"].conv.weight.mul_(30)
    write_tiny(tmp_path / "loud", make_manifest(), net)
    loud = load_pack(tmp_path / "loud").net
    assert torch.equal(loud(photo, alphas), net(photo, alphas)), "here it would show"


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


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("folder", ["", "tiny/"])
def test_archives_of_ordinary_tools_are_read(
    tiny_pack: Path, tmp_path: Path, method: int, streamed: bool, folder: str
) -> None:
    """Folders, sizes after the data, and what macOS, Windows and hubs put beside the files."""
    path = tmp_path / "tiny.zip"
    with (
        path.open("wb") as file,
        zipfile.ZipFile(_Unseekable(file) if streamed else file, "w", method) as archive,
    ):
        if folder:
            archive.writestr(folder, b"")
        for name in (".DS_Store", "Thumbs.db", "README.md", "LICENSE", ".gitattributes"):
            archive.writestr(folder + name, b"of no pack")
        archive.writestr("__MACOSX/" + folder + "._pack.json", b"of no pack")
        for member in sorted(tiny_pack.iterdir()):
            archive.write(member, folder + member.name)
    assert read_manifest(path) == read_manifest(tiny_pack)
    assert install_pack(path).id == "tiny"
    assert verify_pack(find_pack("tiny")).manifest == read_manifest(tiny_pack)


class _Unseekable:
    """A file as a pipe is: what is written to it cannot be mended later."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


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
    write_tiny(tmp_path / "tiny", manifest, halved(net).eval().requires_grad_(False))
    verified = verify_pack(tmp_path / "tiny")
    assert verified.manifest.comparisons == (comparison,)
    loaded = load_pack(tmp_path / "tiny").net
    given = torch.rand(1, INPUT_CHANNELS, 16, 16).round()
    alphas = {"smoothness": Alpha((0.5,))}
    assert torch.equal(loaded(given, alphas), net(given, alphas))


def test_architecture_of_another_task_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackFormatError, match="must be the same"):
        write_tiny(tmp_path / "tiny", make_manifest(task="completion"), make_net())
