"""Setting the backend up from a panel: the process that does it, how far it is, what to say of it.

The plug-in carries the part of the installer that does the work; here it is started and watched.
"""
