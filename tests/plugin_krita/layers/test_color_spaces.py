from __future__ import annotations

import pytest
from dynamic_style_krita.layers.color_spaces import ColorSpace, as_pixels, carrier, encoding

SRGB = "sRGB-elle-V2-srgbtrc.icc"
LINEAR = "sRGB-elle-V2-g10.icc"


@pytest.mark.parametrize(
    ("space", "described"),
    [
        (("RGBA", "U8", SRGB), ("bgra", "u8", "srgb")),
        (("RGBA", "U16", LINEAR), ("bgra", "u16", "linear")),
        (("RGBA", "F16", LINEAR), ("rgba", "f16", "linear")),
        (("RGBA", "F32", "sRGB built-in"), ("rgba", "f32", "srgb")),
        (("GRAYA", "U8", "Gray-D50-elle-V2-srgbtrc.icc"), ("gray_alpha", "u8", "srgb")),
        (("GRAYA", "F32", "Gray-D50-elle-V2-g10.icc"), ("gray_alpha", "f32", "linear")),
    ],
)
def test_kritas_bytes_are_described_as_they_lie_in_memory(
    space: tuple[str, str, str], described: tuple[str, str, str]
) -> None:
    assert encoding(ColorSpace(*space)) == described
    assert carrier(ColorSpace(*space)) == space


@pytest.mark.parametrize(
    ("space", "carried"),
    [
        (("CMYKA", "U8", "Chemical proof"), ("RGBA", "U8", SRGB)),
        (("CMYKA", "F32", "Chemical proof"), ("RGBA", "F32", LINEAR)),
        (("LABA", "U16", "Lab identity built-in"), ("RGBA", "U16", SRGB)),
        (("RGBA", "U8", "ClayRGB-elle-V2-g22.icc"), ("RGBA", "U8", SRGB)),
        (("RGBA", "F16", "Rec2020-elle-V4-g10.icc"), ("RGBA", "F16", LINEAR)),
        (("GRAYA", "U8", "gray built-in"), ("GRAYA", "U8", "Gray-D50-elle-V2-srgbtrc.icc")),
        (("RGBA", "U8", "a camera's own profile"), ("RGBA", "U8", SRGB)),
    ],
)
def test_other_spaces_travel_as_the_nearest_one_of_the_same_depth(
    space: tuple[str, str, str], carried: tuple[str, str, str]
) -> None:
    assert carrier(ColorSpace(*space)) == carried
    assert encoding(carrier(ColorSpace(*space))) is not None


def test_pixels_of_a_request_carry_straight_alpha_and_the_depths_full_range() -> None:
    space = ColorSpace("RGBA", "U16", SRGB)
    pixels = as_pixels(space, (3, 2), bytes(6 * space.pixel_bytes))
    assert (pixels.width, pixels.height, pixels.stride) == (3, 2, 24)
    assert (pixels.alpha, pixels.value_range) == ("straight", (0.0, 65535.0))
