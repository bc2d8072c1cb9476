"""Dynamic Style in GIMP 3.0 and 3.2. Standard library and gi only; the installer lays the folders
`protocol` and `panel` beside these modules.
"""

VERSION = "0.1.0"  # the project's; a test compares them
