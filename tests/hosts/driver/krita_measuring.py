"""Evaluated in Krita after krita_layers.py: how long the user interface stands still, and why.

A timer of 1 ms notices every pause of the event loop. Krita's own calls are timed where the plug-in
makes them, and so are the turns in which it makes them.
"""

import time

from krita import Document, Node, Selection

KRITAS_OWN = (
    (Node, "pixelData"),
    (Node, "projectionPixelData"),
    (Node, "setPixelData"),
    (Node, "addChildNode"),
    (Node, "duplicate"),
    (Node, "setChildNodes"),
    (Node, "setColorSpace"),
    (Node, "bounds"),
    (Selection, "pixelData"),
    (Document, "createNode"),
    (Document, "refreshProjection"),
    (Document, "setAnnotation"),
    (type(Krita.instance()), "createDocument"),  # noqa: F821
)
calls = []  # (name, start, end, CPU seconds)
turns = []  # (start, end, CPU seconds)
pauses = []  # (start, end, CPU seconds)


def timed(owner, name, log):
    wrapped = getattr(owner, name)

    def call(*arguments, **named):
        start, used = time.perf_counter(), time.thread_time()
        try:
            return wrapped(*arguments, **named)
        finally:
            log(start, time.perf_counter(), time.thread_time() - used)

    setattr(owner, name, call)


for owner, name in KRITAS_OWN:
    label = f"{owner.__name__}.{name}"
    timed(owner, name, lambda *times, label=label: calls.append((label, *times)))
timed(Stepping, "_work", lambda *times: turns.append(times))  # noqa: F821

last = time.perf_counter(), time.thread_time()


def tick():
    global last
    now = time.perf_counter(), time.thread_time()
    pauses.append((last[0], now[0], now[1] - last[1]))
    last = now


ticker = QtCore.QTimer()  # noqa: F821
ticker.timeout.connect(tick)
ticker.start(1)


def forget_times():
    for times in (calls, turns, pauses):
        times.clear()


def within(start, end):
    """Seconds of Krita's own calls between two times."""
    return sum(max(0.0, min(end, b) - max(start, a)) for _, a, b, _ in calls)


def used_within(start, end):
    """CPU seconds of those that lie between two times."""
    return sum(used for _, a, b, used in calls if a >= start and b <= end)


def times():
    """In milliseconds: the longest call of each kind, with how many there were and their sum; the
    longest turn of the plug-in without them, by the clock and by the processor; the longest pause
    of the event loop, and the longest one with a turn in it, without Krita's own calls: by the
    clock, and by the processor, which other programs of a busy machine do not lengthen.
    """
    by_name = {}
    for name, start, end, _ in calls:
        most, count, total = by_name.get(name, (0.0, 0, 0.0))
        spent = (end - start) * 1000
        by_name[name] = (max(most, spent), count + 1, total + spent)
    ours = [(b - a - within(a, b)) * 1000 for a, b, _ in turns]
    used = [(cpu - used_within(a, b)) * 1000 for a, b, cpu in turns]
    held, used_held = [0.0], [0.0]
    for a, b, cpu in pauses:
        if any(start < b and end > a for start, end, _ in turns):
            held.append((b - a - within(a, b)) * 1000)
            used_held.append(min(held[-1], (cpu - used_within(a, b)) * 1000))
    return {
        "calls": by_name,
        "longest_turn": max(ours, default=0.0),
        "longest_turn_cpu": max(used, default=0.0),
        "turns": len(ours),
        "longest_pause": max(((b - a) * 1000 for a, b, _ in pauses), default=0.0),
        "longest_pause_ours": max(held),
        "longest_pause_ours_cpu": max(used_held),
    }
