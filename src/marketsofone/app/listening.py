"""The address the app listens at, taken before anyone is told of it."""

from __future__ import annotations

import socket

from marketsofone.errors import AddressTaken


def taken(host: str, port: int) -> socket.socket:
    """A socket that listens at an address, so that the link that is told leads to this server and to no other.

    Raises
    ------
    AddressTaken
        Another program listens there, or this machine has no such address.
    """
    place = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((host, port))
        place.listen()
    except OSError as problem:
        place.close()
        raise AddressTaken(f"The app listens at {host}, port {port}.", f"{(problem.strerror or 'refused').lower()}.",
                           f"Stop what listens there, or take another:  m1 serve --port {port % 65535 + 1}") from None
    return place
