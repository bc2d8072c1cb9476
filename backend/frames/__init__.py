"""Moving pictures: clips read frame by frame, dials over time, and which frames are done.

`clip_files` says what kind of clip it is and where the frames go, `ledger` which frames are done;
an animation or a video is made of its finished frames in the end. `run_lock` lets one run, or one
of each share, write there. Where dials stand at a frame backend/protocol/animation/ says, to the
hosts as well. With --calm a frame depends on those before it, as far as `segments` says, and
backend/tasks/calm/ makes it. backend/cli/frames.py ties all that together.
"""
