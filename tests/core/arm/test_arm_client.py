"""Calling Azure Resource Manager: signed, paged, waited for, and never led elsewhere."""

import pytest

from core.arm import ArmClient
from core.arm.account import object_id_of
from core.arm.answers import ArmAnswer
from core.backends.base import RunControl
from core.errors import ArmRefused, Cancelled, ServiceFault, SettingsError, SignInRefused
from tests.standin.arm_client import QuickTime
from tests.standin.rest_server import Answered, RestServer
from tests.standin.tokens import OBJECT_ID, PERSON, FixedSource, jwt

VERSION = "2024-10-01"


def client_of(server, time=None):
    return ArmClient(FixedSource(), server.url, clock=(time or QuickTime()).clock)


def test_a_list_is_read_over_all_its_pages(connect):
    azure, arm = connect(page_size=1)
    names = [item["displayName"] for item in arm.pages("/subscriptions", "2022-12-01")]
    assert names == ["Imaging research", "Teaching"]
    assert len(azure.asked) == 2
    assert all(asked.query["api-version"] == "2022-12-01" for asked in azure.asked)


def test_a_token_that_azure_does_not_accept_is_told_in_words(connect):
    _, arm = connect(token="another")
    with pytest.raises(SignInRefused, match="did not accept the sign-in"):
        arm.call("GET", "/subscriptions", "2022-12-01")


def test_the_token_follows_no_link_to_another_host():
    stolen = []
    with RestServer(lambda asked: stolen.append(asked) or Answered(200, {})) as thief:
        answer = Answered(200, {"value": [], "nextLink": f"{thief.url}/more"})
        with RestServer(lambda asked: answer) as server, pytest.raises(ServiceFault, match="host"):
            list(client_of(server).pages("/subscriptions", "2022-12-01"))
    assert not stolen


def test_a_list_without_an_end_is_given_up():
    def answer(asked):
        return Answered(200, {"value": [{}], "nextLink": f"{server.url}{asked.path}?api-version=1"})

    with RestServer(answer) as server, pytest.raises(ServiceFault, match="without an end"):
        list(client_of(server).pages("/subscriptions", "2022-12-01"))


def test_an_address_that_is_not_encrypted_is_refused():
    with pytest.raises(SettingsError, match="not encrypted"):
        ArmClient(FixedSource(), "http://management.example.org")


@pytest.mark.parametrize(
    ("answer", "finished"),
    [
        (ArmAnswer(200, {"status": "Succeeded"}), True),
        (ArmAnswer(200, {"status": "Running"}), False),
        (ArmAnswer(200, {"status": "A word of tomorrow"}), False),
        (ArmAnswer(202), False),
        (ArmAnswer(204), True),
        (ArmAnswer(201, {"properties": {"provisioningState": "Creating"}}), False),
        (ArmAnswer(200, {"properties": {"provisioningState": "Updating"}}), False),
        (ArmAnswer(201, {"properties": {"provisioningState": "Succeeded"}}), True),
    ],
)
def test_only_three_words_are_the_end_of_an_operation(answer, finished):
    assert answer.finished is finished


def operation(*bodies, retry_after="7"):
    """A server on which something takes as many questions as there are bodies."""
    left = list(bodies)

    def answer(asked):
        if asked.method == "PUT":
            headers = {"azure-asyncoperation": f"{server.url}/op?api-version=1"}
            return Answered(201, {}, headers | {"retry-after": retry_after})
        return Answered(200, left.pop(0), {"retry-after": retry_after})

    server = RestServer(answer)
    return server


def test_a_long_operation_is_asked_as_often_as_azure_wants():
    time = QuickTime()
    with operation({"status": "Running"}, {"status": "Succeeded"}) as server:
        arm = client_of(server, time)
        end = arm.finish(arm.call("PUT", "/thing", VERSION, {}), VERSION, RunControl())
    assert end.body == {"status": "Succeeded"}
    assert time.now == pytest.approx(14)


def test_a_pause_of_nothing_is_no_busy_loop():
    time = QuickTime()
    with operation({"status": "Succeeded"}, retry_after="0") as server:
        arm = client_of(server, time)
        arm.finish(arm.call("PUT", "/thing", VERSION, {}), VERSION, RunControl())
    assert time.now > 0


def test_a_failed_operation_says_why_with_the_innermost_words():
    inner = {"code": "OutOfQuota", "message": "Not enough cores"}
    error = {"code": "Failed", "message": "Something failed", "details": [inner]}
    with operation({"status": "Failed", "error": error}) as server:
        arm = client_of(server)
        with pytest.raises(ArmRefused, match=r"Not enough cores\."):
            arm.finish(arm.call("PUT", "/thing", VERSION, {}), VERSION, RunControl())


def test_waiting_can_be_stopped():
    with operation({"status": "Running"}) as server:
        arm = client_of(server)
        begun = arm.call("PUT", "/thing", VERSION, {})
        with pytest.raises(Cancelled):
            arm.finish(begun, VERSION, RunControl(is_cancelled=lambda: True))


def test_the_own_object_id_is_read_from_the_token(connect):
    _, arm = connect()
    assert arm.object_id() == OBJECT_ID


@pytest.mark.parametrize("token", ["", "opaque", "a.b.c", jwt(oid=7), "..", PERSON[:-20][:9]])
def test_a_token_that_tells_no_object_id_is_no_error(token):
    assert object_id_of(token) == ""
