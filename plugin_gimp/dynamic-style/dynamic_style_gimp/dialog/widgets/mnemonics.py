"""Underlined letters for texts that come from packs, each letter used once in a window."""

from __future__ import annotations

from typing import Any


def letters_of(window: Any) -> str:
    """The underlined letters of all labels in a GTK window, in whatever language, seen or not."""
    found, waiting = "", [window]
    while waiting:
        widget = waiting.pop()
        if hasattr(widget, "get_mnemonic_keyval"):
            key = widget.get_mnemonic_keyval()  # 0xFFFFFF: it has none
            found += chr(key) if key < 128 else ""
        if hasattr(widget, "forall"):
            widget.forall(waiting.append)
    return found


class Mnemonics:
    """taken: letters that the window's fixed texts use, whatever their case."""

    def __init__(self, taken: str) -> None:
        self._used = set(taken.casefold())

    def added_to(self, text: str) -> str:
        """The text as GTK wants it, with the first free letter underlined: those that begin a word
        before the others. Without a free letter nothing is underlined.
        """
        position = self._free(text)
        if position is None:
            return escaped(text)
        self._used.add(text[position].casefold())
        return f"{escaped(text[:position])}_{escaped(text[position:])}"

    def _free(self, text: str) -> int | None:
        starts = [i for i in range(len(text)) if i == 0 or text[i - 1] == " "]
        for position in starts + list(range(len(text))):
            letter = text[position]
            if letter.isalnum() and letter.isascii() and letter.casefold() not in self._used:
                return position
        return None


def escaped(text: str) -> str:
    """The text as it is, where GTK would read an underscore as a mnemonic."""
    return text.replace("_", "__")
