"""Who sits at the machine itself, and who only looks like it."""

import pytest

from components.own_machine import opened_here

BROWSER = {"Host": "localhost:8501", "Origin": "http://localhost:8501"}


@pytest.mark.parametrize(
    ("address", "remote", "headers"),
    [
        ("localhost", None, BROWSER),
        ("127.0.0.1", None, {"Host": "127.0.0.1:8501", "Origin": "http://127.0.0.1:8501"}),
        ("::1", "127.0.0.1", {"Host": "[::1]:8501", "Origin": "http://[::1]:8501"}),
    ],
)
def test_a_browser_on_this_machine_is_here(address, remote, headers):
    assert opened_here(address, remote, headers)


@pytest.mark.parametrize(
    ("address", "remote", "headers"),
    [
        ("", None, BROWSER),
        ("0.0.0.0", None, BROWSER),
        ("localhost", "192.0.2.7", BROWSER),
        ("localhost", None, {}),
        ("localhost", None, {"Host": "localhost:8501"}),
        ("localhost", None, BROWSER | {"X-Forwarded-For": "192.0.2.7"}),
        ("localhost", None, BROWSER | {"Forwarded": "for=192.0.2.7"}),
        ("localhost", None, BROWSER | {"X-Real-Ip": "192.0.2.7"}),
        ("localhost", None, BROWSER | {"Via": "1.1 proxy"}),
        ("localhost", None, {"Host": "localhost:8501", "Origin": "https://mip.example.org"}),
        ("localhost", None, {"Host": "mip.example.org", "Origin": "http://localhost:8501"}),
        ("localhost", None, {"Host": "localhost", "Origin": "null"}),
    ],
    ids=[
        "listens everywhere",
        "listens on all addresses",
        "another computer",
        "no headers",
        "no origin",
        "proxy that says for whom",
        "proxy that says so in the standard way",
        "proxy that says the address",
        "proxy that names itself",
        "proxy that hides all but the origin",
        "a name that leads here",
        "an origin that is hidden",
    ],
)
def test_whoever_comes_from_elsewhere_is_not_here(address, remote, headers):
    assert not opened_here(address, remote, headers)
