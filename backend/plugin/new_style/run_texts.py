"""What a panel says of new styles and of the runs that make them."""

from __future__ import annotations

from ...protocol.errors import DynamicStyleError
from ..errors.host_words import in_host_words
from ..texts.stage_texts import progress_text
from ..translations import tr
from .run_state import StyleRun


def quality_text(quality: str) -> str:
    """Such as "Fine: twice as long as Normal", for a choice of qualities."""
    return {
        "trial": tr("Trial: a minute, shows that all is in place, paints nothing"),
        "draft": tr("Draft: less than half as long as Normal"),
        "normal": tr("Normal: about an hour, on slower computers several"),
        "fine": tr("Fine: twice as long as Normal"),
    }[quality]


def dials_text(dials: tuple[str, ...]) -> str:
    if "scale" in dials:
        return tr("Strength, and the painting's size (takes longer)")
    return tr("Strength")


def run_text(run: StyleRun, *, is_cancelling: bool = False) -> str:
    """How the run is getting on: a few lines at most."""
    title = run.note.title
    if run.is_at_work:
        if is_cancelling:
            return tr("“{title}”: stopping after this step…").format(title=title)
        doing = _phase_text(run)
        return f"“{title}”: " + progress_text(run.fraction, eta_s=run.eta_s, doing=doing)
    if run.state == "done":
        return tr("“{title}” is ready and installed.").format(title=title)
    if run.state == "cancelled":
        text = tr("“{title}” was stopped at {percent} %. Nothing of it is lost.")
    elif run.state == "stopped":
        text = tr("“{title}” was broken off at {percent} %, and can go on from there.")
    else:
        reason = in_host_words(DynamicStyleError(run.message)) if run.message else ""
        reason = reason or tr("the reason is in the run's folder, {folder}").format(
            folder=run.folder
        )
        return tr("“{title}” could not go on: {reason}").format(title=title, reason=reason)
    return text.format(title=title, percent=round(run.fraction * 100))


def _phase_text(run: StyleRun) -> str:
    texts = {
        "": tr("starting"),
        "loss network": tr("loading the network that compares pictures"),
        "photos": tr("looking through the photos"),
        "pilot": tr("finding out how soon it is learnt"),
        "main": tr("learning the painting"),
        "measuring": tr("measuring the result"),
        "export": tr("writing the pack"),
    }
    phase = run.phase.partition("/")[0]
    if phase in texts:
        return texts[phase]
    return tr("learning the dial") if "." in phase else phase
