"""The real page in a browser tab, and what a user does on it."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from tests.e2e.viewer_page import ViewerPage

APP = Path(__file__).resolve().parents[2] / "app.py"
NO_ENDPOINT = dict.fromkeys(
    (
        "MIP_ENDPOINT",
        "MIP_MODEL_ENDPOINT",
        "MIP_RESOURCE_ID",
        "MIP_API_KEY",
        "MIP_3D_ENDPOINT",
        "MIP_3D_API_KEY",
    ),
    "",
)


class Workbench(ViewerPage):
    """The real page in a browser tab."""

    def start(self):
        """Open the page as a newcomer finds it."""
        self.page.goto(self.url)
        self.page.get_by_role("heading", name="Type what you want").wait_for()
        return self

    def upload(self, name, data):
        files = [{"name": name, "mimeType": "application/octet-stream", "buffer": data}]
        self.page.locator("input[type=file]").first.set_input_files(files)
        return self.ready()

    def look_for(self, phrases):
        box = self.page.get_by_label("Look for", exact=True)
        box.fill(phrases)
        box.press("Enter")
        self.settle()

    def press_run(self):
        self.page.get_by_role("button", name="Run", exact=True).click()

    def settle(self):
        self.page.wait_for_timeout(200)
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()

    def wait_for_phrase(self, phrase):
        self.row(phrase).wait_for()
        self.ready()

    def picture_shot(self):
        return np.asarray(Image.open(io.BytesIO(self.picture.screenshot())).convert("RGB"))
