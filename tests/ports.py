"""Ports for servers that a test starts."""

import random
import socket

# Below those that Linux (from 32768) and macOS (from 49152) give to whatever connection begins: such a one could take the
# port between our look and the server's start, or while a server that was killed is down.
OURS = range(20_000, 32_000)
_given: set[int] = set()


def free_port() -> int:
    """Find a port of this machine that nobody has now; none is given twice."""
    for port in random.sample(OURS, 100):
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            _given.add(port)
            return port
    raise OSError("of a hundred ports none was free")
