"""The server seen from the network: its door, its limits, and clients that leave."""

import json
import logging
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.backends.traffic import Traffic
from core.errors import EndpointBusy, PhraseError
from core.metrics import Metrics
from core.serve import app
from core.wire import decode_response, encode_request
from tests.core.serve.served import (
    JSON,
    Gate,
    ask,
    body,
    flat_reply,
    picture,
    served,
    wait_until,
)
from tests.standin import DEPLOYMENT, KEY


async def flat(rows):
    return [flat_reply(row) for row in rows]


def logged(caplog):
    """The fields of the lines about requests."""
    return [record.fields for record in caplog.records if getattr(record, "event", "") == "served"]


@pytest.fixture(autouse=True)
def every_line(caplog):
    caplog.set_level(logging.DEBUG, "core")


def test_without_a_token_everybody_is_answered():
    with served(flat, token=None) as server:
        plain = {"Content-Type": "application/json"}
        assert ask(server.url, "POST", body("lung"), plain).status_code == 200
        assert ask(f"{server.base_url}/swagger.json", headers={}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "key_auth_bad_header_forbidden"),
        ({"Authorization": "Bearer "}, "key_auth_bad_header_forbidden"),
        ({"Authorization": f"Basic {KEY}"}, "key_auth_bad_header_forbidden"),
        ({"Authorization": f"Bearer {KEY}x"}, "key_auth_access_denied"),
        ({"Authorization": f"Bearer {KEY[:-1]}"}, "key_auth_access_denied"),
        ({"Authorization": "Bearer über"}, "key_auth_access_denied"),
    ],
)
def test_with_a_token_nothing_but_the_health_check_is_answered_without_it(sent, says):
    headers = {name: value.encode() for name, value in sent.items()}
    gate = Gate()
    with served(gate) as server:
        for method, path in (("POST", "/score"), ("GET", "/health"), ("GET", "/other")):
            refused = ask(server.base_url + path, method, b"{}", headers)
            assert (refused.status_code, refused.text) == (401, says)
            assert refused.headers["content-type"] == "text/plain"
        assert ask(server.base_url, headers=headers).text == "Healthy"
    assert not gate.asked


def test_the_scheme_may_be_written_in_any_way():
    with served(flat) as server:
        assert server.post(body("lung"), Authorization=f"bearer {KEY}").status_code == 200


def test_ids_of_a_request_come_back_and_stand_in_the_log(caplog):
    with served(flat) as server:
        answer = server.post(body("lung"), **{"x-ms-client-request-id": "mine-1"})
        assert answer.headers["x-ms-client-request-id"] == "mine-1"
        assert answer.headers["x-ms-request-id"] == "mine-1"
        odd = server.post(body("lung"), **{"x-ms-client-request-id": "Doe, John"})
        assert "x-ms-client-request-id" not in odd.headers
        assert odd.headers["x-ms-request-id"] == odd.headers["x-request-id"]
    first, second = logged(caplog)
    assert first["request_id"] == answer.headers["x-request-id"]
    assert (first["client_request_id"], second["client_request_id"]) == ("mine-1", "")


def test_a_deployment_is_known_by_its_name_only():
    name = "azureml-model-deployment"
    with served(flat) as server:
        assert server.post(body("lung"), **{name: DEPLOYMENT}).status_code == 200
        assert server.post(body("lung"), **{name: "other"}).status_code == 404


def test_other_paths_are_not_there_and_no_slash_leads_on():
    with served(flat) as server:
        for path in ("/score/", "/docs", "/score/x"):
            response = ask(server.base_url + path, "POST", b"{}", allow_redirects=False)
            assert response.status_code == 404
        assert ask(server.url, "OPTIONS").status_code == 424


def test_many_clients_at_once_each_get_the_masks_of_their_own_pictures():
    def one(number):
        pictures = [picture(number + 2), picture(number + 100)]
        phrases = [(f"a{number}", f"b{number}"), (f"c{number}",)]
        answer = server.post(encode_request(pictures, phrases))
        first, second = decode_response(answer.content, phrases)
        assert first.categories + second.categories == (f"a{number}", f"b{number}", f"c{number}")
        assert (first.probabilities == number + 2).all()
        assert (second.probabilities == number + 100).all()
        return answer.headers["x-request-id"]

    with served(flat) as server, ThreadPoolExecutor(12) as pool:
        ids = list(pool.map(one, range(40)))
    assert len(set(ids)) == 40
    assert sorted(record.request_id for record in server.records) == sorted(ids)


def test_more_at_once_than_there_are_places_are_busy_and_the_others_are_answered():
    gate = Gate()
    with served(gate, most_at_once=3) as server, ThreadPoolExecutor(3) as pool:
        held = [pool.submit(server.post, body(f"p{n}", level=n + 2)) for n in range(3)]
        assert wait_until(lambda: len(gate.asked) == 3)
        assert server.state() == {"status": "ready", "under_way": 3, "most": 3}
        busy = server.post(body("late"))
        assert busy.status_code == 429
        assert busy.text == ""
        assert busy.headers["ms-azureml-model-error-reason"] == "too_many_pending_request"
        gate.open.set()
        for number, answer in enumerate(held):
            (reply,) = decode_response(answer.result().content, [(f"p{number}",)])
            assert (reply.probabilities == number + 2).all()
        assert server.post(body("again")).status_code == 200
    assert ("late",) not in gate.asked


def test_a_client_that_hangs_up_is_given_up_and_its_place_is_free(caplog):
    gate = Gate()
    with served(gate, most_at_once=1) as server:
        with raw(server, body("left alone")):
            assert wait_until(lambda: gate.asked)
        assert wait_until(lambda: gate.given_up == [("left alone",)])
        gate.open.set()
        assert server.post(body("next")).status_code == 200
    left, answered = logged(caplog)
    assert (left["status"], left["outcome"]) == (499, "Cancelled")
    assert answered["status"] == 200
    assert [record.outcome for record in server.records] == ["Cancelled", "success"]


def test_a_client_that_hangs_up_within_its_body_is_forgotten(caplog):
    gate = Gate()
    with served(gate, most_at_once=1) as server:
        with raw(server, body("half")[:1000], length=100_000):
            assert wait_until(lambda: server.state()["under_way"] == 1)
        assert wait_until(lambda: server.state()["under_way"] == 0)
    assert not gate.asked
    assert 499 in [fields["status"] for fields in logged(caplog)]


def test_a_body_that_does_not_come_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr(app, "READ_S", 0.1)
    with served(Gate()) as server, raw(server, b"{", length=100) as client:
        assert client.recv(4096).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
def test_a_body_over_the_limit_is_refused_with_the_limit(monkeypatch, announced):
    monkeypatch.setattr(app, "LARGEST_BODY", 2**20)
    gate = Gate()
    large = b" " * (3 * 2**20)
    pieces = (large[start : start + 65536] for start in range(0, len(large), 65536))
    with served(gate) as server:
        answer = ask(server.url, "POST", large if announced else pieces)
        assert (answer.status_code, answer.text) == (413, "The limit is 1 MiB.")
    assert not gate.asked


@pytest.mark.parametrize(
    ("problem", "status", "inner"),
    [
        (EndpointBusy("5 pictures wait.", "Ask again."), 429, None),
        (PhraseError("“Doe” is odd.", "Write another."), 424, "500"),
        (ZeroDivisionError("Doe"), 424, "500"),
    ],
)
def test_what_goes_wrong_behind_the_door_is_told_as_the_contract_has_it(
    caplog, problem, status, inner
):
    async def broken(rows):
        raise problem

    with served(broken) as server:
        answer = server.post(body("lung"))
    assert answer.status_code == status
    assert answer.headers.get("ms-azureml-model-error-statuscode") == inner
    (fields,) = logged(caplog)
    assert fields["reason"].startswith(type(problem).__name__)
    assert "Doe" not in answer.text + caplog.text


def test_pictures_phrases_and_tokens_are_in_no_log_line(caplog):
    with served(flat) as server:
        image = json.loads(body("gall bladder"))["input_data"]["data"][0][0]
        server.post(body("gall bladder"))
        server.post(body("gall bladder"), Authorization="Bearer other-token")
        server.post(b'{"input_data": {"columns": ["image", "text"], "data": [["x", "bladder"]]}}')
    lines = caplog.text + str(logged(caplog))
    assert len(logged(caplog)) == 3
    for secret in ("bladder", image[:60], KEY, "other-token"):
        assert secret not in lines


def test_phrases_are_logged_when_the_operator_asks_for_it(caplog):
    logging.getLogger("core.phrases").setLevel(logging.INFO)
    try:
        with served(flat) as server:
            server.post(body("gall bladder"))
    finally:
        logging.getLogger("core.phrases").setLevel(logging.CRITICAL + 1)
    assert {"phrases": [("gall bladder",)]} in [
        r.fields for r in caplog.records if hasattr(r, "fields")
    ]


def test_requests_are_counted_for_metrics():
    metrics = Metrics(Traffic())
    with served(flat, name="local") as server:
        sent = body("lung")
        server.post(sent)
        server.post(sent, Authorization="Bearer other")
        for record in server.records:
            metrics.count(record)
    text = metrics.text().decode()
    assert 'mip_requests_total{host="local",outcome="success"} 1.0' in text
    assert 'mip_requests_total{host="local",outcome="SignInRefused"} 1.0' in text
    assert f'mip_sent_bytes_total{{host="local"}} {float(len(sent))}' in text


def test_the_service_describes_what_it_really_takes_and_gives():
    with served(flat) as server:
        document = ask(f"{server.base_url}/swagger.json").json()
        answer = server.post(body("lung")).json()
    schemas = document["components"]["schemas"]
    table = schemas["ServiceInput"]["properties"]["input_data"]["properties"]
    assert table.keys() == json.loads(body("lung"))["input_data"].keys()
    assert schemas["ServiceOutput"]["items"]["properties"].keys() == answer[0].keys()


def raw(server, content, *, length=None):
    """A connection that has sent a head and so much of a body."""
    host, port = server.base_url.removeprefix("http://").split(":")
    client = socket.create_connection((host, int(port)), timeout=10)
    headers = JSON | {"Host": host, "Content-Length": str(length or len(content))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    client.sendall(f"POST /score HTTP/1.1\r\n{lines}\r\n".encode() + content)
    return client
