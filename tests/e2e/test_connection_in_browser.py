"""The page Connection in a real browser: type an address, sign in with a code, run."""

import pytest

from tests.e2e.workbench import APP, NO_ENDPOINT, Workbench
from tests.standin import KEY, StandIn
from tests.standin.certificates import self_signed
from tests.standin.token_service import PERSON, USER_CODE, TokenService

pytestmark = pytest.mark.browser


@pytest.fixture
def service(tmp_path):
    """A token service, and the environment of a server that signs people in there."""
    certificate = self_signed(tmp_path)
    with TokenService(tls=certificate.server) as running:
        running.env = NO_ENDPOINT | {
            "AZURE_AUTHORITY_HOST": running.url,
            "AZURE_TENANT_ID": "",
            "REQUESTS_CA_BUNDLE": str(certificate.file),
        }
        yield running


class ConnectionTab(Workbench):
    """The two pages that a connection concerns, in a browser tab."""

    def open_page(self, name):
        self.page.get_by_role("link", name=name).first.click()
        self.settle()

    def fill(self, label, text):
        box = self.page.get_by_label(label, exact=True)
        box.fill(text)
        box.press("Enter")
        self.settle()

    def run_sample(self):
        """Run a sample on the endpoint, with a look at what is sent."""
        self.page.get_by_role("radio", name="MedImageParse").click()
        self.settle()
        self.look_for("tumor")
        self.press_run()
        self.page.get_by_role("dialog").get_by_role("button", name="Send").click()
        self.wait_for_phrase("tumor")


def test_address_and_key_are_typed_once_and_the_key_is_never_shown(page, run_app):
    tab = ConnectionTab(page, run_app(APP, env=NO_ENDPOINT)).start()
    tab.page.get_by_role("button", name="Find left lung & right lung").click()
    tab.wait_for_phrase("left lung")
    with StandIn() as endpoint:
        tab.page.get_by_role("radio", name="MedImageParse").click()
        tab.page.get_by_text("No endpoint is set").wait_for()
        tab.page.get_by_test_id("stPageLink").get_by_role("link").click()
        tab.page.get_by_role("heading", name="Sign-in").wait_for()
        tab.fill("Scoring URL", endpoint.url)
        tab.fill("Key", KEY)
        tab.page.get_by_placeholder("A key is set").wait_for()
        assert KEY not in tab.page.content()
        tab.open_page("Segment")
        tab.ready()
        tab.run_sample()
        (request,) = endpoint.received
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert tab.problems == []


def test_a_person_signs_in_with_a_code_and_the_run_is_signed_as_that_person(page, run_app, service):
    tab = ConnectionTab(page, run_app(APP, env=service.env)).start()
    tab.page.get_by_role("button", name="Find left lung & right lung").click()
    tab.wait_for_phrase("left lung")
    tab.open_page("Connection")
    with StandIn() as endpoint:
        endpoint.keys = service.given
        tab.fill("Scoring URL", endpoint.url)
        tab.page.get_by_role("combobox").click()
        # The tab is on the machine of the server, so that its own sign-ins are offered too.
        tab.page.get_by_role("option", name="Azure CLI").wait_for()
        tab.page.get_by_role("option", name="with a code").click()
        tab.page.get_by_role("button", name="Get a code").click()
        tab.page.get_by_role("heading", name=USER_CODE).wait_for()
        link = tab.page.get_by_role("link", name="Open Microsoft's page")
        assert link.get_attribute("href") == "https://microsoft.example/devicelogin"
        before = tab.page.get_by_text("The code ends in").inner_text()
        tab.page.get_by_text(before).wait_for(state="detached")  # it counts down
        service.allow()
        tab.page.get_by_text(f"Signed in as {PERSON}").wait_for()
        tab.open_page("Segment")
        tab.ready()
        tab.run_sample()
        (request,) = endpoint.received
    assert request.headers["authorization"] == f"Bearer {service.given[0]}"
    assert not any(token in tab.page.content() for token in service.given)
    assert tab.problems == []
