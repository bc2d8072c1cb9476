"""Clips that do not flicker: what a frame takes over from the one before.

A stylized clip flickers for three reasons, and each has its cure (`calm_run`):

- The net looks at every fourth pixel of what it sees, so that strokes are laid anew wherever the
  picture moves by anything but a multiple of four. The net sees the picture through a window that
  moves along with it (`moving_window`): half or a third of the flicker is left, and the style stays
  what it is.
- InstanceNorms take means over the whole frame, so that what comes in at one corner changes the
  colours of all. They get a share of those of the frame before (compute/norm_statistics.py).
- Cameras add noise, and places move each in its own way. Where motion is slow enough to be followed
  (`optical_flow`), the result is mixed with the last one, moved to where its places are now.
"""
