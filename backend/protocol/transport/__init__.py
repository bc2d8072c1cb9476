"""How messages travel: ZMTP frames on a socket, signed, sealed and bounded."""
