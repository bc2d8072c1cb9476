"""The real Krita and the real GIMP 3, each from Debian's own packages, driven as a person does.

Left out of a plain `pytest`; `pytest -m real_host` runs them, `-k trixie` or `-k forky` half of
them. In trixie the backend is the light installation, without torch; in forky it runs on Debian's
torch. They need Linux, root rights and `mmdebstrap`. The first builds the roots (minutes, 3 GB);
`python3 -m tests.hosts build` does only that, and `python3 -m tests.hosts run trixie -- COMMAND`
tries something out inside. The folders and switches, all by environment variable:

    DYNAMIC_STYLE_ROOTS        where the roots are kept; ~/.cache/dynamic-style/roots when not set
    DYNAMIC_STYLE_HOST_OUTPUT  where screenshots and logs go; tests/hosts/output when not set

One module per idea: `debian.roots` builds a Debian root, `debian.wheels` lays into it what pip is
to find there, `debian.inside` runs commands in it, `display` is a screen with a mouse and a
keyboard, `homes` keeps home folders in which the hosts have started before, `installed` runs the
installer there, `channel` runs Python inside a host's user interface, `krita.host` and `gimp.host`
start the hosts, `krita.person` and `gimp.person` use them as a person does, `desk` puts all of it
together for a test, `shared_host` is one host for many tests, a new one after a test that failed,
`one_root` says which tests one root is enough for, and each `conftest.py` has the fixtures of its
room. `driver` is what runs inside the hosts; the scripts in `measure` print how long things take. A
test reads like this:

    def test_menu_has_an_entry(desk: Desk) -> None:        # once per root, plug-ins installed
        desk.add_picture("photo.png", size=(64, 48))
        with Krita(desk.display, "/exchange/photo.png") as krita:
            desk.display.click(*krita.menu("filter").centre)
            krita.wait_until("QtWidgets.QApplication.activePopupWidget() is not None")
            desk.display.screenshot("filter-menu")
            assert krita.evaluate("Krita.instance().activeDocument().width()") == 64
            assert krita.script_errors() == []
"""
