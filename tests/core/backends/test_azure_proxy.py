"""Through a proxy that opens tunnels, with a certificate that the network has given out."""

from __future__ import annotations

import pytest

from core.errors import ConnectionFailed
from tests.core.doctor.authority import make_authority
from tests.standin import StandIn
from tests.standin.proxy import ConnectProxy

HOST = "mip.region.inference.ml.azure.com"


@pytest.fixture
def endpoint(tmp_path, monkeypatch):
    """An endpoint with a certificate for its Azure name, from an authority that is trusted."""
    authority = make_authority(tmp_path, "Invented Hospital")
    for name in ("NO_PROXY", "no_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    with StandIn(tls=authority.server(HOST)) as running:
        yield running


def test_pictures_go_through_the_proxy_of_the_environment(endpoint, ask, picture_of, monkeypatch):
    with ConnectProxy(endpoint.port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        backend = ask(f"https://{HOST}/score")
        (reply,) = backend.segment([picture_of("lung")])
        backend.close()
        assert proxy.asked == [f"{HOST}:443"]
    assert reply.categories == ("lung",)
    assert len(endpoint.received) == 1


def test_a_proxy_that_asks_for_a_sign_in_gets_it(endpoint, ask, picture_of, monkeypatch):
    with ConnectProxy(endpoint.port, user="reader", password="invented") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        backend = ask(f"https://{HOST}/score")
        backend.segment([picture_of("lung")])
        backend.close()
        assert proxy.refused == 0
    assert "proxy-authorization" not in endpoint.received[0].headers


def test_the_key_never_reaches_a_proxy_that_refuses(endpoint, ask, picture_of, monkeypatch):
    with ConnectProxy(endpoint.port, user="reader", password="invented") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
        with pytest.raises(ConnectionFailed, match="The proxy on the way to mip"):
            ask(f"https://{HOST}/score").segment([picture_of("lung")])
        assert proxy.refused == 1
    assert endpoint.received == ()
