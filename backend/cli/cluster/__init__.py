"""A command's pictures on several machines, by Ray Data, which knows how machines are found, work
is shared out, and a worker that dies is replaced.

`ray_map` sends pictures to Ray's workers, each of which opens the pack once: `_open` of stylize.py
and complete.py, `open_shares` of frames.py.
"""
