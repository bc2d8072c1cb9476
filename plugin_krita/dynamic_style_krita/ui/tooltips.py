"""Tooltips that are shown letter by letter. Needs neither Krita nor Qt."""

from __future__ import annotations

import html


def plain_tip(text: str) -> str:
    """The text for setToolTip, which has no choice of format.

    Qt takes for HTML what looks like it, and would load the picture that a pack's title names, from
    this computer or another. Everything else stays as it is, for screen readers read it out.
    """
    if "<" not in text and "&lt;" not in text:  # as Qt.mightBeRichText
        return text
    return "<qt>" + html.escape(text).replace("\n", "<br>") + "</qt>"
