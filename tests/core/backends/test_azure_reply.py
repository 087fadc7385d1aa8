"""A call that works: what is sent, and what comes back whatever shape the endpoint gives it."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from core.backends.base import RunControl
from core.errors import ConnectionFailed, InvalidReply
from core.wire import encode_request
from tests.standin import DEPLOYMENT, HangUp, Reply, StandIn, soft_masks


def test_masks_come_back_as_the_endpoint_drew_them_in_the_order_of_the_phrases(
    endpoint, ask, picture_of
):
    asked = picture_of("lung", "liver tumor")
    (reply,) = ask(endpoint.url).segment([asked])
    np.testing.assert_array_equal(reply.probabilities, soft_masks(asked.picture, asked.phrases))
    assert reply.categories == ("lung", "liver")
    assert reply.notices == ()


def test_the_request_is_the_encoded_pictures_and_nothing_else(endpoint, ask, picture_of):
    asked = picture_of("lung", "heart")
    ask(endpoint.url).segment([asked])
    (received,) = endpoint.received
    assert received.body == encode_request([asked.picture], [asked.phrases])
    assert received.texts == ["lung & heart"]
    assert received.path == "/score"
    assert set(received.headers) == {
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "x-ms-client-request-id",
    }
    assert received.headers["content-type"] == "application/json"
    assert received.headers["authorization"] == "Bearer stand-in-key"
    assert len(received.headers["x-ms-client-request-id"]) == 36


def test_the_endpoint_may_be_given_without_score(endpoint, ask, picture_of):
    ask(endpoint.base_url + "/").segment([picture_of("lung")])
    assert endpoint.received[0].path == "/score"


def test_a_deployment_is_named_in_a_header_when_one_is_set(endpoint, ask, picture_of):
    ask(endpoint.url, deployment=DEPLOYMENT).segment([picture_of("lung")])
    assert endpoint.received[0].headers["azureml-model-deployment"] == DEPLOYMENT


def test_several_pictures_with_phrases_of_their_own_go_in_one_request(endpoint, ask, picture_of):
    asked = [
        picture_of("lung", seed=1),
        picture_of("liver", "kidney", "spleen", seed=2),
        picture_of("nuclei", "gland", seed=3),
    ]
    replies = ask(endpoint.url).segment(asked)
    assert endpoint.received[0].texts == ["lung", "liver & kidney & spleen", "nuclei & gland"]
    assert len(endpoint.received) == 1
    for one, reply in zip(asked, replies, strict=True):
        np.testing.assert_array_equal(reply.probabilities, soft_masks(one.picture, one.phrases))


@pytest.mark.parametrize("count", [0, 9])
def test_no_picture_or_more_than_the_backend_takes_is_a_mistake_of_the_caller(
    endpoint, ask, picture_of, count
):
    with pytest.raises(ValueError, match=f"not {count}"):
        ask(endpoint.url).segment([picture_of("lung")] * count)
    assert endpoint.received == ()


def test_calls_share_one_connection_also_after_a_refusal(endpoint, ask, picture_of):
    backend = ask(endpoint.url, deployment="no-such-deployment")
    for _ in range(2):
        with pytest.raises(Exception, match="no-such-deployment"):
            backend.segment([picture_of("lung")])
    backend = ask(endpoint.url)
    for _ in range(3):
        backend.segment([picture_of("lung")])
    connections = [received.connection for received in endpoint.received]
    assert connections[0] == connections[1]
    assert connections[2] == connections[3] == connections[4]


def test_a_connection_that_the_service_closed_meanwhile_is_replaced_without_a_pause(
    endpoint, ask, picture_of, clock
):
    endpoint.script(Reply(close=True))
    backend = ask(endpoint.url)
    backend.segment([picture_of("lung")])
    backend.segment([picture_of("lung")])
    assert len(endpoint.received) == 2
    assert clock.slept_s == 0


def test_two_backends_with_two_keys_never_mix_them(ask, picture_of):
    with StandIn(keys=("first", "second")) as endpoint:
        backends = [ask(endpoint.url, key="first"), ask(endpoint.url, key="second")]
        texts = ["lung", "liver"]

        def work(number: int) -> None:
            for _ in range(3):
                backends[number].segment([picture_of(texts[number])])

        threads = [threading.Thread(target=work, args=(number,)) for number in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        pairs = {(one.texts[0], one.headers["authorization"]) for one in endpoint.received}
    assert pairs == {("lung", "Bearer first"), ("liver", "Bearer second")}
    assert backends[0].label == f"Endpoint at 127.0.0.1:{endpoint.port}"
    assert backends[0].leaves_machine


def test_a_token_is_fetched_anew_for_every_try(endpoint, ask, picture_of):
    tokens = iter(["stand-in-key", "stand-in-key"])
    backend = ask(endpoint.url, token=lambda: next(tokens))
    endpoint.script(HangUp())
    backend.segment([picture_of("lung")])
    assert next(tokens, None) is None


@pytest.mark.parametrize(
    "shape",
    [
        Reply(features="object"),
        Reply(features="repr"),
        Reply(categories="repr"),
        Reply(twice_encoded=True),
        Reply(line_breaks=True),
        Reply(payload="npy"),
        Reply(levels="float"),
        Reply(flat=True),
        Reply(flat=True, payload="png"),
    ],
    ids=str,
)
def test_every_known_way_to_write_the_answer_gives_the_same_masks(endpoint, ask, picture_of, shape):
    endpoint.script(shape)
    asked = picture_of("lung")
    (reply,) = ask(endpoint.url).segment([asked])
    np.testing.assert_array_equal(reply.probabilities, soft_masks(asked.picture, asked.phrases))
    assert reply.categories == ("lung",)


@pytest.mark.parametrize("levels", ["0/1", "0/255", "bool"])
def test_hard_masks_are_scaled_to_the_full_range(endpoint, ask, picture_of, levels):
    endpoint.script(Reply(levels=levels))
    asked = picture_of("lung", "liver")
    (reply,) = ask(endpoint.url).segment([asked])
    inside = soft_masks(asked.picture, asked.phrases) >= 128
    np.testing.assert_array_equal(reply.probabilities, np.where(inside, 255, 0))


@pytest.mark.parametrize(
    ("more", "expected"), [(1, ("lung", "liver")), (-1, ("lung", None)), (-2, (None, None))]
)
def test_more_or_fewer_categories_than_phrases_keep_the_masks_and_say_so(
    endpoint, ask, picture_of, more, expected
):
    endpoint.script(Reply(more_categories=more))
    asked = picture_of("lung", "liver")
    (reply,) = ask(endpoint.url).segment([asked])
    assert reply.categories == expected
    assert [notice.level for notice in reply.notices] == ["warning"]
    np.testing.assert_array_equal(reply.probabilities, soft_masks(asked.picture, asked.phrases))


@pytest.mark.parametrize(
    "shape",
    [
        Reply(more_masks=1),
        Reply(more_masks=-1),
        Reply(keep=0.5),
        Reply(keep=0.999999),
        Reply(body=b""),
        Reply(body=b"[]"),
        Reply(body=b'{"image_features": []}'),
        Reply(body=b'[{"pred_seg_mask": ""}]'),
        Reply(body=b"\xff\xfe"),
    ],
    ids=str,
)
def test_an_answer_that_breaks_the_contract_is_refused_once_with_its_request_id(
    endpoint, ask, picture_of, shape
):
    endpoint.script(shape)
    with pytest.raises(InvalidReply) as caught:
        ask(endpoint.url).segment([picture_of("lung", "liver")])
    assert len(endpoint.received) == 1
    assert len(caught.value.request_id) == 36


def test_a_sign_in_page_of_the_network_is_not_taken_for_masks(endpoint, ask, picture_of):
    endpoint.script(Reply(body=b"<html>Welcome, guest</html>", content_type="text/html"))
    with pytest.raises(ConnectionFailed, match="something else than masks"):
        ask(endpoint.url).segment([picture_of("lung")])


def test_a_slow_answer_in_many_pieces_is_read_to_its_end(endpoint, ask, picture_of):
    endpoint.script(Reply(delay_s=0.15, pieces=20, piece_delay_s=0.01))
    asked = picture_of("lung")
    waited = []
    (reply,) = ask(endpoint.url).segment([asked], RunControl(on_wait=waited.append))
    np.testing.assert_array_equal(reply.probabilities, soft_masks(asked.picture, asked.phrases))
    assert waited == []
