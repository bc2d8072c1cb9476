"""What a style pack's tables must show, by the kind of each dial."""

from __future__ import annotations

from dynamic_style.backend.packs import Measurement

from ..claims import Claim, Measured, falls, rises
from .config import StyleConfig, StyleDialSettings
from .evaluate import TOGETHER, WAYS

MOST_STYLE_LEFT = {"none": 0.4, "target": 0.7}  # at alpha 1, of the style loss at 0
LEAST_SHARE = 0.95  # of photos
MOST_LEFT = {"relu3_3": 0.08, "relu4_3": 0.35}  # of the painting's own Gram matrix, at alpha 1
MOST_GRID = 0.1  # 0.03 is a painting's
MOST_CLIPPED = 0.02
WORDS = {
    "content_rose": "content loss rises at every step",
    "style_fell": "style loss falls at every step",
    "a_rose": "distance to a rises at every step",
    "b_fell": "distance to b falls at every step",
    "new_size_fell": "distance to the painting at its new size falls at every step",
}


def check_claims(measured: Measured, config: StyleConfig) -> tuple[Claim, ...]:
    """The claims of all tables, in their order."""
    dials = {dial.id: dial for dial in config.dials}
    checks = [check_table(table, config, dials[table.dial]) for table in measured.tables]
    return tuple(claim for claims in checks for claim in claims)


def check_table(
    table: Measurement, config: StyleConfig, dial: StyleDialSettings
) -> tuple[Claim, ...]:
    """strength: content loss rises, and style loss falls to at most 0.4 of that at 0, or 0.7 with
    losses relative to the target, where the main net is near the painting already. second_style:
    the distance to the main net's painting (a) rises, that to the dial's (b) falls. texture_scale:
    the distance to the painting at its new size falls. With the columns of relative losses: for
    nearly every photo, and as an eye would have it.
    """
    name = f"dial '{table.dial}'"
    return tuple(
        Claim(f"{name}: {claim.text}", claim.holds)
        for claim in (*_check_means(table, config, dial), *_check_photos(table, config, dial))
    )


def _check_means(
    table: Measurement, config: StyleConfig, dial: StyleDialSettings
) -> tuple[Claim, ...]:
    if dial.kind == "texture_scale":
        nearer = falls(table.column("style_new_size"))
        return (Claim("distance to the painting at its new size falls", nearer),)
    if dial.kind == "second_style":
        return (
            Claim("distance to a rises", rises(table.column("style_a"))),
            Claim("distance to b falls", falls(table.column("style_b"))),
        )
    style, zero = table.column("style"), table.column("alpha").index(0.0)
    ratio, most = style[-1] / style[zero], MOST_STYLE_LEFT[config.loss.normalisation]
    return (
        Claim("content loss rises", rises(table.column("content"))),
        Claim("style loss falls", falls(style)),
        Claim(f"style loss at 1 is {ratio:.3f} of that at 0 (at most {most:g})", ratio <= most),
    )


def _check_photos(
    table: Measurement, config: StyleConfig, dial: StyleDialSettings
) -> tuple[Claim, ...]:
    """What only tables of relative losses can show."""
    if "grid" not in table.columns:
        return ()
    claims, ends = [], table.column("alpha").index(1.0)
    for column in WAYS[dial.kind]:
        share = table.column(column)[-1]
        text = f"{WORDS[column]} for {share:.0%} of the photos (at least {LEAST_SHARE:.0%})"
        claims.append(Claim(text, share >= LEAST_SHARE))
    for layer, most in MOST_LEFT.items():
        if dial.kind == "strength" and layer in table.columns:
            left = table.column(layer)[ends]
            text = f"{layer} at 1 is {left:.3f} from the painting (at most {most:g})"
            claims.append(Claim(text, left <= most))
    if dial.kind == "texture_scale":
        spacings = table.column("stroke_px")
        larger = dial.higher.style_px > config.main.objective.style_px
        way = f"strokes get {'larger' if larger else 'smaller'} at every step"
        text = f"{way}: {spacings[0]:.1f} to {spacings[-1]:.1f} px apart"
        claims.append(Claim(text, rises(spacings) if larger else falls(spacings)))
    grid = max(table.column("grid"))
    text = f"no mesh: {grid:.0%} of the finest detail is on the net's own grid"
    text = f"{text} (at most {MOST_GRID:.0%})"
    claims.append(Claim(text, grid <= MOST_GRID))
    for column, where in (("clipped", "alone"), (TOGETHER, "with the other dials at 1")):
        if column in table.columns:
            clipped = max(table.column(column))
            text = f"{where}, {clipped:.1%} is clipped (at most {MOST_CLIPPED:.0%})"
            claims.append(Claim(text, clipped <= MOST_CLIPPED))
    return tuple(claims)
