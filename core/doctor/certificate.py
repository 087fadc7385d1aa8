"""What a server shows of itself before anything is sent: its certificate, also one not trusted."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING

from core.doctor.case import PATIENCE_S

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography import x509

    from core.doctor.proxy import Proxy

_LONGEST_ISSUER = 80
_MICROSOFTS = ("microsoft", "digicert")
"""Who signs the certificates of Azure (Microsoft Learn, "Azure Certificate Authority details")."""


@dataclass(frozen=True)
class Handshake:
    """What one encrypted connection showed.

    Attributes:
        seconds: From the first packet to the encrypted connection.
        protocol: Such as ``"TLSv1.3"``.
        issuer: Organisation or name of who signed the certificate, or empty.
        begins: From when on the certificate holds, in UTC, or None.
        ends: Until when it holds, in UTC, or None.
        names: Host names and addresses for which it holds.
    """

    seconds: float
    protocol: str
    issuer: str = ""
    begins: datetime | None = None
    ends: datetime | None = None
    names: tuple[str, ...] = ()

    @property
    def is_microsofts(self) -> bool:
        """True when the certificate is one that Azure itself has."""
        return any(name in self.issuer.lower() for name in _MICROSOFTS)

    def holds_for(self, host: str) -> bool:
        """Whether one of its names is this host; a leading ``*.`` stands for one label."""
        host = host.lower()
        above = host.partition(".")[2]
        return any(name.lower() in {host, f"*.{above}"} for name in self.names)


def shake_hands(host: str, port: int, proxy: Proxy | None) -> Handshake | None:
    """Connect, look at the certificate without judging it, and hang up; nothing is sent.

    Args:
        host: Of the endpoint.
        port: Of the endpoint.
        proxy: The proxy on the way; one that is not plain HTTP is not understood here.

    Returns:
        What was seen, or None when there was no encrypted connection.
    """
    if proxy is not None and proxy.scheme != "http":
        return None
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # to see who signed it; no request follows
    connection = HTTPSConnection(
        proxy.host if proxy else host,
        proxy.port if proxy else port,
        timeout=PATIENCE_S,
        context=context,
    )
    if proxy is not None:
        connection.set_tunnel(host, port, headers=dict(proxy.headers))
    started = time.monotonic()
    try:
        connection.connect()
        return _seen(connection, time.monotonic() - started)
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def _seen(connection: HTTPConnection, seconds: float) -> Handshake | None:
    if not isinstance(connection.sock, ssl.SSLSocket):
        return None
    protocol = connection.sock.version() or ""
    content = connection.sock.getpeercert(binary_form=True)
    return _read(content, seconds, protocol) if content else Handshake(seconds, protocol)


def _read(content: bytes, seconds: float, protocol: str) -> Handshake:
    """Take a certificate (DER) apart; one that cannot be read tells nothing."""
    try:
        # It comes with azure-identity; without it the certificate is not described.
        from cryptography import x509  # noqa: PLC0415 - slow to import, and needed here only
    except ImportError:
        return Handshake(seconds, protocol)
    try:
        found = x509.load_der_x509_certificate(content)
        names = _names(found)
        issuer = _issuer(found)
    except ValueError:
        return Handshake(seconds, protocol)
    return Handshake(
        seconds, protocol, issuer, found.not_valid_before_utc, found.not_valid_after_utc, names
    )


def _issuer(certificate: x509.Certificate) -> str:
    """Organisation of the signer, else its name."""
    from cryptography.x509.oid import NameOID  # noqa: PLC0415 - as in _read

    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        values = certificate.issuer.get_attributes_for_oid(kind)
        if values:
            text = "".join(c for c in str(values[0].value) if c.isprintable())
            return text[:_LONGEST_ISSUER]
    return ""


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    """Names and addresses of the extension that browsers look at."""
    from cryptography import x509  # noqa: PLC0415 - as in _read

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = [str(one) for one in found.get_values_for_type(x509.IPAddress)]
    return (*found.get_values_for_type(x509.DNSName), *addresses)
