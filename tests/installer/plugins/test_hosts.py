"""Every way to install Krita and GIMP 3 is found, in homes made up for each system."""

from __future__ import annotations

import plistlib
from pathlib import Path

import pytest

from installer.plugins.hosts import find_places
from installer.plugins.sources import GIMP, KRITA
from installer.user_folders import Computer


def made_up(tmp_path: Path, platform: str, *paths: str, **variables: str) -> Computer:
    """A computer with these paths below its system folder; one that ends in / is a folder."""
    computer = Computer(
        platform=platform,
        home=tmp_path / "home" / "ann",
        variables={"PATH": str(tmp_path / "usr" / "bin"), **variables},
        system=tmp_path,
    )
    for text in ("home/ann/", *paths):
        path = tmp_path / text
        (path if text.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not text.endswith("/"):
            path.touch(mode=0o755)
    return computer


def places(computer: Computer, host: str) -> list[tuple[str, str, bool]]:
    """(title, folder below the home, whether it is there) of each place."""
    return [
        (place.title, place.folder.relative_to(computer.home).as_posix(), place.exists)
        for place in find_places(host, computer).places
    ]


def test_krita_of_every_linux_packaging_is_found(tmp_path: Path) -> None:
    computer = made_up(
        tmp_path,
        "linux",
        "home/ann/.local/share/krita/",
        "home/ann/.var/app/org.kde.krita/data/krita/",
        "home/ann/snap/krita/current/",
    )
    assert places(computer, KRITA) == [
        ("Krita", ".local/share/krita", True),
        ("Krita (Flatpak)", ".var/app/org.kde.krita/data/krita", True),
        ("Krita (Snap)", "snap/krita/current/.local/share/krita", False),
    ]
    settings = [place.kritarc for place in find_places(KRITA, computer).places]
    assert settings == [
        computer.home / ".config/kritarc",
        computer.home / ".var/app/org.kde.krita/config/kritarc",
        computer.home / "snap/krita/current/.config/kritarc",
    ]


def test_krita_on_windows_and_from_its_store(tmp_path: Path) -> None:
    store = "home/ann/AppData/Local/Packages/49800Krita_kv2pf/LocalCache/Roaming/krita/"
    computer = made_up(tmp_path, "win32", "home/ann/AppData/Roaming/krita/", store)
    assert places(computer, KRITA) == [
        (
            "Krita (Microsoft Store)",
            "AppData/Local/Packages/49800Krita_kv2pf/LocalCache/Roaming/krita",
            True,
        ),
        ("Krita", "AppData/Roaming/krita", True),
    ]
    settings = [place.kritarc for place in find_places(KRITA, computer).places]
    assert settings == [
        computer.home / "AppData/Local/Packages/49800Krita_kv2pf/LocalCache/Local/kritarc",
        computer.home / "AppData/Local/kritarc",
    ]


def test_krita_on_a_mac(tmp_path: Path) -> None:
    computer = made_up(tmp_path, "darwin", "home/ann/Library/Application Support/krita/")
    (place,) = find_places(KRITA, computer).places
    assert place.folder == computer.home / "Library/Application Support/krita"
    assert place.kritarc == computer.home / "Library/Preferences/kritarc"


@pytest.mark.parametrize(
    ("platform", "program", "folder"),
    [
        ("linux", "usr/bin/krita", ".local/share/krita"),
        ("linux", "home/ann/Downloads/krita-5.2.9-x86_64.appimage", ".local/share/krita"),
        ("win32", "programs/Krita (x64)/bin/krita.exe", "AppData/Roaming/krita"),
        ("darwin", "Applications/krita.app/", "Library/Application Support/krita"),
        (
            "linux",
            "var/lib/flatpak/app/org.kde.krita/",
            ".var/app/org.kde.krita/data/krita",
        ),
    ],
)
def test_krita_that_was_never_started_gets_its_folder_made(
    tmp_path: Path, platform: str, program: str, folder: str
) -> None:
    variables = {"ProgramFiles": str(tmp_path / "programs")}
    computer = made_up(tmp_path, platform, program, **variables)
    assert [place[1:] for place in places(computer, KRITA)] == [(folder, False)]


def test_krita_that_is_not_there_is_said_with_where_it_was_looked_for(tmp_path: Path) -> None:
    search = find_places(KRITA, made_up(tmp_path, "linux"))
    assert search.places == ()
    (missed,) = search.missed
    assert "no program was found" in missed
    assert ".local/share/krita" in missed


def test_moved_resource_folder_and_xdg_folders_are_followed(tmp_path: Path) -> None:
    config, moved = tmp_path / "config", tmp_path / "big disk" / "krita stuff"
    computer = made_up(tmp_path, "linux", XDG_CONFIG_HOME=str(config))
    moved.mkdir(parents=True)
    config.mkdir()
    (config / "kritarc").write_text(f"ResourceDirectory={moved}\n[python]\nenable_x=true\n")
    (place,) = find_places(KRITA, computer).places
    assert (place.folder, place.kritarc, place.exists) == (moved, config / "kritarc", True)


def test_gimp_of_every_linux_packaging_and_version_is_found(tmp_path: Path) -> None:
    computer = made_up(
        tmp_path,
        "linux",
        "home/ann/.config/GIMP/2.10/",
        "home/ann/.config/GIMP/3.0/",
        "home/ann/.config/GIMP/3.2/",
        "home/ann/.config/GIMP/3.0.old/",
        "home/ann/.var/app/org.gimp.GIMP/config/GIMP/3.2/",
        "home/ann/snap/gimp/current/GIMP/3.0/",
    )
    assert places(computer, GIMP) == [
        ("GIMP 3.0", ".config/GIMP/3.0", True),
        ("GIMP 3.2", ".config/GIMP/3.2", True),
        ("GIMP 3.2 (Flatpak)", ".var/app/org.gimp.GIMP/config/GIMP/3.2", True),
        ("GIMP 3.0 (Snap)", "snap/gimp/current/GIMP/3.0", True),
    ]


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        ("win32", "AppData/Roaming/GIMP/3.0"),
        ("win32", "AppData/Local/Packages/GIMP.org_x/LocalCache/Roaming/GIMP/3.0"),
        ("darwin", "Library/Application Support/GIMP/3.0"),
    ],
)
def test_gimp_on_other_systems(tmp_path: Path, platform: str, folder: str) -> None:
    computer = made_up(tmp_path, platform, f"home/ann/{folder}/")
    assert [place[1:] for place in places(computer, GIMP)] == [(folder, True)]


def test_gimp_folder_named_by_a_variable_counts(tmp_path: Path) -> None:
    computer = made_up(tmp_path, "linux", "home/ann/my gimp/", GIMP3_DIRECTORY="my gimp")
    assert places(computer, GIMP) == [("GIMP (GIMP3_DIRECTORY)", "my gimp", True)]


@pytest.mark.parametrize(
    ("platform", "program", "folder"),
    [
        ("linux", "usr/bin/gimp-3.0", ".config/GIMP/3.0"),
        ("linux", "usr/bin/gimp-console-3.2", ".config/GIMP/3.2"),
        ("win32", "programs/GIMP 3/bin/gimp-3.0.exe", "AppData/Roaming/GIMP/3.0"),
    ],
)
def test_gimp_that_was_never_started_gets_its_folder_made(
    tmp_path: Path, platform: str, program: str, folder: str
) -> None:
    variables = {"ProgramFiles": str(tmp_path / "programs")}
    computer = made_up(tmp_path, platform, program, **variables)
    assert [place[1:] for place in places(computer, GIMP)] == [(folder, False)]


def test_mac_bundle_tells_gimps_version(tmp_path: Path) -> None:
    computer = made_up(tmp_path, "darwin", "Applications/GIMP.app/Contents/Info.plist")
    plist = tmp_path / "Applications/GIMP.app/Contents/Info.plist"
    plist.write_bytes(plistlib.dumps({"CFBundleShortVersionString": "3.2.4"}))
    assert places(computer, GIMP) == [("GIMP 3.2", "Library/Application Support/GIMP/3.2", False)]


def test_new_gimp_is_left_to_take_over_older_settings_first(tmp_path: Path) -> None:
    """A GIMP that finds its folder does not migrate the older one's any more."""
    computer = made_up(tmp_path, "linux", "usr/bin/gimp-3.2", "home/ann/.config/GIMP/3.0/")
    search = find_places(GIMP, computer)
    assert [place.title for place in search.places] == ["GIMP 3.0"]
    assert "start it once, so that it takes over the settings of GIMP 3.0" in search.missed[0]


@pytest.mark.parametrize(
    ("paths", "says"),
    [
        ([], "no program was found"),
        (["home/ann/.config/GIMP/2.10/"], "GIMP 2.10 was found, and 3.0 or newer is needed"),
        (["usr/bin/gimp", "usr/bin/gimp-2.10"], "only an older one is installed"),
        (["var/lib/flatpak/app/org.gimp.GIMP/"], "start it once"),
        (["home/ann/Applications/GIMP-3.0.4-x86_64.AppImage"], "start it once"),
        (["usr/bin/gimp"], "version could not be told"),
    ],
)
def test_gimp_that_cannot_be_served_is_said_with_the_reason(
    tmp_path: Path, paths: list[str], says: str
) -> None:
    search = find_places(GIMP, made_up(tmp_path, "linux", *paths))
    assert search.places == ()
    assert says in search.missed[0]
