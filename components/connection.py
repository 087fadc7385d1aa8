"""The endpoint and the sign-in of this session, as every page asks for them."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import streamlit as st

from components.language import t
from components.own_machine import own_machine
from core.arm import ArmClient
from core.arm.client import DEFAULT_URL
from core.endpoint_address import clean
from core.errors import BackendError, SettingsError
from core.settings import Operator, azure_settings_from, secrets_from_file
from core.settings.names import API_KEY, ARM_URL, ENDPOINT, ENDPOINT_ALIAS, RESOURCE_ID, SIGN_IN
from core.signin import PERSONAL_WAYS, Bearer, PersonSource, open_sign_in
from core.signin.refusals import nobody_signed_in

if TYPE_CHECKING:
    from components.state import Session
    from core.settings import AzureSettings
    from core.signin import Identity, TokenSource

_KEY = "connection"
_TRY_AGAIN_S = 60.0
_LONG_AGO = float("-inf")


@dataclass
class _Connection:
    """What goes with the session's sign-in.

    Attributes:
        identity: Who it is, once somebody has asked.
        arm: Calls Azure as that person.
        located: Scoring URL of each resource id.
        failed: When and why a look-up failed last.
    """

    identity: Identity | None = None
    arm: ArmClient | None = None
    located: dict[str, str] = field(default_factory=dict)
    failed: tuple[float, BackendError] | None = None


def operator() -> Operator:
    """What the operator has set.

    Raises:
        SettingsError: ``secrets.toml`` cannot be read.
    """
    return Operator(os.environ, secrets_from_file())


def operator_has_endpoint() -> bool:
    """Whether there is an endpoint to use when none is typed."""
    found = operator()
    return any(found.value(setting) for setting in (ENDPOINT, ENDPOINT_ALIAS, RESOURCE_ID))


def endpoint_settings(state: Session) -> AzureSettings | None:
    """The endpoint of this session, or None when nothing is set.

    Raises:
        SettingsError: A value makes no sense.
        BackendError: The address had to be looked up and could not be.
    """
    found = operator()
    return azure_settings_from(
        found.env,
        found.secrets,
        replace(state.entry, sign_in=way_in_use(state)),
        own_machine=own_machine(),
        locate=lambda resource_id: _located(state, resource_id),
    )


def offered_ways(state: Session) -> tuple[str, ...]:
    """The ways to sign in that make sense here, in the order in which they are shown.

    What is the server's own is offered to whoever sits at it, or for the operator's endpoint.
    """
    here = own_machine()
    env = os.environ
    operators = operator().value(SIGN_IN)
    ways = ["key", "device"]
    if here:
        ways += ["browser", "auto", "cli", "workspace"]
        # Rare on a desk; shown where the environment is made for them.
        ways += ["managed"] if env.get("IDENTITY_ENDPOINT") or env.get("MSI_ENDPOINT") else []
        ways += ["workload"] if env.get("AZURE_FEDERATED_TOKEN_FILE") else []
        ways += ["secret"] if env.get("AZURE_CLIENT_SECRET") else []
    elif _is_operators(state):
        ways += ["auto"]
    if operators and operators not in ways and operators != "browser" and _is_operators(state):
        ways.append(operators)
    return tuple(ways)


def way_in_use(state: Session) -> str:
    """How this session signs in: as chosen, as the operator wants it, or with a key."""
    found = operator()
    ways = offered_ways(state)
    by_default = "key" if found.value(API_KEY) or not _is_operators(state) else "auto"
    wanted = (state.entry.sign_in, found.value(SIGN_IN), by_default)
    return next((way for way in wanted if way in ways), ways[0])


def source_for(state: Session, way: str) -> TokenSource | None:
    """The session's sign-in for a way; the one for another way is closed.

    Returns:
        None while a person has not been asked yet, see :func:`ask_person`.

    Raises:
        SettingsError: The way needs something that is not set.
    """
    if state.source is not None and state.source.way == way:
        return state.source
    if way in PERSONAL_WAYS:
        return None
    resource_id = clean(state.entry.resource_id) or _operators_id()
    _replace(state, open_sign_in(way, os.environ, resource_id=resource_id))
    return state.source


def ask_person(state: Session, way: str) -> None:
    """Begin a sign-in that a person finishes elsewhere; it waits beside the page.

    Raises:
        SettingsError: It would open a browser window on somebody else's machine.
    """
    if way == "browser" and not own_machine():
        raise SettingsError(
            t("A browser window would open on the server."), t("Sign in with a code instead.")
        )
    _replace(state, PersonSource(way, os.environ))


def sign_out(state: Session) -> None:
    """Forget the tokens of this session."""
    _replace(state, None)


def is_signed_in(source: TokenSource | None) -> bool:
    """Whether tokens can be asked for: False while a person is waited for."""
    if isinstance(source, PersonSource):
        return source.state.step == "done"
    return source is not None


def signed_in_source(state: Session) -> TokenSource | None:
    """The sign-in in use, or None while nobody is signed in; with a key, one that is there.

    Raises:
        SettingsError: The sign-in needs something that is not set.
    """
    way = way_in_use(state)
    source = state.source if way == "key" else source_for(state, way)
    return source if is_signed_in(source) else None


def token_for(state: Session, settings: AzureSettings) -> Bearer | None:
    """What signs the requests to the endpoint; None when its key does.

    Raises:
        SignInRefused: A person has to sign in first.
        SettingsError: The sign-in needs something that is not set.
    """
    if settings.sign_in == "key":
        return None
    source = source_for(state, settings.sign_in)
    if source is None or not is_signed_in(source):
        raise nobody_signed_in()
    return Bearer(source)


def arm_client(state: Session) -> ArmClient | None:
    """Azure Resource Manager as this session's person, or None when nobody may ask it.

    A key is no sign-in to Azure; one that was there before goes on. On a shared server only who
    has signed in here may ask; never a visitor as the server.

    Raises:
        SettingsError: The sign-in needs something that is not set.
    """
    way = way_in_use(state)
    source = state.source
    if way != "key" and own_machine():
        source = source_for(state, way)
    elif source is not None and source.way != "device" and not own_machine():
        source = None
    return _arm_as(source) if source is not None and is_signed_in(source) else None


def identity_in_use() -> Identity | None:
    """Who is signed in, once that has been asked."""
    return _connection().identity


def remember_identity(identity: Identity) -> None:
    """Keep who is signed in until the sign-in changes."""
    _connection().identity = identity
    _connection().failed = None


def _connection() -> _Connection:
    found: _Connection = st.session_state.setdefault(_KEY, _Connection())
    return found


def _replace(state: Session, source: TokenSource | None) -> None:
    """Put a sign-in in place of the one before, which is closed with all that it signed."""
    connection = _connection()
    if connection.arm is not None:
        connection.arm.close()
    if state.source is not None:
        state.source.close()
    st.session_state[_KEY] = _Connection(located=connection.located)
    state.source, state.backend = source, None


def _arm_as(source: TokenSource) -> ArmClient:
    connection = _connection()
    if connection.arm is None:
        connection.arm = ArmClient(source, os.environ.get(ARM_URL.name) or DEFAULT_URL)
    return connection.arm


def _arm_way(way: str) -> str:
    """How one signs in to Azure itself, which takes no key."""
    return "auto" if way == "key" else way


def _located(state: Session, resource_id: str) -> str:
    """The scoring URL of a resource id: looked up once, and after a failure not at each rerun."""
    connection = _connection()
    if resource_id not in connection.located:
        failed_at, error = connection.failed or (_LONG_AGO, None)
        if error is not None and time.monotonic() - failed_at < _TRY_AGAIN_S:
            raise error
        try:
            found = _look_up(state, resource_id)
        except BackendError as problem:  # what is not set is seen at once, without Azure
            _connection().failed = (time.monotonic(), problem)
            raise
        connection = _connection()
        connection.located[resource_id] = found
    return connection.located[resource_id]


def _look_up(state: Session, resource_id: str) -> str:
    from core.arm.find import scoring_url_of  # noqa: PLC0415 - seldom needed

    way = _arm_way(way_in_use(state))
    if way != "device" and not (own_machine() or _is_operators(state)):
        raise SettingsError(
            t("The address of this endpoint can only be looked up with a sign-in of your own."),
            t("Type the scoring URL, or sign in with a code."),
        )
    source = source_for(state, way)
    if source is None or not is_signed_in(source):
        raise nobody_signed_in()
    return scoring_url_of(_arm_as(source), resource_id)


def _is_operators(state: Session) -> bool:
    """Whether the endpoint in use is the operator's: there is one, and no other was typed."""
    typed = clean(state.entry.endpoint) or clean(state.entry.resource_id)
    return not typed and operator_has_endpoint()


def _operators_id() -> str:
    found = operator()
    return found.value(RESOURCE_ID) or found.value(ENDPOINT_ALIAS)
