"""Who is signed in on the command line: from the environment and ``secrets.toml``, no page."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING

from core.arm import ArmClient
from core.arm.client import DEFAULT_URL
from core.backends import get_backend
from core.settings import Operator, local_settings_from, secrets_from_file, settings_for
from core.settings.names import ARM_URL, ENDPOINT_ALIAS, RESOURCE_ID, SIGN_IN
from core.signin import Bearer, open_sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.backends.base import Backend
    from core.signin import SignInState, TokenSource


def source_from(env: Mapping[str, str], way: str | None = None) -> TokenSource:
    """Open the sign-in for calls that a key cannot sign, such as those to Azure itself.

    Args:
        env: Environment variables.
        way: One of :data:`core.settings.SIGN_IN_WAYS`; None takes ``MIP_SIGN_IN``, and ``"auto"``
            where that is not set or is ``key``.

    Raises:
        SettingsError: The way needs something that is not set.
        SignInRefused: The person who was waited for did not sign in.
    """
    operator = Operator(env, secrets_from_file())
    wanted = way or operator.value(SIGN_IN)
    if wanted in {"", "key"}:
        wanted = "auto"
    # The alias may hold a URL instead; then the sign-in that needs an id says so.
    resource_id = operator.value(RESOURCE_ID) or operator.value(ENDPOINT_ALIAS)
    return open_sign_in(wanted, env, resource_id=resource_id, on_code=_print_code)


def arm_from(env: Mapping[str, str], source: TokenSource) -> ArmClient:
    """Azure Resource Manager, called as whoever is signed in.

    Raises:
        SettingsError: ``MIP_ARM_URL`` is not encrypted.
    """
    return ArmClient(source, env.get(ARM_URL.name) or DEFAULT_URL)


def locator(env: Mapping[str, str], source: Callable[[], TokenSource]) -> Callable[[str], str]:
    """What looks the scoring URL of a resource id up; ``source`` is opened only when it does."""

    def locate(resource_id: str) -> str:
        from core.arm.find import scoring_url_of  # noqa: PLC0415 - seldom needed

        return scoring_url_of(arm_from(env, source()), resource_id)

    return locate


def backend_from(name: str, env: Mapping[str, str]) -> Backend:
    """Make a backend with the sign-in that the settings ask for.

    Args:
        name: A name that :func:`core.backends.get_backend` knows.
        env: Environment variables.

    Raises:
        SettingsError: There is no such backend, or a setting is missing or makes no sense.
        BackendError: The address of the endpoint had to be looked up and could not be.
    """
    if name == "local":
        return get_backend(name, local_settings_from(env, secrets_from_file()))
    # Once: a person is asked for one code, also when the address has to be looked up before.
    source = functools.cache(lambda: source_from(env))

    settings = settings_for(name, env, locate=locator(env, source))
    if settings is None or settings.sign_in == "key":
        return get_backend(name, settings)
    return get_backend(name, settings, token=Bearer(source()))


def _print_code(state: SignInState) -> None:
    """Standard error, since standard output may be a result."""
    print(f"Open {state.link} and enter the code {state.code}", file=sys.stderr)
