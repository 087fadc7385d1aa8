"""Addresses as people paste them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.endpoint_address import host_of, scoring_url
from core.errors import SettingsError

HOST = "mip.region.inference.ml.azure.com"
URL = f"https://{HOST}/score"


@pytest.mark.parametrize(
    "pasted",
    [
        URL,
        f"https://{HOST}",
        f"https://{HOST}/",
        f"https://{HOST}/score/",
        f"https://{HOST}/swagger.json",
        f"  {URL}\n",
        f'"{URL}"',
        f"<{URL}>",
        f"\u201c{URL}\u201d",
        HOST,
        f"{HOST}/score",
        f"HTTPS://{HOST.upper()}/score",
    ],
)
def test_every_way_to_paste_the_address_leads_to_one_url(pasted):
    assert scoring_url(pasted) == URL
    assert host_of(scoring_url(pasted)) == HOST


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:5001/score",
        "http://localhost:5001/score",
        "http://[::1]:5001/score",
        "https://10.0.0.7/api/v1/endpoint/mip/score",
    ],
)
def test_this_machine_may_be_called_unencrypted_and_clusters_have_longer_paths(url):
    assert scoring_url(url) == url
    assert scoring_url(url.removesuffix("/score")) == url


@pytest.mark.parametrize(
    ("pasted", "problem"),
    [
        ("/subscriptions/1/resourceGroups/g/onlineEndpoints/mip", "resource id"),
        ("azureml://subscriptions/1/endpoints/mip", "resource id"),
        ("my-medimageparse", "the name 'my-medimageparse'"),
        ("", "the name ''"),
        (f"http://{HOST}/score", "not encrypted"),
        ("http://10.0.0.7/score", "not encrypted"),
        ("http://127.0.0.1.example.net/score", "not encrypted"),
        (f"ftp://{HOST}/score", "starts with ftp"),
        ("https://ml.azure.com/endpoints/realtime/mip/detail", "a page of the portal"),
        (f"https://user:canary@{HOST}/score", "user name or password"),
        (f"https://{HOST}/score?code=canary", "question mark"),
        (f"https://{HOST}/score#canary", "question mark or a hash"),
        ("https:///score", "not a URL"),
        (f"https://{HOST}:99999/score", "not a URL"),
        (f"https://{HOST}:canary/score", "not a URL"),
        ("https://[::1/score", "not a URL"),
        (f"https://{HOST}\r\nX: y/score", "blanks"),
        ("https://\u043c\u0456\u0440.example/score", "blanks or characters"),
        (f"https://{HOST}\\@evil.example/score", "blanks or characters"),
    ],
)
def test_what_is_no_scoring_url_is_refused_with_the_reason_and_where_to_find_it(pasted, problem):
    with pytest.raises(SettingsError, match=problem) as caught:
        scoring_url(pasted)
    assert caught.value.next_step
    assert "canary" not in str(caught.value)


def test_a_resource_id_is_answered_with_the_place_of_the_url_in_the_portal():
    with pytest.raises(SettingsError, match="Consume") as caught:
        scoring_url("/subscriptions/1/onlineEndpoints/mip")
    assert "https://NAME.REGION.inference.ml.azure.com/score" in caught.value.next_step


@given(st.text(max_size=60) | st.text(max_size=40).map("https://".__add__))
def test_any_text_becomes_a_url_or_a_sentence_and_a_url_stays_itself(text):
    try:
        url = scoring_url(text)
    except SettingsError:
        return
    assert url.startswith(("https://", "http://"))
    assert url.endswith("/score")
    assert scoring_url(url) == url
