"""The connection doctor on the page: the button, the findings, the report."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.standin import KEY, Reply, StandIn

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60


def page():
    """A page with nothing but the panel, for the endpoint that the environment names."""
    import os

    from components.doctor_panel import show_doctor_panel
    from components.state import session
    from core.secret import Secret
    from core.settings import AzureSettings
    from tests.core.doctor.cases import Source

    url = os.environ.get("DOCTOR_URL", "")
    way = os.environ.get("DOCTOR_WAY", "key")
    source = Source(way=way) if way != "key" else None
    key = None if source else Secret(os.environ.get("DOCTOR_KEY", ""))
    settings = AzureSettings(url, key, sign_in=way) if url else None
    show_doctor_panel(session(), settings, source)


@pytest.fixture
def endpoint(monkeypatch):
    with StandIn() as running:
        monkeypatch.setenv("DOCTOR_URL", running.url)
        monkeypatch.setenv("DOCTOR_KEY", KEY)
        yield running


@pytest.fixture
def app(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))
    test = AppTest.from_function(page, default_timeout=PATIENCE_S)
    test.run()
    assert not test.exception
    return test


def check(app):
    """Press the button and wait for the end, as the panel's own polling does."""
    app.button(key="doctor_start").click().run()
    end = time.monotonic() + PATIENCE_S
    while at_work(app):
        assert time.monotonic() < end, "the examination does not end"
        app.session_state["doctor"].job.wait(1.0)
        app.run()
    assert not app.exception


def at_work(app):
    return any(button.key == "doctor_cancel" for button in app.button)


def said(app):
    return "\n".join(one.value for one in (*app.markdown, *app.caption))


@pytest.mark.usefixtures("endpoint")
def test_before_the_first_check_there_is_one_button_and_no_finding(app):
    assert [button.label for button in app.button] == ["Check the connection"]
    assert app.checkbox(key="doctor_trial").value is False
    assert not app.code


def test_a_check_sends_no_picture_unless_that_was_ticked(endpoint, app):
    check(app)
    assert {one.method for one in endpoint.received} == {"GET"}
    assert "All is in order." in said(app)
    app.checkbox(key="doctor_trial").check().run()
    check(app)
    assert [one.texts for one in endpoint.received if one.method == "POST"] == [
        ["left lung & right lung"]
    ] * 2
    assert "The model answers" in said(app)


@pytest.mark.usefixtures("endpoint")
def test_each_state_has_an_icon_and_a_word_beside_its_colour(app, monkeypatch):
    monkeypatch.setenv("DOCTOR_KEY", "another-key")
    app.run()
    check(app)
    text = said(app)
    assert "**Not in order: Answer.**" in text
    assert ":red[:material/cancel:] **Answer** &nbsp; Failed." in text
    assert ":green[:material/check_circle:] **Connection**" in text
    assert ":gray[:material/remove:] **Trial** &nbsp; Skipped." in text.replace(
        ":gray[Skipped", "Skipped"
    )
    assert "Copy the primary key again" in text


@pytest.mark.usefixtures("endpoint")
def test_findings_are_told_in_italian_and_the_report_stays_english(app, monkeypatch):
    monkeypatch.setenv("DOCTOR_KEY", "another-key")
    app.session_state["language"] = "it"
    app.run()
    check(app)
    text = said(app)
    assert "**Non in ordine: Risposta.**" in text
    assert ":red[:material/cancel:] **Risposta** &nbsp; Non riuscito." in text
    assert "Saltato. Non esaminato, perché il passo Risposta" in text.replace("\\", "")
    assert app.button(key="doctor_start").label == "Controlla la connessione"
    assert "Not in order" not in text
    assert app.code[0].value.startswith("# Connection report")
    assert "Risposta" not in app.code[0].value


@pytest.mark.usefixtures("endpoint")
def test_the_report_can_be_copied_and_downloaded_and_holds_no_key(app, monkeypatch):
    monkeypatch.setenv("DOCTOR_KEY", "canary-key-0123456789")
    app.run()
    check(app)
    report = app.code[0].value
    assert report.startswith("# Connection report of MedImageParse Workbench")
    assert "FAILED" in report
    assert "canary" not in report + said(app)
    assert app.download_button(key="doctor_download").label == "Download"


def test_findings_survive_a_rerun_and_are_of_the_settings_they_were_made_with(
    endpoint, app, monkeypatch
):
    check(app)
    asked = len(endpoint.received)
    app.run()
    assert "All is in order." in said(app)
    assert len(endpoint.received) == asked
    assert "changed since" not in said(app)
    monkeypatch.setenv("DOCTOR_KEY", "another-key")
    app.run()
    assert "The settings have changed since. Check again." in said(app)


def test_a_check_can_be_stopped_in_the_middle(endpoint, app):
    endpoint.script(Reply(delay_s=30))
    app.checkbox(key="doctor_trial").check().run()
    app.button(key="doctor_start").click().run()
    assert at_work(app)
    assert app.button(key="doctor_start").disabled
    assert endpoint.wait_for(lambda: any(one.method == "POST" for one in endpoint.received))
    app.button(key="doctor_cancel").click().run()
    job = app.session_state["doctor"].job
    assert job.wait(10)
    app.run()
    assert "Stopped after 10 of 14 steps." in said(app)
    assert endpoint.wait_for(lambda: endpoint.left_early == 1)
    assert not app.button(key="doctor_start").disabled


def test_without_an_endpoint_the_check_says_what_to_set(app):
    assert "DOCTOR_URL" not in os.environ
    check(app)
    assert "No MedImageParse endpoint is set" in said(app).replace("\\", "")


@pytest.mark.parametrize(
    ("way", "here", "named"),
    [("cli", True, True), ("device", False, True), ("cli", False, False)],
    ids=["at the machine itself", "signed in with a code", "a visitor of a server"],
)
@pytest.mark.usefixtures("endpoint")
def test_the_account_is_named_to_whom_it_belongs_and_never_in_the_report(
    app, monkeypatch, way, here, named
):
    monkeypatch.setenv("DOCTOR_WAY", way)
    monkeypatch.setattr("components.doctor_panel.own_machine", lambda: here)
    monkeypatch.setattr("components.doctor_panel.arm_client", lambda _state: None)
    app.run()
    check(app)
    assert "as a person of the tenant beginning with 1234abcd" in said(app)
    assert ("reader@invented" in said(app).replace("\\", "")) is named
    assert "reader@invented" not in app.code[0].value
