"""Whether the endpoint can be reached, encrypted, over the way that every call takes."""

from __future__ import annotations

import os
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.backends.azure_failures import is_success
from core.backends.connection_failures import ASK_OPERATOR
from core.backends.retry import Failure
from core.doctor.calls import failure_in, get
from core.doctor.case import PATIENCE_S
from core.doctor.certificate import shake_hands
from core.doctor.finding import Fact, failed, from_error, ok
from core.doctor.patience import within
from core.errors import EndpointTimeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.backends.exchange import Answer
    from core.doctor.case import Case
    from core.doctor.certificate import Handshake
    from core.doctor.finding import Finding

STEP = "Connection"

_AZURES = ".ml.azure.com"
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def look_at_connection(case: Case, shake: Callable[..., Handshake | None] = shake_hands) -> Finding:
    """Ask for the endpoint's first page, unsigned; any answer shows that it can be reached.

    Args:
        case: Tells where.
        shake: Looks at the certificate; see :func:`shake_hands`.
    """
    missing = _missing_bundle(case)
    if missing:
        return failed(
            STEP,
            f"{missing} names a file of certificates that is not there.",
            f"Set {missing} to the file with your network's root certificate, or take it out.",
        )
    outcome = get(case, "/", signed=False)
    if isinstance(outcome, Failure):
        return _not_reached(case, outcome, shake)
    if 300 <= outcome.status < 400 or (outcome.status == 200 and not is_success(outcome)):
        return from_error(STEP, failure_in(case, outcome).error(1))
    if case.is_local and case.settings.endpoint.startswith("http://"):
        what = f"{case.settings.host} answers; it is this machine, so nothing is encrypted."
        return ok(STEP, what, _health(outcome))
    seen = _seen(case, shake)
    if seen is None:
        return ok(STEP, f"{case.settings.host} answers, encrypted.", _health(outcome))
    inspected = ""
    if case.host.endswith(_AZURES) and seen.issuer and not seen.is_microsofts:
        inspected = f" Its certificate is signed by {seen.issuer}: this network inspects https."
    return ok(
        STEP,
        f"{case.settings.host} answers, encrypted with {seen.protocol}.{inspected}",
        [*_certificate(case, seen), *_health(outcome)],
    )


def _missing_bundle(case: Case) -> str:
    """Name of the setting whose file of certificates is missing, or empty."""
    if case.is_local:
        return ""
    name = next((name for name in _BUNDLES if os.environ.get(name)), "")
    return name if name and not Path(os.environ[name]).exists() else ""


def _not_reached(case: Case, failure: Failure, shake: Callable[..., Handshake | None]) -> Finding:
    """Why no answer came; what a certificate shows says more than that it is not trusted."""
    if failure.kind is EndpointTimeout:
        failure = replace(
            failure,
            next_step="Ask IT whether a firewall or proxy holds the connection back; else "
            f"{ASK_OPERATOR}.",
        )
    encrypted = case.settings.endpoint.startswith("https://")
    seen = _seen(case, shake) if encrypted and "SSL" in failure.details else None
    error = failure.error(1)
    if seen is None or seen.ends is None or seen.begins is None:
        return from_error(STEP, error)
    facts = _certificate(case, seen)
    now = datetime.fromtimestamp(case.checkup.now(), UTC)
    host = case.settings.host
    if not seen.begins <= now <= seen.ends:
        return failed(
            STEP,
            f"The certificate of {host} holds from {seen.begins:%Y-%m-%d} to "
            f"{seen.ends:%Y-%m-%d}, and this computer's clock says {now:%Y-%m-%d}.",
            "Set this computer's clock; if it is right, tell IT or whoever runs the endpoint that "
            "the certificate has to be renewed.",
            facts,
        )
    if not seen.holds_for(case.host):
        return failed(
            STEP,
            f"The certificate that {host} shows is made out to another name.",
            "Check the endpoint's address for a typing error, and ask IT whether something else "
            "answers under this name.",
            facts,
        )
    return from_error(STEP, error, facts)


def _seen(case: Case, shake: Callable[..., Handshake | None]) -> Handshake | None:
    port = urlsplit(case.settings.endpoint).port or 443
    try:
        return within(2 * PATIENCE_S, case.control, lambda: shake(case.host, port, case.proxy))
    except TimeoutError:
        return None


def _certificate(case: Case, seen: Handshake) -> list[Fact]:
    """What IT wants to know of a certificate."""
    facts = [Fact("Time to connect", f"{seen.seconds:.2f} s")]
    if seen.issuer:
        facts.append(Fact("Certificate signed by", seen.issuer))
    if seen.ends is not None:
        facts.append(Fact("Certificate holds until", f"{seen.ends:%Y-%m-%d}"))
    bundle = next((name for name in _BUNDLES if os.environ.get(name)), "")
    if not case.is_local:
        facts.append(Fact("Trusted certificates", bundle or "those that come with the program"))
    return [*facts, Fact("OpenSSL", ssl.OPENSSL_VERSION)]


def _health(answer: Answer) -> list[Fact]:
    """What the first page says; where the front door lets it through, it is ``Healthy``."""
    text = answer.body[:20].decode("ascii", "replace").strip()
    said = f"{answer.status}, {text}" if text.isalpha() else str(answer.status)
    return [Fact("First page", said)]
