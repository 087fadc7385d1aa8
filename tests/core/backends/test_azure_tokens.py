"""A token that is not good any more is fetched afresh, once."""

from __future__ import annotations

import pytest

from core.backends.signature import RenewableToken
from core.errors import SignInRefused
from core.signin import Bearer
from tests.standin import KEY
from tests.standin import behaviour as play


class Tokens:
    """A sign-in that keeps a token until it hears that it was refused."""

    def __init__(self, *tokens):
        self.tokens = list(tokens)
        self.heard = []

    def __call__(self):
        return self.tokens[0]

    def refused(self, token):
        self.heard.append(token)
        if len(self.tokens) > 1:
            self.tokens.pop(0)


def test_a_token_that_was_withdrawn_is_fetched_afresh_and_the_run_goes_on(
    endpoint, ask, picture_of
):
    tokens = Tokens("withdrawn", KEY)
    (reply,) = ask(endpoint.url, token=tokens).segment([picture_of("lung")])
    assert reply.categories == ("lung",)
    assert tokens.heard == ["withdrawn"]
    sent = [request.headers["authorization"] for request in endpoint.received]
    assert sent == ["Bearer withdrawn", f"Bearer {KEY}"]


def test_a_fresh_token_that_is_refused_too_ends_the_call(endpoint, ask, picture_of):
    tokens = Tokens("one", "two", "three")
    with pytest.raises(SignInRefused, match=r"did not accept the token .* tried 2 times"):
        ask(endpoint.url, token=tokens).segment([picture_of("lung")])
    assert len(endpoint.received) == 2


def test_a_token_that_nobody_can_renew_is_not_tried_twice(endpoint, ask, picture_of):
    with pytest.raises(SignInRefused):
        ask(endpoint.url, token=lambda: "expired").segment([picture_of("lung")])
    assert len(endpoint.received) == 1


def test_a_lack_of_permission_is_no_reason_for_a_fresh_token(endpoint, ask, picture_of):
    endpoint.script(play.TENANT_MISMATCH)
    tokens = Tokens(KEY)
    with pytest.raises(SignInRefused):
        ask(endpoint.url, token=tokens).segment([picture_of("lung")])
    assert tokens.heard == []
    assert len(endpoint.received) == 1


def test_the_sign_in_of_the_program_can_renew_its_tokens():
    assert isinstance(Bearer(Tokens(KEY)), RenewableToken)
