"""Sets Dynamic Style up from a bare checkout: `python3 -m installer --help`.

Needs nothing but Python's standard library. Only the version check in `__main__` has to run under
Pythons older than 3.10, so this file stays empty but for this text.
"""
