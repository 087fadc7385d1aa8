"""Large requests and answers: what Azure holds back, and what is not sent in one piece."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.backends import azure
from core.backends.bandwidth import MASK_BYTES, delay_s, forecast
from core.backends.services import Services
from tests.standin import Reply

DELAYS = (
    ("ms-azureml-bandwidth-request-delay-ms", "1500"),
    ("ms-azureml-bandwidth-response-delay-ms", "10800"),
)


def test_the_delay_that_azure_tells_behind_the_body_is_said_in_one_sentence(
    endpoint, ask, picture_of
):
    records = []
    endpoint.script(Reply(trailers=DELAYS))
    backend = ask(endpoint.url, services=Services(on_call=records.append))
    (reply,) = backend.segment([picture_of("lung")])
    assert reply.categories == ("lung",)
    (notice,) = reply.notices
    assert notice.text.startswith("Azure held this request back for 12.3 s")
    assert records[0].delayed_s == pytest.approx(12.3)


def test_the_connection_is_used_on_after_an_answer_with_trailers(endpoint, ask, picture_of):
    endpoint.script(Reply(trailers=DELAYS))
    backend = ask(endpoint.url)
    backend.segment([picture_of("lung")])
    (reply,) = backend.segment([picture_of("heart")])
    assert reply.notices == ()
    assert len({request.connection for request in endpoint.received}) == 1


def test_what_comes_behind_the_body_changes_no_header(endpoint, ask, picture_of):
    records = []
    endpoint.script(Reply(trailers=(("x-request-id", "forged"), ("retry-after", "9"))))
    backend = ask(endpoint.url, services=Services(on_call=records.append))
    (reply,) = backend.segment([picture_of("lung")])
    assert records[0].request_id != "forged"
    assert reply.notices == ()


@pytest.mark.parametrize("value", ["", "soon", "-5", "1e9", "nan", "9" * 30])
def test_a_delay_that_is_no_number_is_none(value):
    assert delay_s({DELAYS[0][0]: value}) == 0


def test_a_delay_that_nobody_feels_is_not_mentioned(endpoint, ask, picture_of):
    endpoint.script(Reply(trailers=((DELAYS[0][0], "40"),)))
    (reply,) = ask(endpoint.url).segment([picture_of("lung")])
    assert reply.notices == ()


def test_one_mask_in_an_answer_is_as_large_as_the_forecast_says(endpoint, ask, picture_of):
    records = []
    backend = ask(endpoint.url, services=Services(on_call=records.append))
    backend.segment([picture_of("lung", "heart")])
    assert records[0].bytes_received == pytest.approx(2 * MASK_BYTES, rel=0.01)


def test_a_large_run_is_foretold_and_a_small_one_is_not():
    assert forecast(100, 2) == (
        "About 280 MB come back; Azure's limit of 5 MB a second for an endpoint makes that at "
        "least 56 s."
    )
    assert forecast(2000, 4).endswith("at least 37 minutes.")
    assert forecast(1, 16) == ""


def test_pictures_that_are_too_large_together_go_in_several_requests_in_order(
    endpoint, ask, picture_of, rng
):
    names = ["lung", "liver", "heart", "spleen", "bone", "kidney"]
    items = []
    for name in names:
        item = picture_of(name)
        noise = rng.integers(0, 256, item.picture.shape, dtype=np.uint8)
        items.append(replace(item, picture=noise))
    replies = ask(endpoint.url).segment(items)
    assert [len(reply.probabilities) for reply in replies] == [1] * 6
    assert [text for request in endpoint.received for text in request.texts] == names
    sizes = [len(request.body) for request in endpoint.received]
    assert sum(sizes) > azure.LARGEST_BODY > max(sizes)
