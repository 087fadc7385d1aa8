"""What all sessions of a server share, and what is said when a setting cannot be followed."""

from __future__ import annotations

import logging
import socket
import urllib.request

import pytest
from streamlit.testing.v1 import AppTest

from components.services import start_process
from core.logs import LIBRARY_LOGGERS, OUR_LOGGERS


@pytest.fixture(autouse=True)
def quiet_again():
    """The loggers as they were."""
    loggers = [logging.getLogger(name) for name in (*OUR_LOGGERS, *LIBRARY_LOGGERS)]
    before = [(one, one.level, list(one.handlers)) for one in loggers]
    yield
    for one, level, handlers in before:
        one.setLevel(level)
        one.handlers[:] = handlers


@pytest.fixture
def port():
    """A port that was free a moment ago."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def test_metrics_are_offered_where_the_operator_says(port):
    process = start_process({"MIP_METRICS_PORT": str(port)})
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        assert answer.read().endswith(b"# EOF\n")
    process.close()
    assert process.problems == ()


def test_without_a_port_nothing_listens():
    process = start_process({})
    assert process.server is None
    assert process.problems == ()
    process.close()


def test_settings_that_cannot_be_followed_are_told_and_the_page_goes_on():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = {"MIP_METRICS_PORT": str(taken.getsockname()[1]), "MIP_LOG_LEVEL": "loud"}
        process = start_process(settings)
    said = [str(problem) for problem in process.problems]
    assert "MIP_LOG_LEVEL is 'loud'" in said[0]
    assert "Metrics cannot be offered on port" in said[1]
    assert process.services.traffic.states == ()


def test_all_sessions_share_the_same_services():
    def page():
        import streamlit as st

        from components.services import services, show_start_problems

        show_start_problems()
        st.session_state["mine"] = services()

    first, second = (AppTest.from_function(page).run() for _ in range(2))
    assert not first.exception
    assert not first.error
    assert first.session_state["mine"] is second.session_state["mine"]
