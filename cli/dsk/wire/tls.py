"""The TLS settings of a connection that is opened before requests is there: those that requests and urllib3 use.

A test holds the two side by side.
"""

from __future__ import annotations

import os
import ssl
import sys
from importlib.machinery import PathFinder

from dsk.wire.local import ca_bundle


def context() -> ssl.SSLContext:
    """The settings, with the certificates that count. Raises ``SSLError`` if those cannot be read."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_TICKET
    # Python 3.13 made these two the default of ssl.create_default_context, and urllib3 followed.
    if sys.version_info >= (3, 13):
        made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    made.post_handshake_auth = True
    made.hostname_checks_common_name = False
    keys_to = os.path.expandvars(os.environ.get("SSLKEYLOGFILE", ""))
    if keys_to:
        made.keylog_filename = keys_to
    _trust(made)
    made.set_alpn_protocols(["http/1.1"])
    return made


def _trust(made: ssl.SSLContext) -> None:
    named = ca_bundle()
    path = named[1] if named else _certifi()
    try:
        if os.path.isdir(path):  # noqa: PTH112 - pathlib takes its time to load
            made.load_verify_locations(capath=path)
        else:
            made.load_verify_locations(cafile=path)
    except ssl.SSLError:
        raise
    except OSError as error:
        raise ssl.SSLError(error.errno, error.strerror) from error


def _certifi() -> str:
    """What ``certifi.where`` gives, which loads much of the standard library to find the file beside itself."""
    spec = PathFinder.find_spec("certifi")
    beside = os.path.join(os.path.dirname(spec.origin), "cacert.pem") if spec and spec.origin else ""  # noqa: PTH118, PTH120
    if os.path.isfile(beside):  # noqa: PTH113
        return beside
    # Distributions put it elsewhere.
    import certifi

    return certifi.where()
