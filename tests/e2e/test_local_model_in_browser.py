"""From nothing to masks of the local model in a real browser, with a hub on this machine."""

import pytest
from playwright.sync_api import expect

from tests.core.backends.local.tiny import write_tiny_checkpoint
from tests.e2e.workbench import APP, NO_ENDPOINT, Workbench
from tests.standin.hub import TOKEN, HubStandIn

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return write_tiny_checkpoint(tmp_path_factory.mktemp("hub") / "biomedparse_v1.pt").read_bytes()


@pytest.fixture
def hub(content):
    with HubStandIn(content) as standin:
        yield standin


@pytest.fixture
def tab(page, run_app, hub, tmp_path):
    """The page, opened by a newcomer who sits at this machine."""
    env = NO_ENDPOINT | {
        "MIP_DATA_FOLDER": str(tmp_path / "data"),
        "MIP_LOCAL_WEIGHTS": "",
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(tmp_path / "home"),
        "HF_TOKEN": "",
    }
    tab = LocalTab(page, run_app(APP, env=env))
    page.goto(f"{tab.url}/local_model")
    page.get_by_text("are not on this machine").wait_for()
    return tab


class LocalTab(Workbench):
    def download(self):
        box = self.page.get_by_label("Token of the hub", exact=True)
        box.fill(TOKEN)
        box.press("Enter")
        self.settle()
        self.page.get_by_text("I have accepted the terms").click()
        self.page.get_by_role("button", name="Download").click()


def test_a_newcomer_gets_the_weights_and_their_first_masks(tab):
    tab.download()
    tab.page.get_by_text("the hash is the hub's").wait_for()
    assert TOKEN not in tab.page.content()
    tab.page.get_by_role("button", name="Segment with the local model").click()
    tab.page.get_by_role("heading", name="Type what you want").wait_for()
    tab.upload("grey.png", grey_png())
    local = tab.page.get_by_role("radio", name="Local")
    expect(local).to_have_attribute("aria-checked", "true")
    tab.look_for("liver")
    tab.press_run()
    tab.row("liver").wait_for(timeout=90_000)  # the first run imports PyTorch's parts
    assert tab.problems == []


def grey_png():
    import cv2
    import numpy as np

    return cv2.imencode(".png", np.full((40, 60), 90, np.uint8))[1].tobytes()
