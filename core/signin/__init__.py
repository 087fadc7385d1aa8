"""Signing in: who asks, proved by a token that is fetched afresh for every request."""

from core.signin.identity import Identity, identity_of
from core.signin.opening import PERSONAL_WAYS, open_sign_in
from core.signin.person import PersonSource, SignInState
from core.signin.source import ARM_SCOPE, ML_SCOPE, STORAGE_SCOPE, Bearer, TokenSource

__all__ = [
    "ARM_SCOPE",
    "ML_SCOPE",
    "PERSONAL_WAYS",
    "STORAGE_SCOPE",
    "Bearer",
    "Identity",
    "PersonSource",
    "SignInState",
    "TokenSource",
    "identity_of",
    "open_sign_in",
]
