"""Connections without the module socket."""

from __future__ import annotations

import socket

import pytest

from dsk.wire.connecting import connect, for_libraries


def test_the_addresses_of_a_name_are_tried_until_one_takes_the_connection() -> None:
    # localhost is ::1 as well, as a rule, where nobody listens.
    with socket.create_server(("127.0.0.1", 0)) as server:
        opened = connect("localhost", server.getsockname()[1], 20.0)
        ordinary = for_libraries(opened)
        assert for_libraries(ordinary) is ordinary
        with ordinary, server.accept()[0] as accepted:
            assert (opened.fileno(), ordinary.gettimeout(), ordinary.family) == (-1, 20.0, socket.AF_INET)
            ordinary.sendall(b"text")
            assert accepted.makefile("rb").read(4) == b"text"
            accepted.shutdown(socket.SHUT_WR)
            assert ordinary.recv(1) == b""


def test_what_keeps_the_last_address_from_taking_it_is_raised() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        connect("localhost", port, 20.0)
    with pytest.raises(socket.gaierror):
        connect("no.such.name.invalid", port, 20.0)
