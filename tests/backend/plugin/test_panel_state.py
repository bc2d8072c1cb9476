"""What the panel is set to: packs come and go, dials are kept for each, recipes restore it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dynamic_style.backend.plugin.panel_state import PanelState
from dynamic_style.backend.plugin.tasks.completion_task import COMPLETION
from dynamic_style.backend.plugin.tasks.stylize_task import STYLIZE
from dynamic_style.backend.plugin.tasks.task import Options
from dynamic_style.backend.protocol.errors import PackNotFoundError, UsageError
from dynamic_style.backend.protocol.messages import DialSpec, PackEntry


def dial(dial_id: str) -> DialSpec:
    taps = ("res3", "up1", "conv_out")
    return DialSpec(dial_id, dial_id, "low", "high", taps, False, (0.0, 1.0), (-0.3, 1.3), 0.5)


def pack(pack_id: str, *, task: str = "style_transfer", version: str = "1.0.0") -> PackEntry:
    return PackEntry(
        id=pack_id,
        version=version,
        title=pack_id.title(),
        summary="",
        authors=(),
        licence="CC0-1.0",
        task=task,
        sha256=("ab" if version == "1.0.0" else "cd") * 32,
        base=None,
        is_removable=False,
        width=16,
        working_size_px=768,
        dials=(dial("strength"), dial("wave")),
        thumbnail=None,
    )


@pytest.fixture
def state() -> PanelState:
    state = PanelState({"night": {"strength": (0.9,)}})
    state.set_packs([pack("night"), pack("day")], [], recent=["night"])
    return state


def test_the_latest_pack_is_chosen_first_with_its_dials_as_they_were_left(
    state: PanelState,
) -> None:
    assert state.pack is not None and state.pack.id == "night"
    assert [dial.alpha for dial in state.dials] == [0.9, 0.5]


def test_dials_are_kept_while_another_pack_is_tried(state: PanelState) -> None:
    state.dials[1].set(0.2)
    state.choose("day")
    assert [dial.alpha for dial in state.dials] == [0.5, 0.5]
    state.choose("night")
    assert [dial.alpha for dial in state.dials] == [0.9, 0.2]


def test_a_new_list_keeps_the_choice_and_takes_a_new_version(state: PanelState) -> None:
    state.choose("day")
    before = state.dials
    state.set_packs([pack("night"), pack("day")], [], recent=[])
    assert state.dials is before
    before[0].set(0.1)
    state.set_packs([pack("night"), pack("day", version="2.0.0")], [], recent=[])
    assert state.pack is not None and state.pack.version == "2.0.0"
    assert state.dials[0].alpha == 0.1


def test_a_pack_that_is_gone_gives_way_to_another(state: PanelState) -> None:
    state.choose("day")
    state.set_packs([pack("night")], [], recent=[])
    assert state.pack is not None and state.pack.id == "night"
    state.set_packs([], [], recent=[])
    assert state.pack is None and state.dials == []
    with pytest.raises(UsageError, match="no style pack is chosen"):
        state.recipe()


def test_a_recipe_restores_the_panel(state: PanelState) -> None:
    state.dials[0].set_tap(2, 1.2)
    options = Options(working_size_px=1024, target="replace", follows_selection=True)
    state.set_options(options)
    recipe = state.recipe({"layer": "{1}"})
    state.choose("day")
    state.set_options(Options(target="in_place"))
    state.restore(recipe)
    assert state.recipe({"layer": "{1}"}) == recipe
    assert state.options == options


def test_packs_with_dials_of_weights_follow_no_selection_and_the_wish_is_kept(
    state: PanelState,
) -> None:
    whole = replace(dial("second"), taps=())
    packs = [pack("night"), replace(pack("day"), dials=(whole,))]
    mixed = replace(pack("dusk"), dials=(dial("strength"), whole))
    state.set_packs([*packs, mixed], [], recent=[])
    state.set_options(Options(follows_selection=True))
    follows = {}
    for name in ("night", "day", "dusk"):
        state.choose(name)
        follows[name] = state.recipe().follows_selection
    assert follows == {"night": True, "day": False, "dusk": False}
    assert state.options.follows_selection


def test_a_recipe_of_a_pack_that_is_gone_is_told_by_name(state: PanelState) -> None:
    recipe = state.recipe()
    state.set_packs([pack("day")], [], recent=[])
    with pytest.raises(PackNotFoundError, match="'night' is not installed"):
        state.restore(recipe)
    assert state.pack is not None and state.pack.id == "day"


def test_completion_packs_are_known_by_their_task(state: PanelState) -> None:
    assert state.has_packs(STYLIZE) and not state.has_packs(COMPLETION)
    state.set_packs([pack("night"), pack("faces", task="completion")], [], recent=[])
    assert state.has_packs(COMPLETION) and state.task is STYLIZE
    state.choose("faces")
    assert state.task is COMPLETION


def test_each_task_has_its_own_packs_and_comes_back_to_the_last_of_them() -> None:
    state = PanelState({})
    faces, smooth = pack("faces", task="completion"), pack("smooth", task="completion")
    state.set_packs([pack("night"), pack("day"), faces, smooth], [], recent=["smooth", "night"])
    assert state.pack is not None and state.pack.id == "night", "a fill is no style"
    assert state.tasks == [STYLIZE, COMPLETION]
    assert {pack.id for pack in state.packs_of_task} == {"night", "day"}
    state.choose("day")
    state.choose_task(COMPLETION)
    assert state.pack.id == "smooth"
    assert {pack.id for pack in state.packs_of_task} == {"faces", "smooth"}
    state.choose("faces")
    state.choose_task(STYLIZE)
    assert state.pack.id == "day"
    state.choose_task(COMPLETION)
    assert state.pack.id == "faces"


def test_a_task_without_packs_is_told_and_the_choice_stays(state: PanelState) -> None:
    with pytest.raises(PackNotFoundError, match="completion pack; install one"):
        state.choose_task(COMPLETION)
    assert state.pack is not None and state.pack.id == "night"


def test_the_first_time_the_quickest_pack_is_chosen() -> None:
    state = PanelState({})
    packs = [
        replace(pack("abstract"), width=32),
        replace(pack("night"), width=16),
        replace(pack("small"), width=16, working_size_px=512),
    ]
    state.set_packs(packs, [], recent=["gone"])
    assert state.pack is not None and state.pack.id == "small"


def test_dials_begin_at_the_packs_default() -> None:
    state = PanelState({"night": {}})
    sharp = replace(dial("smoothness"), default=0.0)
    state.set_packs([replace(pack("night"), dials=(sharp,))], [], recent=[])
    assert [dial.alpha for dial in state.dials] == [0.0]


def test_a_fill_has_a_target_and_a_variant_of_its_own(state: PanelState) -> None:
    state.set_packs([pack("night"), pack("faces", task="completion")], [], recent=[])
    state.set_options(Options(target="replace"))
    state.choose_task(COMPLETION)
    assert (state.options.target, state.options.grow_px) == ("new_layer", 8)
    state.set_options(replace(state.options, target="in_place", seed=3))
    recipe = state.recipe()
    assert (recipe.target, recipe.seed) == ("in_place", 3)
    state.set_options(replace(state.options, target="new_layer", seed=0))
    state.choose_task(STYLIZE)
    state.restore(recipe)
    assert state.recipe() == recipe
    state.choose_task(STYLIZE)
    assert state.options.target == "replace"


def test_an_installed_pack_is_chosen_with_dials_of_its_own(state: PanelState) -> None:
    state.dials[0].set(0.1)
    waves = replace(pack("waves"), dials=(dial("strength"), dial("foam"), dial("spray")))
    state.expect("waves")
    state.set_packs([pack("night"), pack("day"), waves], [], recent=["night"])
    assert state.pack == waves
    assert [(one.spec.id, one.alpha) for one in state.dials] == [
        ("strength", 0.5),
        ("foam", 0.5),
        ("spray", 0.5),
    ]
    state.set_packs([pack("night"), pack("day"), waves], [], recent=["night"])
    assert state.pack == waves, "that it was expected is over"
    state.choose("night")
    assert state.dials[0].alpha == 0.1


def test_packs_of_a_later_program_s_task_are_left_aside(state: PanelState) -> None:
    state.set_packs([pack("tint", task="colorization"), pack("day")], [], recent=["tint"])
    assert [one.id for one in state.packs] == ["day"]
    assert state.pack is not None and state.pack.id == "day"
    recipe = replace(state.recipe(), task="colorization", pack="tint")
    with pytest.raises(UsageError, match="update it"):
        state.restore(recipe)
    assert state.pack.id == "day"


def test_a_dial_that_was_not_turned_follows_the_pack_s_new_default(state: PanelState) -> None:
    state.dials[1].set(0.2)
    assert state.turned_dials() == {"strength": (0.9,), "wave": (0.2,)}
    state.dials[1].reset()
    moved = tuple(replace(one.spec, default=0.8) for one in state.dials)
    newer = replace(pack("night", version="2.0.0"), dials=moved)
    state.set_packs([newer], [], recent=[])
    assert [one.alpha for one in state.dials] == [0.9, 0.8]
