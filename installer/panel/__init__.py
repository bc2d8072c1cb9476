"""Setting the backend up from a plug-in's panel, which carries these files of the installer's: in a
process of its own, which goes on when the host is closed.
"""
