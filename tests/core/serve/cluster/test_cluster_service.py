"""A service on Ray Serve with one replica: what clients get, and what others could reach."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.wire import decode_response
from tests.core.serve.cluster.backends import DEADLY, QUICK, SLOW, picture
from tests.core.serve.cluster.processes import running

BATCH, WAITING = 4, 4


@pytest.fixture(scope="module")
def service():
    options = {"replicas": 1, "fronts": 1, "batch": BATCH, "waiting": WAITING, "batch_wait_s": 0.3}
    with running(model="played", backend="demo", **options) as started:
        yield started


def ask_at_once(service, *requests):
    """Send requests, each a list of pictures with their phrases, at the same time."""
    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(lambda rows: service.score(*zip(*rows, strict=True)), requests))


def masks_of(response, phrases=("liver",)):
    assert response.status_code == 200, response.text
    return decode_response(response.content, [phrases])[0]


def test_pictures_of_several_requests_are_computed_in_one_pass(service):
    levels = [10, 150, 200, 250]
    requests = [[(picture(QUICK, level), ("liver",))] for level in levels]
    replies = [masks_of(response) for response in ask_at_once(service, *requests)]
    assert [reply.probabilities.max() for reply in replies] == levels
    together = [int(reply.categories[0].split()[1]) for reply in replies]
    assert max(together) > 1


def test_the_pictures_of_one_request_come_back_in_order(service):
    rows = [
        (picture(QUICK, level), ("liver", "spleen")[: 1 + level % 2]) for level in range(10, 30)
    ]
    response = service.score(*zip(*rows, strict=True))
    assert response.status_code == 200
    replies = decode_response(response.content, [phrases for _, phrases in rows])
    assert [reply.probabilities.max() for reply in replies] == list(range(10, 30))


@pytest.mark.parametrize(("requests", "pictures"), [(24, 1), (10, 4)])
def test_more_than_may_wait_is_answered_like_a_busy_endpoint(service, requests, pictures):
    slow = [(picture(SLOW), ("liver",))] * pictures
    responses = ask_at_once(service, *[slow] * requests)
    refused = [each for each in responses if each.status_code == 429]
    assert {each.status_code for each in responses} == {200, 429}
    for each in refused:
        assert each.text == ""
        assert each.headers["ms-azureml-model-error-reason"] == "too_many_pending_request"


def test_a_phrase_that_the_model_refuses_fails_alone(service):
    phrases = [("liver",), ("refused",), ("tumor",)]
    responses = ask_at_once(service, *[[(picture(), each)] for each in phrases])
    assert [each.status_code for each in responses] == [200, 424, 200]
    assert responses[1].headers["ms-azureml-model-error-statuscode"] == "500"


def test_nobody_is_answered_without_the_token(service):
    assert service.score([picture()], [("liver",)], token="another").status_code == 401


def test_ray_is_out_of_reach_for_others_and_tells_nobody_about_its_use(service):
    commands = service.processes()
    for pid, address in listening(commands):
        if not is_loopback(address):
            # Ray offers no choice for this one; it asks for the token of this start.
            assert commands[pid].startswith("ray::ServeReplica"), commands[pid]
    raylet = next(pid for pid, command in commands.items() if "/raylet/raylet " in command)
    environment = Path(f"/proc/{raylet}/environ").read_text().split("\0")
    assert "RAY_USAGE_STATS_ENABLED=0" in environment
    assert "RAY_AUTH_MODE=token" in environment
    assert not (service.folder / ".ray").exists()


def test_a_picture_that_kills_every_replica_is_given_up_and_the_others_are_answered(service):
    before = service.replicas()
    does = [QUICK, DEADLY, QUICK]
    responses = ask_at_once(service, *[[(picture(each), ("liver",))] for each in does])
    assert [each.status_code for each in responses] == [200, 424, 200]
    assert responses[1].headers["ms-azureml-model-error-statuscode"] == "500"
    assert masks_of(service.score([picture(QUICK, 7)], [("liver",)])).probabilities.max() == 7
    assert not service.replicas() & before


def listening(pids):
    """Process ids and hexadecimal addresses of the TCP sockets on which processes listen."""
    addresses = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            cells = line.split()
            if cells[3] == "0A":  # LISTEN
                addresses[f"socket:[{cells[9]}]"] = cells[1].split(":")[0]
    found = [
        (pid, addresses[target])
        for pid in pids
        for target in (str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir())
        if target in addresses
    ]
    assert found
    return found


def is_loopback(address):
    # 127.0.0.1, as it is or inside an IPv6 address, in the byte order of this machine.
    return address in {"0100007F", "0000000000000000FFFF00000100007F"}
