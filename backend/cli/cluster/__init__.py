"""A command's pictures on several machines, by Ray Data, which knows how machines are found, work
is shared out, and a worker that dies is replaced.
"""
