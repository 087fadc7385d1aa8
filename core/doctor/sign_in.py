"""Whether somebody is signed in, and as whom; the token itself is shown nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.backends.caller import EndpointCaller
from core.doctor.case import ANSWER_S
from core.doctor.finding import Fact, failed, from_error, ok, warning
from core.doctor.patience import within
from core.errors import SettingsError, WorkbenchError
from core.secret import Secret
from core.signin import ML_SCOPE, identity_of
from core.signin.identity import claims_of
from core.signin.refusals import nobody_signed_in, too_slow

if TYPE_CHECKING:
    from core.doctor.case import Case
    from core.doctor.finding import Finding
    from core.signin import Identity, TokenSource

STEP = "Sign-in"

AUDIENCE = ML_SCOPE.removesuffix("/.default")
"""What a token of Microsoft Entra for scoring is made out to."""

_AUDIENCE_ID = "18a66f5f-dbdf-4c17-9dd7-1634712a9cbe"
"""The same as an id: the application "Azure Machine Learning Services", one for all tenants."""

_FRESH = f"az account get-access-token --resource {AUDIENCE}"
_TENANT_SHOWN = 8

_WAYS = {
    "auto": "with the sign-in of this computer",
    "cli": "through the Azure CLI",
    "managed": "with the managed identity of this machine",
    "workload": "with the workload identity",
    "secret": "with an application's secret",
    "device": "with a code",
    "browser": "in the browser",
    "workspace": "with the workspace's own token",
}


def look_at_sign_in(case: Case) -> Finding:
    """Fetch what signs the calls, and say whose it is."""
    settings = case.settings
    if settings.sign_in == "key":
        return _look_at_key(case)
    source = case.checkup.source
    if isinstance(source, WorkbenchError):
        return from_error(STEP, source)
    if source is None:
        return from_error(STEP, nobody_signed_in())
    try:
        token = within(2 * ANSWER_S, case.control, lambda: _fetch(source))
    except TimeoutError:
        return from_error(STEP, too_slow(settings.sign_in, 2 * ANSWER_S))
    except WorkbenchError as error:
        return from_error(STEP, error)
    case.scrubber.hide(token)
    case.token = Secret(token)
    return _look_at_token(case, token, _WAYS[settings.sign_in])


def _fetch(source: TokenSource) -> str:
    return source.token(ML_SCOPE).strip()


def _look_at_key(case: Case) -> Finding:
    settings = case.settings
    try:
        EndpointCaller(settings).close()  # it refuses settings without a key, in its own words
    except SettingsError as error:
        return from_error(STEP, error)
    key = settings.key.reveal() if settings.key else ""
    case.scrubber.hide(key)
    case.token = Secret(key)
    if key.startswith("eyJ") and identity_of(key).expires is not None:
        return _look_at_token(case, key, "with a token in place of a key")
    return ok(STEP, f"Signs in with a key of {len(key)} characters.")


def _look_at_token(case: Case, token: str, how: str) -> Finding:
    identity = identity_of(token)
    if identity.kind == "person":  # the name of an application may be an everyday word
        case.scrubber.hide(identity.name, "an account")
    facts = _facts(identity, token)
    if identity.expires is not None and identity.expires.timestamp() <= case.checkup.now():
        return failed(
            STEP,
            f"Signed in {how}, but the token ended at {identity.expires:%Y-%m-%d %H:%M} UTC.",
            f"Sign in again, or take a fresh token: {_FRESH}",
            facts,
        )
    audience = _audience_of(token)
    if audience and audience not in {AUDIENCE, _AUDIENCE_ID}:
        return failed(
            STEP,
            f"Signed in {how}, but the token is made out to {audience[:80]}, not to {AUDIENCE}.",
            f"Take a token for the right service: {_FRESH}",
            facts,
        )
    if case.settings.sign_in == "key":
        return warning(
            STEP,
            f"Signed in {how}; it ends within the hour or so.",
            "Choose a sign-in that renews its token, such as MIP_SIGN_IN=cli after az login.",
            facts,
        )
    return ok(STEP, f"Signed in {how}{_as_whom(identity)}.", facts)


def _as_whom(identity: Identity) -> str:
    """Person or application and the beginning of the tenant's id; never a name."""
    who = {"person": " as a person", "app": " as an application"}.get(identity.kind, "")
    tenant = identity.tenant_id[:_TENANT_SHOWN]
    return f"{who} of the tenant beginning with {tenant}" if who and tenant else who


def _facts(identity: Identity, token: str) -> list[Fact]:
    facts = []
    if identity.name:
        facts.append(Fact("Account", identity.name, personal=True))
    if identity.tenant_id:
        facts.append(Fact("Tenant", identity.tenant_id, personal=True))
    if identity.expires is not None:
        facts.append(Fact("Token ends", f"{identity.expires:%Y-%m-%d %H:%M} UTC"))
    audience = _audience_of(token)
    return [*facts, Fact("Made out to", audience[:80])] if audience else facts


def _audience_of(token: str) -> str:
    """To whom a JSON web token is made out, without a slash at the end; empty for any other."""
    found = claims_of(token).get("aud")
    return found.rstrip("/") if isinstance(found, str) and found.isprintable() else ""
