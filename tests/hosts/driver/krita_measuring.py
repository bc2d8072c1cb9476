"""Evaluated in Krita after krita_layers.py: how long the user interface stands still, and why.

A timer of 1 ms notices every pause of Krita's event loop. What the plug-in has of a pause is the
time in its slots, all of which are `guarded`, without the calls into Krita that they make. What is
left is Krita's own: those calls, and all that it does between two slots, such as painting.
"""

import sys
import threading
import time

from dynamic_style_krita.safe_slots import guarded
from krita import Document, Node, Selection

here = threading.get_ident()
krita = Krita.instance()  # noqa: F821
krita_type, action_type = type(krita), type(krita.action("edit_undo"))
slots = []  # (start, end, CPU seconds) of the outermost ones
calls = []  # (start, end, CPU seconds, name) of the outermost ones
pauses = []  # (start, end)
running_slots, running_calls = [], []  # when those that have not ended began
asked = answered = 0.0  # when the worker got the request, and when its result came


def now():
    return time.perf_counter(), time.thread_time()


def slot_begins(_code, _offset):
    if threading.get_ident() == here:
        running_slots.append(now())


def slot_ends(_code, _offset, _value):
    if threading.get_ident() != here or not running_slots:
        return
    (start, used), (end, used_then) = running_slots.pop(), now()
    if not running_slots:
        slots.append((start, end, used_then - used))


def time_calls(owner, name):
    wrapped = getattr(owner, name)

    def call(*arguments, **named):
        running_calls.append(now())
        try:
            return wrapped(*arguments, **named)
        finally:
            (start, used), (end, used_then) = running_calls.pop(), now()
            if running_slots and not running_calls:
                calls.append((start, end, used_then - used, f"{owner.__name__}.{name}"))

    setattr(owner, name, call)


def time_slots():
    monitoring, kinds = sys.monitoring, sys.monitoring.events
    monitoring.use_tool_id(monitoring.PROFILER_ID, "measuring")
    monitoring.register_callback(monitoring.PROFILER_ID, kinds.PY_START, slot_begins)
    monitoring.register_callback(monitoring.PROFILER_ID, kinds.PY_RETURN, slot_ends)
    code = guarded(lambda: None).__code__  # one for all slots; they let no exception out
    monitoring.set_local_events(monitoring.PROFILER_ID, code, kinds.PY_START | kinds.PY_RETURN)


for owner in (Document, Node, Selection, krita_type):
    for name in set(dir(owner)) - set(dir(QtCore.QObject)):  # noqa: F821
        if not name.startswith("_") and callable(getattr(owner, name)):
            time_calls(owner, name)
time_calls(action_type, "trigger")
time_slots()


def tick():
    global last
    this = time.perf_counter()
    pauses.append((last, this))
    last = this


last = time.perf_counter()
ticker = QtCore.QTimer()  # noqa: F821
ticker.timeout.connect(tick)
ticker.start(1)


def forget_times():
    for times_of in (slots, calls, pauses):
        times_of.clear()


def begin_timed_run(name, recipe):
    """begin_run, noting when the backend has the request and when the result is there."""
    global asked, answered
    ask, answered = worker.run, 0.0  # noqa: F821

    def run_and_note(request):
        global asked
        asked = time.perf_counter()
        worker.run = ask  # noqa: F821
        return ask(request)

    worker.run = run_and_note  # noqa: F821
    begin_run(name, recipe)  # noqa: F821


def pump_timed_run():
    global answered
    is_over = pump_run()  # noqa: F821
    if run.has_result and not answered:  # noqa: F821
        answered = time.perf_counter()
    return is_over


def shared(intervals, start, end):
    """Seconds between two times that lie in intervals, which do not overlap."""
    return sum(max(0.0, min(end, b) - max(start, a)) for a, b, *_ in intervals)


def parts(start, end):
    """Milliseconds of a pause: all, in the plug-in, in calls of its into Krita, in Krita alone."""
    in_slots, in_calls = shared(slots, start, end), shared(calls, start, end)
    whole = end - start
    return [1000 * t for t in (whole, in_slots - in_calls, in_calls, whole - in_slots)]


def times():
    """longest: parts() of the longest pause. most_ours: of the one with most of the plug-in in it.
    longest_slot, slot_cpu: of one slot without Krita's calls, by the clock and by the processor,
    which other programs of a busy machine do not lengthen. waiting: the longest pause while the
    backend had the request, when nothing but the plug-in's threads could cause one.
    calls: by name the longest, how many, and all together.
    """
    split = [parts(*pause) for pause in pauses] or [[0.0] * 4]
    by_name = {}
    for start, end, _, name in calls:
        most, count, total = by_name.get(name, (0.0, 0, 0.0))
        spent = 1000 * (end - start)
        by_name[name] = (max(most, spent), count + 1, total + spent)
    alone = [(b - a - shared(calls, a, b)) * 1000 for a, b, _ in slots]
    used = [
        (cpu - sum(call[2] for call in calls if a <= call[0] and call[1] <= b)) * 1000
        for a, b, cpu in slots
    ]
    waiting = [(b - a) * 1000 for a, b in pauses if asked <= a and b <= answered]
    return {
        "longest": max(split),
        "most_ours": max(split, key=lambda part: part[1]),
        "slots": len(slots),
        "longest_slot": max(alone, default=0.0),
        "slot_cpu": max(used, default=0.0),
        "waiting": max(waiting, default=0.0),
        "calls": by_name,
    }
