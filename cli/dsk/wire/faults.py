"""Exceptions of requests, urllib3 and the socket layer as our own failures, in words a user can act on."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

from dsk.errors import BrokenFault, Failure, NetworkFault, UsageFault, without_secrets
from dsk.wire.line import is_our_timeout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_QUOTE = 200
TUNNEL = "Tunnel connection failed: "
# What http.client raises for an answer that is none: it would be the same again.
NO_HTTP = ("BadStatusLine", "UnknownProtocol", "LineTooLong", "HTTPException")


def before_answer(error: BaseException, clocks_fault: Callable[[], Failure], where: str) -> Failure:
    """What went wrong before the server answered; ``where`` is its host, ``clocks_fault`` gives the clock that ran
    out, if it was one."""
    import requests
    import urllib3

    causes = list(_chain(error))
    if any(is_our_timeout(e) for e in causes):
        return clocks_fault()
    if isinstance(error, requests.exceptions.InvalidSchema) and "SOCKS" in str(error):
        return NetworkFault(
            f"no way through the proxy to {where}",
            "a SOCKS proxy needs the package PySocks",
            hint="pip install 'requests[socks]', or pipx inject dsk-cli pysocks",
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return NetworkFault(
            f"no way through the proxy to {where}",
            reason(error),
            hint="check HTTPS_PROXY, HTTP_PROXY and NO_PROXY",
            transient=True,
        )
    if isinstance(error, (requests.exceptions.SSLError, ssl.SSLError)):
        return NetworkFault(
            f"no secure connection to {where}",
            reason(error),
            hint="check the clock and the CA bundle (REQUESTS_CA_BUNDLE)",
            # A handshake that breaks off may pass; a certificate or a protocol stays what it is.
            transient=any(isinstance(e, ssl.SSLEOFError) for e in causes),
        )
    hint = "check the network and --base-url"
    if any(isinstance(e, urllib3.exceptions.InvalidHeader) for e in causes):
        return NetworkFault(f"no answer from {where}", f"its headers are damaged: {reason(error)}", hint=hint)
    if isinstance(error, (ValueError, requests.exceptions.InvalidHeader)):
        hint = "check --base-url, and the headers of the profile: dsk profile show"
        return UsageFault(f"the request to {where} cannot be made", reason(error), hint=hint)
    unresolved = [e for e in causes if isinstance(e, socket.gaierror)]
    if unresolved:
        # A name that is not known will not be known in a second; a resolver that is out of reach may be back.
        is_passing = unresolved[0].errno == socket.EAI_AGAIN
        return NetworkFault(f"cannot find the host {where}", reason(error), hint=hint, transient=is_passing)
    is_passing = not any(type(e).__name__ in NO_HTTP for e in causes)
    return NetworkFault(f"no answer from {where}", reason(error), hint=hint, transient=is_passing)


def is_lost(error: BaseException) -> bool:
    """Whether it was the connection that ended, before an answer began."""
    return any(isinstance(e, (ConnectionError, ssl.SSLEOFError)) for e in _chain(error))


def in_answer(error: BaseException) -> Failure:
    """What went wrong while the answer's bytes were read, the clocks apart."""
    import urllib3

    if isinstance(error, urllib3.exceptions.DecodeError):
        return BrokenFault("the stream broke", "its compression is damaged", hint="run it again", transient=True)
    why = f"the connection was lost: {reason(error)}"
    return BrokenFault("the stream broke", why, hint="run it again", transient=True)


def reason(error: BaseException) -> str:
    """The innermost cause in one line: the OS's or the TLS library's own words where there are any.

    Those begin in lower case as our own do; what a server says is left as it is.
    """
    said = ""
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not trusted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            # One that was not raised by the TLS library itself has no reason of its.
            return (getattr(cause, "reason", None) or str(cause)).replace("_", " ").lower()
        if isinstance(cause, OSError) and cause.strerror:
            said = cause.strerror.lower()
    if not said:
        last = list(_chain(error))[-1]
        said = _in_our_words(type(last).__name__, str(last))
    return said.rstrip(".")


def _in_our_words(kind: str, text: str) -> str:
    """What http.client means, which has no words for users."""
    text = without_secrets(" ".join(text.split()))
    if kind == "RemoteDisconnected":
        return "it closed the connection without a word"
    if kind == "IncompleteRead" or "IncompleteRead" in text:
        return "it ended in the middle of the answer"
    if kind in NO_HTTP[:2]:
        return f"it does not speak HTTP: {text[:MAX_QUOTE]!r}"
    if kind == "LineTooLong":
        return "a line of its headers is too long"
    if text.startswith(TUNNEL):
        return f"it answered {text.removeprefix(TUNNEL)[:MAX_QUOTE]}"
    return text[:MAX_QUOTE].replace("got more than", "it sent more than") or kind


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and everything it was made from, outermost first. requests and urllib3 nest in ``args``."""
    seen: set[int] = set()
    pending: list[BaseException] = [error]
    while pending:
        current = pending.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = [*current.args, getattr(current, "reason", None), current.__cause__, current.__context__]
        pending += [e for e in inner if isinstance(e, BaseException)]
