"""Metrics read from a real port, with a parser of the format."""

from __future__ import annotations

import urllib.request
from urllib.error import HTTPError

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from core.backends import get_backend
from core.backends.base import RunControl
from core.backends.services import Services
from core.backends.traffic import Traffic
from core.errors import BackendError, SettingsError
from core.metrics import Metrics, MetricsServer, metrics_port_from
from core.secret import Secret
from core.segmentation import segment
from core.settings import AzureSettings
from tests.standin import KEY, StandIn
from tests.standin import behaviour as play


@pytest.fixture
def served():
    """Services that are counted, and the address at which the counts are."""
    traffic = Traffic()
    metrics = Metrics(traffic)
    server = MetricsServer(metrics, 0)
    yield Services(traffic, metrics.count), server.url
    server.close()


def scrape(url):
    """Every sample by name and labels."""
    with urllib.request.urlopen(url) as answer:
        assert answer.headers["content-type"].startswith("application/openmetrics-text")
        text = answer.read().decode()
    assert text.endswith("# EOF\n")
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def test_requests_retries_errors_times_and_bytes_are_counted_by_host(served, grey_frame):
    services, url = served
    with StandIn() as endpoint:
        host = ("host", f"127.0.0.1:{endpoint.port}")
        settings = AzureSettings(endpoint.url, Secret(KEY))
        backend = get_backend("azure", settings, services=services)
        endpoint.script(play.SCORING_FAILED)
        segment(grey_frame, "canary phrase", backend)
        endpoint.script(play.NO_DEPLOYMENT)
        with pytest.raises(BackendError):
            segment(grey_frame, "canary phrase", backend)
        backend.close()
        found = scrape(url)
        sent = sum(len(request.body) for request in endpoint.received)
    assert found["mip_requests_total", host, ("outcome", "success")] == 1
    assert found["mip_requests_total", host, ("outcome", "ModelFailed")] == 1
    assert found["mip_requests_total", host, ("outcome", "EndpointNotFound")] == 1
    assert found["mip_retries_total", host] == 1
    assert found["mip_request_seconds_count", host] == 3
    assert found["mip_pictures_total", host] == 3
    assert found["mip_sent_bytes_total", host] == sent
    assert found["mip_received_bytes_total", host] > 1024 * 1024
    assert "canary" not in str(found)
    assert KEY not in str(found)


def test_what_is_under_way_is_seen_while_it_is_under_way(served):
    services, url = served
    lane = services.traffic.lane("https://mip.example.org/score", "mip.example.org", 4)
    host = ("host", "mip.example.org")
    with lane.place(RunControl()):
        assert scrape(url)["mip_in_flight", host] == 1
    found = scrape(url)
    assert found["mip_in_flight", host] == 0
    assert found["mip_waiting", host] == 0
    assert found["mip_places", host] == 4
    assert found["mip_paused", host] == 0


def test_an_endpoint_that_is_left_alone_shows(served):
    services, url = served
    lane = services.traffic.lane("https://mip.example.org/score", "mip.example.org", 4)
    for _ in range(3):
        lane.give_up("It was cut.")
    assert scrape(url)["mip_paused", ("host", "mip.example.org")] == 1


def test_another_path_has_nothing(served):
    _, url = served
    with pytest.raises(HTTPError, match="404") as caught:
        urllib.request.urlopen(url.replace("/metrics", "/"))
    caught.value.close()


def test_a_port_that_is_taken_is_told_in_a_sentence(served):
    _, url = served
    port = int(url.split(":")[2].split("/")[0])
    with pytest.raises(SettingsError, match=f"port {port}: .*Set MIP_METRICS_PORT to a free port"):
        MetricsServer(Metrics(Traffic()), port)


def test_the_metrics_are_for_this_machine_only(served):
    assert served[1].startswith("http://127.0.0.1:")


@pytest.mark.parametrize("text", ["-1", "0", "65536", "http", "9.5", "٣"])
def test_a_setting_that_is_no_port_is_refused(text):
    with pytest.raises(SettingsError, match="1 to 65535"):
        metrics_port_from({"MIP_METRICS_PORT": text})


@pytest.mark.parametrize(("text", "port"), [("", None), ("9464", 9464), (" 9464 ", 9464)])
def test_the_port_is_read_from_the_environment(text, port):
    assert metrics_port_from({"MIP_METRICS_PORT": text}) == port
