"""The server's side of the wire: sockets, peers, answers and who still needs the process.

What a stranger can cost: a program on the same machine that does not have the key can make the
backend hold 128 connections and 64 KiB of a message on each, for up to 20 seconds; the next
stranger takes the place of the first. Who has shown the key may send messages of the announced
limits; where more than one of the largest size is on its way, only one connection is read on.
Jobs are bounded for each client and for all of them (`Jobs.check_room`).

That is why the ROUTER is not libzmq's, which speaks the same frames: it limits each frame of a
message and not their sum, hands a message on when it has ended, counts no connections, and ends
the process where a thread or an allocation is refused to it.
"""
