from __future__ import annotations

import numpy as np
import pytest

from dynamic_style.backend.plugin.byte_masks import changed, chosen, every_nth, is_empty, is_full


@pytest.mark.parametrize("pixel_bytes", [2, 4, 5, 16])
def test_what_is_not_selected_stays_byte_for_byte(pixel_bytes: int) -> None:
    random = np.random.default_rng(pixel_bytes)
    old = random.integers(0, 256, (300, pixel_bytes), dtype=np.uint8)
    new = random.integers(0, 256, (300, pixel_bytes), dtype=np.uint8)
    mask = random.choice(np.array([0, 1, 128, 255], np.uint8), 300)
    mask[0] = mask[-1] = 0

    taken = chosen(old.tobytes(), new.tobytes(), mask.tobytes(), pixel_bytes=pixel_bytes)

    wanted = np.where(mask[:, None] == 0, old, new)
    assert taken == wanted.tobytes()


def test_a_band_that_is_selected_as_a_whole_or_not_at_all_is_one_of_the_two() -> None:
    old, new = b"\0\1\2\3" * 5, b"\4\5\6\7" * 5
    assert chosen(old, new, bytes(5), pixel_bytes=4) == old
    assert chosen(old, new, b"\1\x80\xff\1\1", pixel_bytes=4) == new


def test_a_mask_is_empty_or_full_only_if_all_of_it_is() -> None:
    assert is_empty(bytes(9)) and not is_empty(bytes(8) + b"\1")
    assert is_full(b"\xff" * 9) and not is_full(b"\xff" * 4 + b"\xfe" + b"\xff" * 4)


@pytest.mark.parametrize("width", [1, 6, 7, 8])
@pytest.mark.parametrize("pixel_bytes", [2, 5, 16])
def test_rows_are_thinned_by_whole_pixels(width: int, pixel_bytes: int) -> None:
    row = np.arange(width * pixel_bytes, dtype=np.uint8).reshape(width, pixel_bytes)
    thinned = every_nth(memoryview(row.tobytes()), 3, pixel_bytes=pixel_bytes)
    assert thinned == row[::3].tobytes()


def test_what_has_changed_is_a_mask() -> None:
    old = bytes([1, 2, 3, 4, 5, 6, 7, 8, 9])
    assert changed(old, old, pixel_bytes=3) == bytes(3)
    new = bytes([1, 2, 3, 4, 0, 6, 7, 8, 9])
    assert changed(old, new, pixel_bytes=3) == bytes([0, 255, 0])
    assert changed(memoryview(old), new[:-1] + b"\0", pixel_bytes=3) == bytes([0, 255, 255])
