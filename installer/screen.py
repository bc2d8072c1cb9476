"""What the installer shows while it works."""

from __future__ import annotations

import sys
import time


class Screen:
    """Prints lines, and on a terminal one more that tells what is going on and for how long."""

    def __init__(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # an old console may not know every letter
                stream.reconfigure(errors="replace")
        self.is_terminal = sys.stdout.isatty()
        self.start_s = time.monotonic()
        self.current = ""

    def report(self, text: str) -> None:
        self.clear()
        self.start_s = time.monotonic()
        self.current = ""
        print(text, flush=True)

    def status(self, text: str) -> None:
        """Show what pip is at; "" means nothing new. Without a terminal, only the large steps."""
        if self.is_terminal:
            self.current = text or self.current
            elapsed_s = time.monotonic() - self.start_s
            print(f"\r{f'  {elapsed_s:4.0f} s  {self.current}':79.79}", end="", flush=True)
        elif text.startswith(("Downloading", "Installing collected")):
            print(f"  {text:.100}", flush=True)

    def clear(self) -> None:
        if self.is_terminal:
            print(f"\r{'':79}\r", end="", flush=True)
