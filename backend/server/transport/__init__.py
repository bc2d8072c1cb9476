"""The server's side of the wire: sockets, peers, answers and who holds the pixels."""
