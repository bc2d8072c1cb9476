"""Preview and first dial are in sight at every height that Krita gives a docker."""

from __future__ import annotations

import pytest
from dynamic_style_krita.ui.docker_height import COMPACT_BELOW_PX, preview_height, room_for

LEAST, DIAL = 70, 66


@pytest.mark.parametrize("height", range(60, 1200, 60))
@pytest.mark.parametrize(("wanted", "scrolled"), [(180, 330), (1000, 90), (40, 700)])
def test_the_first_dial_is_never_pushed_out(height: int, wanted: int, scrolled: int) -> None:
    shown = preview_height(height, wanted=wanted, scrolled=scrolled, first_dial=DIAL, least=LEAST)
    assert shown >= LEAST
    if height >= LEAST + DIAL:
        assert height - shown >= DIAL


def test_where_there_is_room_for_all_nothing_is_scrolled() -> None:
    shown = preview_height(600, wanted=300, scrolled=250, first_dial=DIAL, least=LEAST)
    assert shown == 300
    shown = preview_height(600, wanted=500, scrolled=250, first_dial=DIAL, least=LEAST)
    assert shown == 350


def test_small_dockers_fold_the_packs_and_the_smallest_stand_side_by_side() -> None:
    rooms = [room_for(height) for height in (110, COMPACT_BELOW_PX, 500, 800)]
    assert [room.is_compact for room in rooms] == [True, False, False, False]
    assert [room.has_packs for room in rooms] == [False, False, True, True]
    assert [room.pack_rows for room in rooms] == [1, 1, 1, 2]
