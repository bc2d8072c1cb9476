"""What the backend and the host plugins share: stdlib and msgpack only, Python 3.10 syntax."""
