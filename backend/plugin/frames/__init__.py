"""Many frames in one run: which are made, how the dials stand in each, how far it is.

Where dials stand at a frame backend/protocol/animation/ says, to hosts and command line alike. The
recipe of a result keeps its keys (`FrameKeys` in `backend/plugin/recipe.py`), so that both hosts
can bring them back.

Krita: `animation.py` has the span and the curves, and `frame_plan` says which frames they make.
`frames_run.py` takes one after the other: `keyframes.py` reads it without moving the picture's
time, and `animated_layer.py` writes its result into a layer that grows in an invisible picture,
whose empty keyframes come out of a file (`empty_animation.py`), for Krita lets Python make none.
Adding a copy of that layer is the one undo step.

GIMP: `stylize_frames.py` calls, or `frames_dialog.py` asks; `frame_layers.py` says which layer is
which frame, and `placing_frames.py` keeps the results on the disk until all can be laid into their
layers.
"""
