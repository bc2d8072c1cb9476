"""The plugins' version: that of the project, which a plugin cannot look up where it runs."""

PLUGIN_VERSION = "0.1.0"
