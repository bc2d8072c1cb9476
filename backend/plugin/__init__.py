"""What the Krita and the GIMP plugin share above the protocol: dials, recipes, the worker thread.

Toolkit-free: the standard library and ..protocol only, relative imports only, so that a copy works
inside a plugin, side by side with a copy of protocol/.
"""
