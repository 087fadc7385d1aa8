"""The page Connection without a browser: endpoint, ways to sign in, code, signing out."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import PageEntry
from tests.standin import KEY, StandIn
from tests.standin.arm import ArmStandIn
from tests.standin.arm_world import Endpoint
from tests.standin.token_service import (
    APP,
    PERSON,
    SECRET,
    TENANT,
    USER_CODE,
    serving,
    without_azure,
)

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
OTHER = "https://other.region.inference.ml.azure.com/score"


@pytest.fixture
def bare(monkeypatch):
    """Nothing is set anywhere, and nobody is signed in to anything."""
    without_azure(monkeypatch)
    monkeypatch.chdir(ROOT)
    return monkeypatch


@pytest.fixture
def here(bare):
    """The page is opened on the machine on which the program runs."""
    bare.setattr("components.connection.own_machine", lambda: True)
    return bare


@pytest.fixture
def service(bare, tmp_path):
    with serving(tmp_path, bare) as running:
        yield running


@pytest.fixture
def visit(bare):
    """Open the page, each time as another visitor."""
    visitors = []

    def visit():
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S).run()
        visitors.append(app.switch_page("pages/connection.py").run())
        assert not app.exception
        return app

    yield visit
    for app in visitors:
        if state(app).source is not None:
            state(app).source.close()


def state(app):
    return app.session_state["workbench"]


def words(app):
    shown = [*app.error, *app.success, *app.info, *app.caption, *app.markdown, *app.title]
    return "\n".join(str(element.value) for element in shown).replace("\\", "")


def ways(app):
    return app.selectbox(key="sign_in_way").options


def choose(app, way):
    app.selectbox(key="sign_in_way").set_value(way).run()
    return app


def fill(app, key, text):
    app.text_input(key=key).set_value(text).run()
    return app


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def until(app, condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, words(app)
        time.sleep(0.05)
        app.run()
    assert not app.exception


def segment_page(app):
    app.switch_page("pages/segment.py").run()
    app.button(key="sample_chest").click().run()
    app.segmented_control(key="engine").set_value("azure").run()
    assert not app.exception
    return app


def test_a_newcomer_is_asked_for_address_and_key(visit):
    app = visit()
    assert [box.label for box in app.text_input] == ["Scoring URL", "Deployment (optional)", "Key"]
    assert app.error == []
    assert "not for diagnosis" in words(app)


def test_the_page_is_there_in_italian_and_keeps_what_was_chosen(visit):
    app = choose(visit(), "device")
    app.session_state["language"] = "it"
    app.run()
    assert not app.exception
    assert [box.label for box in app.text_input] == ["Scoring URL", "Deployment (facoltativo)"]
    titles = {"Endpoint", "Accesso", "Ricerca in Azure", "Controllo"}
    assert {title.value for title in app.subheader} == titles
    assert app.selectbox(key="sign_in_way").value == "device"
    assert ways(app) == ["Chiave dell'endpoint", "Account Microsoft, con un codice"]
    assert app.button(key="sign_in").label == "Ottieni un codice"
    assert "Riceve un codice" in words(app)


def test_what_is_typed_stays_when_another_page_is_opened(visit):
    app = visit()
    fill(app, "endpoint_url", OTHER)
    fill(app, "endpoint_deployment", "blue")
    fill(app, "sign_in_key", "invented-key")
    app.switch_page("pages/about.py").run()
    app.switch_page("pages/connection.py").run()
    assert app.text_input(key="endpoint_url").value == OTHER
    assert app.text_input(key="endpoint_deployment").value == "blue"
    assert state(app).entry.key.reveal() == "invented-key"
    assert "Pictures go to other.region.inference.ml.azure.com" in words(app)


def test_a_key_is_not_sent_back_to_the_browser_and_can_be_forgotten(visit):
    app = fill(visit(), "sign_in_key", "canary-4711")
    box = app.text_input(key="sign_in_key")
    assert box.value == ""
    assert "A key is set" in box.placeholder
    assert "canary" not in str(app.main)
    press(app, "forget_key")
    assert state(app).entry.key is None


def test_an_address_that_makes_no_sense_is_a_sentence(visit):
    app = fill(visit(), "endpoint_url", "ftp://somewhere.example")
    assert "ftp" in app.error[0].value


def test_an_endpoint_chosen_elsewhere_is_shown_in_the_field(visit):
    app = visit()
    state(app).entry = PageEntry(OTHER, resource_id="/subscriptions/0", sign_in="device")
    app.run()
    assert app.text_input(key="endpoint_url").value == OTHER
    assert app.selectbox(key="sign_in_way").value == "device"
    fill(app, "endpoint_url", "https://another.region.inference.ml.azure.com/score")
    assert state(app).entry.resource_id == "", "it was the id of the endpoint before"


def test_the_key_that_was_typed_signs_the_run(visit):
    with StandIn() as endpoint:
        app = fill(visit(), "endpoint_url", endpoint.url)
        segment_page(fill(app, "sign_in_key", KEY))
        assert "127.0.0.1" in words(app)
        assert "Key of the endpoint" in words(app)
        backend = state(app).backend[1]
        assert not app.button(key="run").disabled
        app.run()
        assert state(app).backend[1] is backend, "its connections stay open between runs"


def test_without_a_key_the_segment_page_says_so_and_leads_here(visit):
    app = segment_page(fill(visit(), "endpoint_url", OTHER))
    assert "There is no key" in app.error[0].value
    assert app.button(key="run").disabled
    assert app.get("page_link")


def test_a_visitor_from_elsewhere_is_offered_nothing_of_the_servers(visit):
    assert ways(fill(visit(), "endpoint_url", OTHER)) == [
        "Key of the endpoint",
        "Microsoft account, with a code",
    ]


def test_the_operators_endpoint_may_be_used_with_the_servers_identity(visit, bare):
    bare.setenv("MIP_ENDPOINT", OTHER)
    bare.setenv("MIP_SIGN_IN", "managed")
    app = visit()
    assert "Managed identity" in ways(app)
    assert "the operator's endpoint is used" in words(app)
    assert app.selectbox(key="sign_in_way").value == "managed"
    fill(app, "endpoint_url", "https://mine.region.inference.ml.azure.com")
    assert "Managed identity" not in ways(app)
    assert app.selectbox(key="sign_in_way").value == "key"


def test_a_browser_window_is_never_offered_on_a_server(visit, bare):
    bare.setenv("MIP_ENDPOINT", OTHER)
    bare.setenv("MIP_SIGN_IN", "browser")
    app = visit()
    assert "Microsoft account, in a browser window" not in ways(app)


@pytest.mark.usefixtures("here")
def test_whoever_sits_at_the_machine_is_offered_its_sign_ins(visit):
    offered = ways(visit())
    assert "Azure CLI" in offered
    assert "Microsoft account, in a browser window" in offered
    assert "Managed identity" not in offered, "there is none on a desk"


def begin_with_code(app):
    press(choose(app, "device"), "sign_in")
    until(app, lambda: any(title.value == USER_CODE for title in app.title))
    return app


def test_a_code_and_a_link_are_shown_and_then_who_has_signed_in(visit, service):
    app = begin_with_code(visit())
    assert "The code ends in 1" in words(app)
    assert "https://microsoft.example/devicelogin" in words(app)
    service.allow()
    until(app, lambda: app.success)
    assert PERSON in words(app)
    assert TENANT in words(app)
    assert app.title == []
    assert not any(token in str(app.main) for token in service.given)


def test_a_sign_in_that_is_waited_for_can_be_cancelled(visit, service):
    app = press(begin_with_code(visit()), "cancel_sign_in")
    app.run()
    assert app.title == []
    assert state(app).source.state.step == "cancelled"
    assert app.button(key="sign_in").label == "Get a code"
    service.allow()
    assert service.given == []


def test_a_sign_in_that_is_declined_is_told_and_can_be_begun_again(visit, service):
    service.script("authorization_declined")
    app = press(choose(visit(), "device"), "sign_in")
    until(app, lambda: app.error)
    assert "declined" in app.error[0].value
    service.allow()
    press(app, "sign_in")
    until(app, lambda: app.success)


def test_until_a_person_has_signed_in_nothing_can_be_run(visit, service):
    with StandIn() as endpoint:
        endpoint.keys = service.given
        app = begin_with_code(fill(visit(), "endpoint_url", endpoint.url))
        segment_page(app)
        assert "Nobody is signed in" in app.error[0].value
        assert app.button(key="run").disabled
        service.allow()
        until(app, lambda: state(app).source.state.step == "done")
        app.run()
        assert not app.button(key="run").disabled
        assert "Microsoft account" in words(app)
        state(app).confirmed_hosts = frozenset({endpoint.url.split("/")[2]})
        app.text_input(key="phrases_text").set_value("lung").run()
        app.button(key="run").click().run()
        until(app, lambda: state(app).job is None)
        (request,) = endpoint.received
    assert request.headers["authorization"] == f"Bearer {service.given[0]}"


def test_signing_out_forgets_the_tokens_and_the_backend_that_used_them(visit, service):
    app = begin_with_code(visit())
    service.allow()
    until(app, lambda: app.success)
    source = state(app).source
    press(app, "sign_out")
    assert state(app).source is None
    assert state(app).backend is None
    assert source.state.step == "cancelled"
    assert app.success == []


def test_two_visitors_have_sign_ins_of_their_own(visit, service):
    mine, other = begin_with_code(visit()), visit()
    service.allow()
    until(mine, lambda: mine.success)
    choose(other, "device")
    assert state(other).source is None
    assert other.success == []
    assert PERSON not in words(other)
    press(other, "sign_in")
    until(other, lambda: other.success)
    assert state(mine).source is not state(other).source
    press(other, "sign_out")
    mine.run()
    assert mine.success


@pytest.fixture
def application(service, here):
    for name, value in (("TENANT_ID", TENANT), ("CLIENT_ID", APP), ("CLIENT_SECRET", SECRET)):
        here.setenv(f"AZURE_{name}", value)
    return service


@pytest.mark.usefixtures("application")
def test_a_sign_in_of_the_computer_shows_whose_it_is(visit):
    app = press(choose(visit(), "secret"), "sign_in")
    assert f"Signed in as `{APP}`, an application." in words(app)


@pytest.mark.usefixtures("application")
def test_another_way_takes_the_place_of_the_one_before_and_a_key_leaves_it(visit):
    app = press(choose(visit(), "secret"), "sign_in")
    first = state(app).source
    choose(app, "key")
    assert state(app).source is first, "Azure is still asked as this account"
    choose(app, "auto")
    assert state(app).source is not first
    assert app.success == []


@pytest.mark.usefixtures("here")
def test_a_sign_in_that_does_not_work_is_told_with_the_command(visit):
    app = press(choose(visit(), "cli"), "sign_in")
    assert "Azure CLI is not installed" in words(app)
    app = press(choose(app, "auto"), "sign_in")
    assert "az login" in words(app)


@pytest.mark.usefixtures("here")
def test_the_workspaces_token_needs_the_id_of_the_endpoint(visit):
    app = choose(fill(visit(), "endpoint_url", OTHER), "workspace")
    press(app, "sign_in")
    assert "resource id of the endpoint" in words(app)


@pytest.fixture
def azure(bare):
    """Azure with one endpoint, which the operator has set by its resource id alone."""
    with ArmStandIn(endpoints=[Endpoint(scoring_url=OTHER)], token=None) as running:
        bare.setenv("MIP_ARM_URL", running.url)
        bare.setenv("MIP_RESOURCE_ID", Endpoint().path)
        yield running


def test_the_address_of_a_resource_id_is_looked_up_once(visit, application, azure):
    app = visit()
    assert "Pictures go to other.region.inference.ml.azure.com" in words(app)
    app.run()
    segment_page(app)
    assert len(azure.asked_for("GET", "/onlineEndpoints/")) == 1


def test_a_look_up_that_failed_is_not_repeated_at_every_rerun(visit, application, azure):
    azure.denied.append(Endpoint().path.lower())
    app = visit()
    assert "may not do that" in app.error[0].value
    app.run()
    assert len(azure.asked_for("GET", "/onlineEndpoints/")) == 1
    azure.denied.clear()
    press(app, "sign_in")
    assert "Pictures go to other.region" in words(app)


def test_a_visitor_cannot_have_the_server_look_up_what_is_not_the_operators(
    visit, service, azure, bare
):
    bare.delenv("MIP_RESOURCE_ID")
    app = visit()
    state(app).entry = PageEntry(resource_id=Endpoint().path)
    app.run()
    assert "sign-in of your own" in words(app)
    assert azure.asked == []
    assert service.given == []


def test_a_visitor_finds_and_deploys_with_a_sign_in_of_their_own_only(visit, service, azure, bare):
    bare.setenv("MIP_SIGN_IN", "auto")
    for name, value in (("TENANT_ID", TENANT), ("CLIENT_ID", APP), ("CLIENT_SECRET", SECRET)):
        bare.setenv(f"AZURE_{name}", value)
    app = press(visit(), "sign_in")
    assert state(app).source.way == "auto", "the operator's endpoint may be asked as the server"
    assert asked_as(app, bare) is None
    service.allow()
    app = press(choose(app, "device"), "sign_in")
    until(app, lambda: app.success)
    assert asked_as(app, bare) is not None


def asked_as(app, bare):
    """What the page gives to the panel that finds endpoints."""
    seen = []
    bare.setattr("components.find_panel.show_find_panel", lambda _state, arm: seen.append(arm))
    app.run()
    return seen[0]
