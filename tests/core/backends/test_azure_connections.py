"""Connections that do not come about, or break: each told apart, on real sockets."""

from __future__ import annotations

import errno
import socket

import pytest
import urllib3

from core.backends.base import RunControl
from core.errors import ConnectionFailed, EndpointTimeout
from tests.standin import HangUp, Reply, StandIn
from tests.standin.certificates import self_signed

AZURE = "https://mip.region.inference.ml.azure.com/score"


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture
def no_proxy_set(monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def untrusted(tmp_path):
    """A server context with a certificate that nobody trusts."""
    return self_signed(tmp_path).server


@pytest.mark.usefixtures("no_proxy_set")
def test_a_name_that_does_not_resolve_is_called_a_name(ask, picture_of, clock, monkeypatch):
    def unknown(*_args, **_kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ConnectionFailed, match=r"name mip\.region\..* is not known") as caught:
        ask(AZURE).segment([picture_of("lung")])
    assert "typing error" in caught.value.next_step
    assert clock.slept_s == 0


@pytest.mark.usefixtures("no_proxy_set")
def test_a_network_without_a_route_is_told(ask, picture_of, monkeypatch):
    def unreachable(*_args, **_kwargs):
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(urllib3.util.connection, "create_connection", unreachable)
    with pytest.raises(ConnectionFailed, match="no route to mip") as caught:
        ask(AZURE).segment([picture_of("lung")])
    assert "firewall" in caught.value.next_step


def test_a_refused_connection_is_tried_once_more(ask, picture_of, clock, closed_port):
    with pytest.raises(ConnectionFailed, match=f":{closed_port} refused the connection") as caught:
        ask(f"http://127.0.0.1:{closed_port}").segment([picture_of("lung")])
    assert "It was tried 2 times" in caught.value.what
    assert caught.value.details.startswith("ConnectionRefusedError")
    assert 0.5 <= clock.slept_s <= 1


def test_a_host_that_does_not_take_up_the_connection_is_given_up(ask, picture_of):
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for waiting in (first, second):  # they fill the queue that nobody takes from
            waiting.settimeout(0)
            waiting.connect_ex(deaf.getsockname())
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with pytest.raises(ConnectionFailed, match=r"within 0\.2 seconds"):
            ask(url, connect_timeout_s=0.2).segment([picture_of("lung")])


def test_a_certificate_that_is_not_trusted_is_called_that(ask, picture_of, clock, untrusted):
    with StandIn(tls=untrusted) as endpoint:
        with pytest.raises(ConnectionFailed, match=r"certificate .* is not trusted") as caught:
            ask(endpoint.url).segment([picture_of("lung")])
        assert endpoint.received == ()
    assert "REQUESTS_CA_BUNDLE" in caught.value.next_step
    assert clock.slept_s == 0


def test_a_server_that_does_not_speak_https_is_told(endpoint, ask, picture_of):
    with pytest.raises(ConnectionFailed, match="No encrypted connection"):
        ask(endpoint.url.replace("http://", "https://")).segment([picture_of("lung")])


@pytest.mark.usefixtures("no_proxy_set")
def test_a_proxy_that_cannot_be_reached_is_called_a_proxy(
    ask, picture_of, monkeypatch, closed_port
):
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port}")
    with pytest.raises(ConnectionFailed, match="The proxy on the way to mip") as caught:
        ask(AZURE).segment([picture_of("lung")])
    assert "HTTPS_PROXY" in caught.value.next_step


@pytest.mark.usefixtures("no_proxy_set")
def test_a_proxy_that_refuses_the_tunnel_is_called_a_proxy(endpoint, ask, picture_of, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", endpoint.base_url)
    with pytest.raises(ConnectionFailed, match="The proxy on the way to mip"):
        ask(AZURE).segment([picture_of("lung")])
    assert endpoint.received == ()


@pytest.mark.usefixtures("no_proxy_set")
def test_a_proxy_in_the_environment_is_not_used_for_this_machine(
    endpoint, ask, picture_of, monkeypatch, closed_port
):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port}")
    ask(endpoint.url).segment([picture_of("lung")])
    assert len(endpoint.received) == 1


@pytest.mark.parametrize(
    "fault",
    [
        HangUp(reset=True),
        HangUp(reset=False),
        Reply(cut_after=0.5),
        Reply(cut_after=0.5, reset=True),
        Reply(cut_after=0.0),
    ],
    ids=str,
)
def test_a_connection_cut_half_way_is_tried_again_and_works(endpoint, ask, picture_of, fault):
    endpoint.script(fault)
    waited = []
    (reply,) = ask(endpoint.url).segment([picture_of("lung")], RunControl(on_wait=waited.append))
    assert reply.categories == ("lung",)
    assert len(endpoint.received) == 2
    assert "was cut" in waited[0].reason


def test_a_connection_that_is_always_cut_is_given_up_within_the_budget(
    endpoint, ask, picture_of, clock
):
    endpoint.script(*[Reply(cut_after=0.9)] * 20)
    with pytest.raises(ConnectionFailed, match="It was tried 9 times") as caught:
        ask(endpoint.url).segment([picture_of("lung")])
    assert "IncompleteRead" in caught.value.details
    assert len(caught.value.request_id) == 36
    assert clock.slept_s <= 60.001


def test_silence_beyond_the_read_timeout_is_told_and_not_repeated(endpoint, ask, picture_of):
    endpoint.script(Reply(delay_s=30))
    with pytest.raises(EndpointTimeout, match=r"silent for 0\.2 seconds"):
        ask(endpoint.url, read_timeout_s=0.2).segment([picture_of("lung")])
    assert len(endpoint.received) == 1


def test_silence_in_the_middle_of_the_answer_is_a_timeout_too(endpoint, ask, picture_of):
    endpoint.script(Reply(pieces=2, piece_delay_s=0.3))
    with pytest.raises(EndpointTimeout, match=r"silent for 0\.2 seconds"):
        ask(endpoint.url, read_timeout_s=0.2).segment([picture_of("lung")])
