"""Plug-ins into hosts: where these are, what is laid there, and taken away again."""
