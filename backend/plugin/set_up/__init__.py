"""Setting the backend up from a panel: the process that does it, how far it is, what to say of it.

The plug-in carries the part of the installer that does the work; here it is started and watched.

1. `backend/plugin/errors/error_actions.py` gives an error that a set-up mends its button;
   `set_up_watch` asks and tells, `set_up_runner` starts and looks. Krita draws that in ui/notices/,
   GIMP in dialog/setting_up.py.
2. `python_finding` finds a Python, and `set_up_process` starts in it, detached, what the plug-in
   carries (`CARRIED_INSTALLER` in `installer/plugins/sources.py`).
3. `installer/panel/main.py` makes an environment for the plug-in's version beside the one that may
   be there (`installer/environment/setup.py`), by uv (`uv.py`, `uv_wheel.py`) or by venv and pip,
   and says how far it is in progress.json, as `installer/panel/progress.py` describes.
4. The new environment's own `setup adopt` writes the record that hosts read and brings the plug-in
   up to date; only then does the older environment go.
"""
