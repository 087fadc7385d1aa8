"""Who a token speaks for, as far as it tells."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.signin import Identity, identity_of
from tests.standin.token_service import APP, PERSON, TENANT, jwt


def test_a_person_is_told_by_account():
    token = jwt({"upn": PERSON, "tid": TENANT, "exp": 1_800_000_000, "name": "Invented Reader"})
    expires = datetime(2027, 1, 15, 8, 0, tzinfo=UTC)
    assert identity_of(token) == Identity(PERSON, TENANT, "person", expires)


@pytest.mark.parametrize(
    "claims", [{"idtyp": "app", "appid": APP}, {"appid": APP}, {"azp": APP, "idtyp": "app"}]
)
def test_an_application_is_told_by_id(claims):
    found = identity_of(jwt(claims))
    assert (found.name, found.kind) == (APP, "app")


@pytest.mark.parametrize(
    "token",
    ["", "opaque", "a.b", "a.b.c", "a.W10.c", "a.bnVsbA.c", f"a.{'W' * 9000}.c", "ä.ö.ü"],
)
def test_a_token_that_tells_nothing_is_nobody_in_particular(token):
    assert identity_of(token) == Identity()


@pytest.mark.parametrize("value", [None, 7, [], {}, True, "x\ny", "\u202egnp"])
def test_claims_that_make_no_sense_are_left_out(value):
    found = identity_of(jwt({"upn": value, "tid": value, "exp": value, "appid": APP}))
    assert (found.name, found.tenant_id) == (APP, "")


@pytest.mark.parametrize("value", [1e300, -1e300, "soon", True])
def test_a_time_that_makes_no_sense_is_left_out(value):
    assert identity_of(jwt({"upn": PERSON, "exp": value})).expires is None


@given(st.text())
def test_no_text_at_all_makes_it_fail(text):
    assert isinstance(identity_of(text), Identity)
    assert isinstance(identity_of(f"a.{text}.c"), Identity)
