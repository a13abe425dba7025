"""A client that shows what is on the wire: the head, each chunk, and how the body ended."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from dsk.scripted.server import ScriptedServer

CHAT = "/chat/completions"
BETA = "/beta/chat/completions"
FIM = "/beta/completions"

DEADLINE = 20.0
HI = {"role": "user", "content": "hi"}
#: A question without thinking, whole.
PLAIN: Mapping[str, Any] = {"model": "deepseek-flash", "messages": [HI], "thinking": {"type": "disabled"}}
#: The same, streamed.
STREAM: Mapping[str, Any] = {**PLAIN, "stream": True}
#: Streamed, with thinking as it is by default.
THINKING: Mapping[str, Any] = {"model": "deepseek-flash", "messages": [HI], "stream": True}


class Got(NamedTuple):
    """A response. ``end`` is whole, closed (before the body was whole, or as its only end) or reset."""

    status: int
    headers: dict[str, str]
    body: bytes
    chunks: list[bytes]
    end: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> list[str]:
        """What is after ``data: `` in each event, comments left out."""
        lines = self.body.decode().replace("\r\n", "\n").split("\n")
        return [line[len("data:") :].removeprefix(" ") for line in lines if line.startswith("data:")]

    @property
    def parsed(self) -> list[Any]:
        """The events as JSON, but for ``[DONE]``."""
        return [json.loads(data) for data in self.data if data != "[DONE]"]

    @property
    def deltas(self) -> list[Any]:
        return [chunk["choices"][0]["delta"] for chunk in self.parsed if chunk.get("choices")]

    @property
    def text(self) -> str:
        return "".join(delta.get("content") or "" for delta in self.deltas)

    @property
    def reasoning(self) -> str:
        return "".join(delta.get("reasoning_content") or "" for delta in self.deltas)

    @property
    def finish(self) -> str | None:
        reasons = [chunk["choices"][0]["finish_reason"] for chunk in self.parsed if chunk.get("choices")]
        return next((reason for reason in reasons if reason), None)


class Client:
    """One connection, to a server or made already, for one request after another."""

    def __init__(self, server: ScriptedServer | socket.socket) -> None:
        if not isinstance(server, socket.socket):
            server = socket.create_connection(("127.0.0.1", server.port), DEADLINE)
        self.socket = server
        self._ahead = b""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        fields = {"Host": "localhost", "Content-Length": str(len(body)), **(headers or {})}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)

    def ask(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> None:
        self.send("POST", path, body if isinstance(body, bytes) else json.dumps(body).encode(), headers)

    def receive(self) -> Got:
        """The next response to its end. Raises ``EOFError`` if there is none, ``ConnectionResetError``."""
        head = self._until(b"\r\n\r\n").decode()
        first, *lines = head.split("\r\n")[:-2]
        pairs = [line.partition(": ") for line in lines]
        headers = {name.lower(): value for name, _, value in pairs}
        chunks: list[bytes] = []
        end = "whole"
        try:
            for piece in self._pieces(headers):
                chunks.append(piece)
        except EOFError:
            end = "closed"
        except ConnectionResetError:
            end = "reset"
        return Got(int(first.split()[1]), headers, b"".join(chunks), chunks, end)

    def is_closed(self) -> bool:
        """Whether the server closes the connection, without another byte."""
        try:
            return self._ahead == b"" and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def piece(self) -> bytes:
        """Whatever comes in one read."""
        return self._ahead or self.socket.recv(1 << 16)

    def _pieces(self, headers: Mapping[str, str]) -> Iterator[bytes]:
        if headers.get("transfer-encoding") == "chunked":
            while size := int(self._until(b"\r\n"), 16):
                yield self._exactly(size)
                assert self._exactly(2) == b"\r\n"
            assert self._exactly(2) == b"\r\n"
        elif "content-length" in headers:
            yield self._exactly(int(headers["content-length"]))
        else:
            while True:
                yield self._some()

    def _some(self) -> bytes:
        data, self._ahead = self._ahead, b""
        data = data or self.socket.recv(1 << 16)
        if not data:
            raise EOFError
        return data

    def _until(self, mark: bytes) -> bytes:
        data = b""
        while mark not in data:
            data += self._some()
        found, _, self._ahead = data.partition(mark)
        return found + mark

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += self._some()
        self._ahead = data[size:]
        return data[:size]


def ask(server: ScriptedServer, body: Any, path: str = CHAT, headers: Mapping[str, str] | None = None) -> Got:
    """One question on a connection of its own."""
    with Client(server) as client:
        client.ask(path, body, headers)
        return client.receive()


def get(server: ScriptedServer, path: str, headers: Mapping[str, str] | None = None) -> Got:
    """A GET on a connection of its own."""
    with Client(server) as client:
        client.send("GET", path, headers=headers)
        return client.receive()
