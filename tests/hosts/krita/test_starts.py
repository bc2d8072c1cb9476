"""Krita starts with the plug-in that the installer has laid down, and ends with it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..conftest import output_folder
from ..debian.roots import Root
from ..desk import BACKEND, open_desk
from ..installed import engine
from ..shared_host import SharedHost
from .canvas_sight import SWITCH, turn_canvas, wait_for_canvas
from .host import Krita
from .person import DOCKER, Person, add_photo


@contextlib.contextmanager
def start_again(root: Root, home: Path) -> Iterator[Person]:
    with open_desk(root, home=home, output=output_folder(root, "krita_starts")) as desk:
        add_photo(desk)
        with Krita(desk.display, "/exchange/photo.png") as krita:
            assert "dynamic_style_krita" in krita.evaluate("import sys\nsorted(sys.modules)")
            krita.evaluate(f"find_widgets({DOCKER!r})[0].setVisible(True)")
            krita.evaluate(f"find_widgets({DOCKER!r})[0].raise_()")
            desk.display.move(*krita.widget(DOCKER).centre)
            assert krita.script_errors() == []
        with Krita(desk.display, "/exchange/photo.png", opengl=True) as krita:
            yield Person(desk, krita)
            assert krita.script_errors() == []


@pytest.fixture(scope="module")
def shared(root: Root, installed_home: Path) -> Iterator[SharedHost[Person]]:
    with SharedHost(lambda: start_again(root, installed_home)) as shared:
        yield shared


@pytest.fixture
def returned(shared: SharedHost[Person], request: pytest.FixtureRequest) -> Person:
    """Somebody who has had a look at the docker, and starts Krita again, with its canvas as Krita
    chooses it.
    """
    return shared.for_test(request.node)


def test_nothing_is_started_before_the_panel_is_used(returned: Person) -> None:
    assert returned.look(f"find_widget('{DOCKER}').isVisible()"), "Krita has forgotten the docker"
    returned.desk.session.run("sleep", "1")
    assert returned.desk.session.processes(BACKEND) == []
    returned.desk.display.screenshot("at-start")
    returned.open_menu()
    returned.desk.display.screenshot("menu")
    entries = returned.look(
        "[[a.text().replace('&', ''), a.isEnabled()] for a in find_widgets('dynamic_style_menu')[0]"
        ".actions()]"
    )
    assert entries == [
        ["Stylize Layer…", True],
        ["Repeat Last", True],
        ["Stylize Frames…", True],
        ["Inpaint Selection", True],  # a completion pack comes with the program
        ["Generate Picture", True],  # there may be a pack for it: none were listed yet
        ["New Style from Layer…", True],
        ["Install Style Pack…", True],
        ["More Packs…", True],
        ["Preview on Canvas", True],
        ["Open Panel", True],
    ]
    returned.desk.display.key("Escape", "Escape", "Escape")
    assert returned.desk.session.processes(BACKEND) == []
    use_panel(returned)
    state = returned.look("find_widget('dynamic_style_state').text()")
    assert state.startswith("Backend ") and f", {engine(returned.desk.root)} in " in state
    assert len(returned.desk.session.processes(BACKEND)) == 1
    returned.wait_for_preview()
    returned.desk.display.screenshot("docker")
    assert returned.layers() == ["Background"], "a preview must never be a layer"
    assert returned.look("document().modified()") is False


def test_the_preview_covers_a_canvas_that_opengl_draws(returned: Person) -> None:
    use_panel(returned)
    returned.choose_pack("The Starry Night")
    returned.wait_for_preview()
    returned.press(SWITCH)
    turn_canvas(returned, degrees=30, is_mirrored=True, zoom=0.8)
    wait_for_canvas(returned, shows_preview=True)
    returned.desk.display.screenshot("canvas-opengl")
    returned.press(SWITCH)
    wait_for_canvas(returned, shows_preview=False)


def test_krita_quits_in_the_middle_of_a_run(returned: Person) -> None:
    """The last test here: it ends the Krita that all share."""
    use_panel(returned)
    with contextlib.ExitStack() as run:
        run.enter_context(returned.slow_run())
        assert returned.krita.quit() == 0
        run.pop_all()  # nobody is left to set its size back


def use_panel(person: Person) -> None:
    """Have it list the packs, which it does not before anybody asks for something."""
    person.menu("Stylize Layer…")
    person.wait_until(f"len(find_widget('{DOCKER}').controller.state.packs) >= 3")
