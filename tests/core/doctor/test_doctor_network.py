"""The way to the endpoint: names, proxies and certificates, on real sockets."""

from __future__ import annotations

import socket
import threading

import pytest

from core.doctor import Checkup
from core.doctor.certificate import Handshake
from tests.core.doctor.authority import make_authority
from tests.core.doctor.cases import AZURE, HOST, fact, found_in, resolver, settings_for
from tests.standin import StandIn
from tests.standin.proxy import ConnectProxy


@pytest.fixture
def behind_proxy(authority, monkeypatch):
    """Make the endpoint that Azure's name leads to, through a proxy of this machine.

    ``behind_proxy(user="jane", password="...")`` gives the endpoint and its proxy; further words
    are those of the certificate.
    """
    opened = []

    def make(*, user="", password="", signer=authority, host=HOST, **certificate):
        endpoint = StandIn(tls=signer.server(host, **certificate)).__enter__()
        proxy = ConnectProxy(endpoint.port, user=user, password=password).__enter__()
        opened.extend([endpoint, proxy])
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        return endpoint, proxy

    yield make
    for one in reversed(opened):
        one.__exit__(None, None, None)


def unknown(*_args, **_kwargs):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_a_name_that_nobody_knows_fails_with_what_may_be_wrong():
    found = found_in(Checkup(settings_for(AZURE), resolve=unknown))
    assert found["Name"].state == "failed"
    assert found["Name"].what == f"The name {HOST} is not known on this network."
    assert "typing error" in found["Name"].next_step
    assert found["Connection"].what == "Not looked at, since the step Name failed."


def test_a_name_server_that_does_not_answer_is_given_up(monkeypatch):
    monkeypatch.setattr("core.doctor.name.PATIENCE_S", 0.2)
    answered = threading.Event()
    found = found_in(Checkup(settings_for(AZURE), resolve=lambda *_a, **_k: answered.wait(5)))
    answered.set()
    assert found["Name"].state == "failed"
    assert "took longer than 0.2 seconds" in found["Name"].what


@pytest.mark.parametrize(
    ("address", "says"),
    [("10.1.2.3", "at 10.1.2.3, a private address."), ("20.1.2.3", "at 20.1.2.3.")],
)
def test_a_private_address_is_called_that(address, says, monkeypatch, closed_port):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "missing.pem")  # nothing is connected to
    found = found_in(Checkup(settings_for(AZURE), resolve=resolver(address, address)))
    assert found["Name"].what.endswith(says)
    assert fact(found["Name"], "Addresses") == address


def test_many_addresses_are_counted_not_listed(monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "missing.pem")
    many = [f"20.0.0.{number}" for number in range(9)]
    found = found_in(Checkup(settings_for(AZURE), resolve=resolver(*many)))
    assert fact(found["Name"], "Addresses").endswith("20.0.0.3 and 5 more")


def test_a_file_of_certificates_that_is_not_there_is_named_by_its_setting(monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/home/jane/missing.pem")
    found = found_in(Checkup(settings_for(AZURE), resolve=resolver("20.1.2.3")))
    assert found["Connection"].state == "failed"
    assert found["Connection"].what.startswith("REQUESTS_CA_BUNDLE names a file")
    assert "jane" not in str(found["Connection"])


def test_a_proxy_that_needs_no_sign_in_is_gone_through(behind_proxy, authority, monkeypatch):
    endpoint, proxy = behind_proxy()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    found = found_in(Checkup(settings_for(AZURE), resolve=unknown))
    assert found["Proxy"].what == (
        f"The connection goes through the proxy http://{proxy.address}, without a sign-in."
    )
    assert fact(found["Proxy"], "Set by") == "HTTPS_PROXY"
    assert found["Name"].what == "127.0.0.1 is an address, so no name is looked up."
    assert set(proxy.asked) == {f"{HOST}:443"}
    assert found["Trial"].state == "ok"
    assert sum(one.method == "POST" for one in endpoint.received) == 2


def test_a_network_that_inspects_https_is_told_by_who_signed(behind_proxy, authority, monkeypatch):
    behind_proxy()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    found = found_in(Checkup(settings_for(AZURE), trial=False))
    connection = found["Connection"]
    assert connection.state == "ok"
    assert "encrypted with TLSv1.3" in connection.what
    assert "signed by Invented Hospital Web Filter: this network inspects https" in connection.what
    assert fact(connection, "Trusted certificates") == "REQUESTS_CA_BUNDLE"
    assert fact(connection, "Time to connect").endswith(" s")


def test_a_certificate_of_microsofts_is_nothing_to_speak_of(behind_proxy, tmp_path, monkeypatch):
    microsoft = make_authority(tmp_path, "Microsoft Corporation")
    behind_proxy(signer=microsoft)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(microsoft.file))
    found = found_in(Checkup(settings_for(AZURE), trial=False))
    assert found["Connection"].what.endswith("encrypted with TLSv1.3.")


def test_a_certificate_that_is_not_trusted_is_described(behind_proxy):
    endpoint, _ = behind_proxy()
    found = found_in(Checkup(settings_for(AZURE)))
    assert found["Connection"].state == "failed"
    assert f"The certificate of {HOST} is not trusted" in found["Connection"].what
    assert "REQUESTS_CA_BUNDLE" in found["Connection"].next_step
    signer = fact(found["Connection"], "Certificate signed by")
    assert signer == "Invented Hospital Web Filter"
    assert endpoint.received == ()  # to look at a certificate, nothing is sent


@pytest.mark.parametrize("days", [(-9, -2), (2, 9)], ids=["ended", "not begun"])
def test_a_certificate_out_of_its_time_points_at_the_clock(
    behind_proxy, authority, monkeypatch, days
):
    behind_proxy(begins_days=days[0], ends_days=days[1])
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    found = found_in(Checkup(settings_for(AZURE)))
    assert found["Connection"].state == "failed"
    assert "this computer's clock says" in found["Connection"].what
    assert "clock" in found["Connection"].next_step


def test_a_certificate_of_another_name_is_told(behind_proxy, authority, monkeypatch):
    behind_proxy(host="another.invalid")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    found = found_in(Checkup(settings_for(AZURE)))
    assert "made out to another name" in found["Connection"].what


def test_a_proxy_with_a_sign_in_is_gone_through_with_it(behind_proxy, authority, monkeypatch):
    _, proxy = behind_proxy(user="jane", password="p%40ss-word")
    monkeypatch.setenv("HTTPS_PROXY", f"http://jane:p%2540ss-word@{proxy.address}")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    found = found_in(Checkup(settings_for(AZURE)))
    assert found["Proxy"].what.endswith("with a sign-in.")
    assert found["Trial"].state == "ok"
    assert fact(found["Connection"], "Certificate signed by") == "Invented Hospital Web Filter"
    assert proxy.refused == 0


def test_a_proxy_that_wants_a_sign_in_is_told(behind_proxy, monkeypatch):
    _, proxy = behind_proxy(user="jane", password="secret-word")
    monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
    found = found_in(Checkup(settings_for(AZURE)))
    assert found["Connection"].state == "failed"
    assert f"The proxy on the way to {HOST}" in found["Connection"].what
    assert "sign-in" in found["Connection"].next_step
    assert proxy.refused == 1


def test_a_proxy_that_cannot_be_reached_is_told(monkeypatch, closed_port):
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port}")
    found = found_in(Checkup(settings_for(AZURE)))
    assert f"The proxy on the way to {HOST}" in found["Connection"].what
    assert found["Connection"].state == "failed"


def test_a_proxy_whose_name_nobody_knows_is_told_as_the_proxys(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:8080")
    found = found_in(Checkup(settings_for(AZURE), resolve=unknown))
    assert found["Name"].state == "failed"
    assert "name of the proxy, proxy.invalid" in found["Name"].what
    assert "HTTPS_PROXY" in found["Name"].next_step


def test_a_proxy_that_is_known_looks_the_endpoint_up_itself(monkeypatch, closed_port):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:8080")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "missing.pem")
    found = found_in(Checkup(settings_for(AZURE), resolve=resolver("10.0.0.1")))
    assert found["Name"].what.endswith(f"it looks {HOST} up itself.")


@pytest.mark.parametrize("address", ["http://proxy.invalid:80a", "proxy:8080", "http://"])
def test_an_address_that_is_none_is_refused_with_how_to_write_it(monkeypatch, address):
    monkeypatch.setenv("HTTPS_PROXY", address)
    found = found_in(Checkup(settings_for(AZURE), resolve=unknown))
    assert found["Proxy"].state == "failed"
    assert "HTTPS_PROXY=http://proxy.example.org:8080" in found["Proxy"].next_step
    assert found["Name"].state == "skipped"


def test_no_proxy_that_names_the_host_is_told(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:8080")
    monkeypatch.setenv("NO_PROXY", ".azure.com")
    found = found_in(Checkup(settings_for(AZURE), resolve=unknown))
    assert "NO_PROXY names" in found["Proxy"].what
    assert found["Name"].what == f"The name {HOST} is not known on this network."


def test_without_a_proxy_the_way_is_straight():
    found = found_in(Checkup(settings_for(AZURE), resolve=unknown))
    assert found["Proxy"].what == f"No proxy is set; the connection goes straight to {HOST}."


def test_a_proxy_is_not_meant_for_this_machine(endpoint, monkeypatch, closed_port):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port}")
    found = found_in(Checkup(settings_for(endpoint.url), trial=False))
    assert found["Proxy"].what.endswith("is this machine, so no proxy is used.")
    assert found["Answer"].state == "ok"


@pytest.mark.parametrize(
    ("host", "names", "holds"),
    [
        ("a.example.org", ("*.example.org",), True),
        ("A.example.org", ("a.EXAMPLE.org",), True),
        ("b.a.example.org", ("*.example.org",), False),
        ("example.org", ("*.example.org",), False),
        ("127.0.0.1", ("127.0.0.1",), True),
    ],
)
def test_a_star_in_a_certificate_stands_for_one_label(host, names, holds):
    assert Handshake(0.0, "", names=names).holds_for(host) is holds
