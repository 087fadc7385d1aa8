"""From the name of a way to sign in to something that gives tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import Cancelled, SettingsError
from core.settings.azure import SIGN_IN_WAYS
from core.settings.names import ARM_URL, RESOURCE_ID, SIGN_IN
from core.signin.credential_source import CredentialSource, close_credential
from core.signin.credentials import open_credential
from core.signin.person import PersonSource
from core.signin.workspace import WorkspaceSource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.signin.credentials import Credential
    from core.signin.person import SignInState
    from core.signin.source import TokenSource

PERSONAL_WAYS = ("device", "browser")
"""Ways for which a person does something elsewhere first."""

_LOOK_S = 0.2


def open_sign_in(
    way: str,
    env: Mapping[str, str],
    *,
    resource_id: str = "",
    on_code: Callable[[SignInState], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> TokenSource:
    """Open a sign-in; nothing is asked before the first token, except of a person.

    A page opens the ways of :data:`PERSONAL_WAYS` as a :class:`PersonSource` instead, and does not
    wait.

    Args:
        way: One of :data:`core.settings.SIGN_IN_WAYS`, except ``"key"``, which needs no sign-in.
        env: Environment variables.
        resource_id: Of the endpoint; needed by ``"workspace"``.
        on_code: Told the code and the link, for the ways that wait for a person.
        is_cancelled: Asked while a person is being waited for.

    Raises:
        SettingsError: There is no such way, or something that it needs is not set.
        SignInRefused: The person did not sign in.
        Cancelled: The user stopped waiting.
    """
    if way in PERSONAL_WAYS:
        source = PersonSource(way, env)
        _wait_for(source, on_code, is_cancelled)
        return source
    if way == "workspace":
        return _workspace(env, resource_id)
    if way == "key" or way not in SIGN_IN_WAYS:
        known = ", ".join(name for name in SIGN_IN_WAYS if name != "key")
        raise SettingsError(
            f"There is no sign-in named {way[:30]!r}.", f"Set {SIGN_IN.name} to one of {known}."
        )

    def renew(old: Credential) -> Credential:
        close_credential(old)
        return open_credential(way, env)

    return CredentialSource(way, open_credential(way, env), renew)


def _workspace(env: Mapping[str, str], resource_id: str) -> TokenSource:
    """The workspace's token, asked for with the sign-in of this computer."""
    # Here, since Azure Resource Manager itself is called with a sign-in.
    from core.arm import ArmClient, ResourceId  # noqa: PLC0415 - see the line above
    from core.arm.client import DEFAULT_URL  # noqa: PLC0415 - as above

    endpoint = ResourceId.parse(resource_id) if resource_id else None
    if endpoint is None or not endpoint.endpoint:
        raise SettingsError(
            "The sign-in 'workspace' needs the resource id of the endpoint.",
            f"Set {RESOURCE_ID.name} to /subscriptions/.../onlineEndpoints/NAME.",
        )
    base = open_sign_in("auto", env)
    arm = ArmClient(base, env.get(ARM_URL.name) or DEFAULT_URL)
    return WorkspaceSource(base, arm, endpoint)


def _wait_for(
    source: PersonSource,
    on_code: Callable[[SignInState], None] | None,
    is_cancelled: Callable[[], bool] | None,
) -> None:
    """Wait for the person, and tell the code as soon as it is there."""
    told = False
    state = source.state
    while state.step == "waiting":
        if is_cancelled is not None and is_cancelled():
            source.close()
            raise Cancelled
        if on_code is not None and state.code and not told:
            on_code(state)
            told = True
        state = source.wait(_LOOK_S)
    if state.error is not None:
        raise state.error
