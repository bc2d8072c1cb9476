"""What fills a hole from the rest of the picture, before the net of a pack mixes it.

Each blob of a mask is taken with what is around it (`holes`; specks that lie close share it) and
is filled three times (`fills`), on a pyramid of sizes (`pyramid`):

- smooth: the surface that the hole's edge spans, going on near it as steeply as the picture comes
  in (`diffusion_fill`). The right colours on average, and no structure.
- mean: overlapping patches of the known part, averaged (`patch_search`). Structure, but soft.
- detailed: whole regions copied by a few shifts (`shift_candidates`), cut where the copies agree
  (`shift_map`), refined and levelled up to full resolution (`seam_blend`). The picture's own
  grain.

Within 2 px of the hole's boundary the latter two are blended toward the smooth fill where they
disagree with the known pixels beside it (`boundary_blend`). So a pattern goes on as it is, and
grain, which no copy foretells, sets in gently.

Why copies: the mean of patches is near to what was there, in numbers, but grass or plaster filled
by it is a blur. Copied regions keep the grain. Where they are wrong, they are wrong in large, and
that is what the other two are for.
"""
