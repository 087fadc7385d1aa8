"""Tests talk to this machine only."""

import socket

import pytest


def test_a_test_that_reaches_for_the_internet_fails_at_once():
    # 192.0.2.1 is kept for documentation (RFC 5737). The guard warns before it raises, and here
    # every warning is an error.
    blocked = pytest.raises(UserWarning, match=r"connect\(\) with host \"192\.0\.2\.1\"")
    with blocked, socket.socket() as client:
        client.connect(("192.0.2.1", 80))
