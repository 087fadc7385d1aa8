"""The page Deploy: choosing, checking, agreeing, watching, deleting."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components import deploy_desk
from core.deploy import following
from tests.standin.arm import ArmStandIn
from tests.standin.arm_world import MODEL_3D, Deployed, Endpoint, Place
from tests.standin.tokens import OBJECT_ID

APP = Path(__file__).resolve().parents[1] / "standin" / "signed_in_app.py"
PATIENCE_S = 60


@pytest.fixture
def open_page(monkeypatch):
    """Opens the page of somebody who is signed in, against a stand-in."""
    monkeypatch.setenv("PAGE", "pages/deploy.py")
    for name in ("MIP_ENDPOINT", "MIP_API_KEY", "MIP_RESOURCE_ID", "MIP_MODEL_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(following, "_POLL_S", 0.05)

    def run(azure):
        monkeypatch.setenv("MIP_ARM_URL", azure.url)
        page = AppTest.from_file(str(APP), default_timeout=PATIENCE_S).run()
        assert not page.exception
        return page

    return run


def words(page):
    shown = (*page.error, *page.warning, *page.info, *page.success, *page.caption, *page.markdown)
    return "\n".join(str(element.value) for element in shown).replace("\\", "")


def press(page, key):
    page.button(key=key).click().run()
    assert not page.exception
    return page


def until(page, key):
    """Run the page, as its own polling does, until a button is there again."""
    return _polled(page, lambda: key in {button.key for button in page.button})


def until_said(page, text):
    """Run the page, as its own polling does, until it says something."""
    return _polled(page, lambda: text in words(page))


def _polled(page, condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
        page.run()
    assert not page.exception
    return page


def check(page):
    """Press Check and wait for what Azure says."""
    press(page, "deploy_check")
    deadline = time.monotonic() + PATIENCE_S
    desk = page.session_state["deploy_desk"]
    while desk.checking is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        page.run()
    return page.run()


def deploy(page):
    """Agree to what was checked and press Deploy."""
    agree = next(box for box in page.checkbox if box.key.startswith("deploy_agree"))
    agree.check().run()
    return press(page, "deploy_run")


def test_nobody_signed_in_is_sent_to_connection(monkeypatch):
    monkeypatch.setenv("PAGE", "pages/deploy.py")
    monkeypatch.setenv("SIGNED_OUT", "1")
    page = AppTest.from_file(str(APP), default_timeout=PATIENCE_S).run()
    assert not page.exception
    assert "Sign in under Connection" in words(page)
    assert not page.selectbox


def test_sizes_are_shown_with_their_quota_and_too_little_is_told(open_page):
    with ArmStandIn(token=None) as azure:
        page = open_page(azure)
        sizes = page.selectbox(key="deploy_sku")
        assert "Standard_NC40ads_H100_v5: 1 x H100, 40 cores, 80 free" in sizes.options
        assert "40 cores needed, 80 free in eastus2" in words(page)
        sizes.select("Standard_NC24ads_A100_v4").run()
        assert "24 cores needed, 0 free in eastus2" in page.warning[0].value
        page.checkbox(key="deploy_shared").check().run()
        assert not page.warning
        assert "168 hours after its creation" in words(page)


def test_a_check_shows_the_exact_resources_and_the_cost_and_creates_nothing(open_page):
    with ArmStandIn(token=None) as azure:
        page = check(open_page(azure))
        assert [box.label.replace("\\", "") for box in page.expander][:2] == [
            "Create: onlineEndpoints " + page.session_state["deploy_desk"].name,
            "Create: deployments medimageparse-v17",
        ]
        assert any("requestTimeout: PT1M30S" in code.value for code in page.code)
        assert "https://prices.azure.com/api/retail/prices" in words(page)
        assert "Billing runs by the hour" in words(page)
        assert page.button(key="deploy_run").disabled
        assert not azure.asked_for("PUT", "")


def test_a_changed_choice_needs_a_new_check(open_page):
    with ArmStandIn(token=None) as azure:
        page = check(open_page(azure))
        page.number_input(key="deploy_instances").set_value(2).run()
        assert "Check again" in words(page)
        assert "deploy_run" not in {button.key for button in page.button}


def test_what_azure_refuses_stands_where_the_check_is(open_page):
    scope = f"{Place().path}/onlineEndpoints/mip-new/providers/Microsoft.Authorization"
    with ArmStandIn(token=None, denied=[scope]) as azure:
        page = open_page(azure)
        name = next(box for box in page.text_input if box.label == "Name of the endpoint")
        name.set_value("mip-new").run()
        page.button_group(key="deploy_auth").set_value("entra").run()
        check(page)
        assert "roleAssignments/write" in page.error[0].value


def test_a_deployment_is_watched_and_then_there_to_be_used(open_page):
    with ArmStandIn(token=None, polls=3) as azure:
        page = open_page(azure)
        name = page.session_state["deploy_desk"].name
        page = deploy(check(page))
        page = until(page, "deploy_check")
        assert f"{name} is ready. Billing runs until you delete it." in words(page)
        use = next(button for button in page.button if button.label == "Use")
        use.click().run()
        entry = page.session_state["workbench"].entry
        assert entry.endpoint == f"https://{name}.eastus2.inference.ml.azure.com/score"
        assert entry.resource_id.endswith(f"/onlineEndpoints/{name}")


def test_a_deployment_goes_on_while_the_page_is_rerun_and_can_be_left(open_page, monkeypatch):
    monkeypatch.setattr(deploy_desk, "_PATIENCE_S", 0.1)
    with ArmStandIn(token=None) as azure:
        page = check(open_page(azure))
        azure.deployments.polls = 10_000
        deploy(page)
        assert "Deploying" in words(page)
        assert "deploy_check" not in {button.key for button in page.button}
        page = until_said(page.run(), "Endpoint")
        press(page, "deploy_stop")
        page = until(page, "deploy_check")
        assert "goes on in Azure" in words(page)


def test_a_deployment_that_fails_says_why(open_page):
    with ArmStandIn(token=None, failure=("QuotaExceeded", "Not enough quota")) as azure:
        page = until(deploy(check(open_page(azure))), "deploy_check")
        assert "Not enough quota" in page.error[0].value.replace("\\", "")
        assert "Failed" in words(page)


def test_the_people_who_may_score_are_named_with_me_as_oneself(open_page):
    with ArmStandIn(token=None) as azure:
        page = open_page(azure)
        page.button_group(key="deploy_auth").set_value("entra").run()
        assert OBJECT_ID in words(check(page))
        page.text_area(key="deploy_users").set_value("someone@example.org").run()
        assert "az ad user show --id someone@example.org" in page.error[0].value.replace("\\", "")
        assert page.button(key="deploy_check").disabled


def test_what_runs_is_shown_and_deleted_only_with_its_name(open_page):
    trial = Endpoint("trial", properties={"SharedComputeCapacityEnabled": "true"})
    with ArmStandIn(token=None, endpoints=[trial], polls=0) as azure:
        page = open_page(azure)
        assert "Azure deletes it on 27 November 2026, 08:30 UTC" in words(page)
        path = trial.path
        assert page.button(key=f"delete_{path}").disabled
        page.text_input(key=f"delete_name_{path}").set_value("trial").run()
        page = until(press(page, f"delete_{path}"), "deploy_check")
        assert "trial is deleted. Billing for it has ended." in words(page)
        assert not azure.resources
        assert "No endpoint yet." in words(page)


def test_a_volume_endpoint_is_named_for_the_operator_and_can_be_watched(open_page):
    volume = Endpoint("vol", deployments=(Deployed("v6", model=MODEL_3D, state="Creating"),))
    with ArmStandIn(token=None, endpoints=[volume]) as azure:
        page = open_page(azure)
        assert any(code.value.startswith("MIP_3D_ENDPOINT=https://vol") for code in page.code)
        assert "Use" not in {button.label for button in page.button}
        page = until(press(page, f"watch_{volume.path}"), "deploy_check")
        assert "could not be found" in page.error[0].value  # it was begun elsewhere


def test_a_workspace_can_be_given_by_its_id(open_page):
    with ArmStandIn(token=None, places=[Place("ws-far", "westeurope")]) as azure:
        page = open_page(azure)
        page.text_input(key="deploy_workspace_id").set_value(Place("ws-far").path).run()
        assert "80 free in westeurope" in words(page)
        page.text_input(key="deploy_workspace_id").set_value("ws-far").run()
        assert "no resource id" in page.error[0].value


def test_the_page_is_there_in_italian_and_keeps_what_was_chosen(open_page):
    trial = Endpoint("trial", properties={"SharedComputeCapacityEnabled": "true"})
    with ArmStandIn(token=None, endpoints=[trial]) as azure:
        page = open_page(azure)
        page.selectbox(key="deploy_sku").select("Standard_NC24ads_A100_v4").run()
        page.button_group(key="deploy_auth").set_value("entra").run()
        page.checkbox(key="deploy_shared").check().run()
        page.session_state["language"] = "it"
        page = check(page.run())
        assert page.selectbox(key="deploy_sku").value == "Standard_NC24ads_A100_v4"
        assert page.button_group(key="deploy_auth").value == "entra"
        assert "Azure lo elimina il 27 novembre 2026, 08:30 UTC" in words(page)
        assert "- **Richieste contemporanee**: 8 per macchina" in words(page)
        assert "168 ore dopo la creazione" in words(page)
        assert "Si paga a ore dal primo minuto" in words(page)
        assert "Crea: onlineEndpoints" in page.expander[0].label.replace("\\", "")
        assert "Session State" not in words(page)
        english = {"Check with Azure", "Use", "Refresh", "Delete the endpoint"}
        assert not english & {button.label for button in page.button}


def test_what_was_done_last_is_told_in_the_language_of_the_moment(open_page):
    with ArmStandIn(token=None, endpoints=[Endpoint("trial")], polls=0) as azure:
        page = open_page(azure)
        path = Endpoint("trial").path
        page.text_input(key=f"delete_name_{path}").set_value("trial").run()
        page = until(press(page, f"delete_{path}"), "deploy_check")
        page.session_state["language"] = "it"
        assert "trial è eliminato. Per esso non si paga più." in words(page.run())
