"""Finding an endpoint on the page Connection."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.endpoint_cards import use_endpoint
from components.state import Session
from core.arm.inventory import endpoint_of
from core.secret import Secret
from core.settings import PageEntry
from tests.standin.arm import ArmStandIn
from tests.standin.arm_world import OTHER_SUBSCRIPTION, Deployed, Endpoint, Place, endpoint_body
from tests.standin.tokens import FixedSource

APP = Path(__file__).resolve().parents[1] / "standin" / "signed_in_app.py"
OURS = Endpoint("medimageparse-x")
OTHER = Endpoint("other", deployments=(Deployed("blue", model="azureml:resnet:3"),))


@pytest.fixture
def open_panel(monkeypatch):
    monkeypatch.setenv("PAGE", "find")
    for name in ("MIP_ENDPOINT", "MIP_API_KEY", "MIP_RESOURCE_ID", "MIP_MODEL_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)

    def run(azure=None):
        monkeypatch.setenv("MIP_ARM_URL", azure.url if azure else "http://127.0.0.1:9")
        panel = AppTest.from_file(str(APP), default_timeout=60).run()
        assert not panel.exception
        return panel

    return run


def words(panel):
    shown = (*panel.error, *panel.info, *panel.caption, *panel.markdown)
    return "\n".join(str(element.value) for element in shown).replace("\\", "")


def find(panel):
    panel.button(key="find").click().run()
    assert not panel.exception
    return panel


def test_without_a_sign_in_it_says_what_is_missing(open_panel, monkeypatch):
    monkeypatch.setenv("SIGNED_OUT", "1")
    panel = open_panel()
    assert "A key alone cannot list them" in words(panel)
    assert not panel.button


def test_opening_the_panel_asks_azure_for_nothing(open_panel):
    with ArmStandIn(token=None) as azure:
        open_panel(azure)
        assert not azure.asked


def test_a_found_endpoint_is_put_to_use(open_panel):
    with ArmStandIn(token=None, endpoints=[OTHER, OURS]) as azure:
        panel = find(open_panel(azure))
        assert "medimageparse-v17: Succeeded, 1 x Standard_NC40ads_H100_v5" in words(panel)
        assert panel.expander[0].label == "1 other endpoint"
        panel.button(key=f"find_{OURS.path}_use").click().run()
        entry = panel.session_state["workbench"].entry
        assert entry.endpoint == "https://medimageparse-x.eastus2.inference.ml.azure.com/score"
        assert entry.resource_id == OURS.path
        assert "In use" in words(panel)


def test_the_search_is_narrowed_to_a_subscription_and_a_workspace(open_panel):
    with ArmStandIn(token=None, endpoints=[OURS], places=[Place("ws-empty")]) as azure:
        panel = open_panel(azure)
        panel.checkbox(key="find_narrow").check().run()
        assert panel.selectbox(key="find_subscription").options == ["Imaging research", "Teaching"]
        assert panel.selectbox(key="find_workspace").options == ["All", "ws-empty", "ws-radiology"]
        panel.selectbox(key="find_workspace").select(Place("ws-empty").path).run()
        assert "No MedImageParse endpoint was found" in words(find(panel))
        panel.selectbox(key="find_workspace").select("").run()
        assert "medimageparse-x" in words(find(panel))


def test_another_subscription_has_other_workspaces(open_panel):
    far = Place("ws-far", subscription=OTHER_SUBSCRIPTION)
    with ArmStandIn(token=None, endpoints=[OURS], places=[far]) as azure:
        panel = open_panel(azure)
        panel.checkbox(key="find_narrow").check().run()
        panel.selectbox(key="find_workspace").select(Place().path).run()
        panel.selectbox(key="find_subscription").select(OTHER_SUBSCRIPTION).run()
        assert panel.selectbox(key="find_workspace").options == ["All", "ws-far"]
        assert "No MedImageParse endpoint was found" in words(find(panel))


def test_an_id_spares_the_search(open_panel):
    with ArmStandIn(token=None, endpoints=[OTHER, OURS]) as azure:
        panel = open_panel(azure)
        panel.text_input(key="find_id").set_value(OURS.path).run()
        assert "medimageparse-x" in words(find(panel))
        assert not azure.asked_for("GET", "other")
        panel.text_input(key="find_id").set_value("/subscriptions/x/y").run()
        assert "no resource id" in find(panel).error[0].value


def test_what_could_not_be_read_is_named(open_panel):
    closed = Place("ws-closed")
    with ArmStandIn(token=None, endpoints=[OURS], places=[closed], denied=[closed.path]) as azure:
        panel = find(open_panel(azure))
        assert panel.expander[-1].label == "Not looked into: 1"
        assert "workspace ws-closed" in words(panel)


def test_an_endpoint_that_is_being_made_cannot_be_used_yet(open_panel):
    new = Endpoint("medimageparse-n", state="Creating")
    with ArmStandIn(token=None, endpoints=[new]) as azure:
        panel = find(open_panel(azure))
        assert panel.button(key=f"find_{new.path}_use").disabled


def used(auth_mode, entry=None, source=None):
    state = Session(entry=entry or PageEntry(), source=source)
    use_endpoint(state, endpoint_of(endpoint_body(replace(OURS, auth_mode=auth_mode))))
    return state.entry


@pytest.mark.parametrize(
    ("auth_mode", "way"), [("Key", "key"), ("AMLToken", "workspace"), ("AADToken", "device")]
)
def test_the_sign_in_becomes_the_one_that_the_endpoint_takes(auth_mode, way):
    assert used(auth_mode, source=FixedSource()).sign_in == way


def test_the_key_of_another_endpoint_is_never_kept():
    typed = PageEntry("https://old.eastus2.inference.ml.azure.com/score", Secret("k"), "blue")
    entry = used("Key", entry=typed)
    assert entry.key is None
    assert entry.deployment == ""


def test_the_key_of_the_same_endpoint_stays():
    typed = PageEntry(
        "https://medimageparse-x.eastus2.inference.ml.azure.com/score", Secret("k"), "blue"
    )
    entry = used("Key", entry=typed)
    assert entry.key is not None
    assert entry.deployment == "blue"
