"""The question before pictures are sent, in a real browser: looking through several of them."""

import base64
import json

import nibabel
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.workbench import APP, Workbench
from tests.standin import KEY, StandIn

pytestmark = pytest.mark.browser


def volume():
    """Six slices, every one different, 24 x 20 pixels each."""
    values = np.full((24, 20, 6), 20, np.uint8) + np.arange(6, dtype=np.uint8) * 30
    return nibabel.Nifti1Image(values, np.eye(4)).to_bytes()


def shown_picture(tab, before=""):
    """Address and bytes of the picture in the dialog, another one than before."""
    image = tab.page.get_by_role("dialog").get_by_role("img", name="The picture that is sent")
    expect(image).not_to_have_js_property("src", before)
    address = image.evaluate("image => image.src")
    return address, tab.page.request.get(address).body()


def test_slices_can_be_looked_through_before_they_are_sent(page, run_app):
    with StandIn() as endpoint:
        env = {"MIP_ENDPOINT": endpoint.url, "MIP_API_KEY": KEY, "MIP_MODEL_ENDPOINT": ""}
        tab = Workbench(page, run_app(APP, env=env)).start()
        tab.upload("Invented^Name.nii", volume())
        tab.page.get_by_role("radio", name="MedImageParse", exact=True).click()
        tab.settle()
        tab.look_for("liver")
        tab.page.get_by_text("All 6 slices").click()
        tab.page.get_by_role("button", name="Run on slices 1 to 6").click()
        dialog = tab.page.get_by_role("dialog")
        dialog.get_by_text("5 more made the same way").wait_for()
        address, first = shown_picture(tab)
        dialog.get_by_role("spinbutton").fill("6")
        dialog.get_by_role("spinbutton").press("Enter")
        _, last = shown_picture(tab, before=address)
        assert endpoint.received == ()
        dialog.get_by_text("Remember for this session").click()
        dialog.get_by_role("button", name="Send").click()
        tab.page.get_by_text("6 slices have masks").wait_for()
        rows = [
            row
            for request in endpoint.received
            for row in json.loads(request.body)["input_data"]["data"]
        ]
    sent = [base64.b64decode(picture) for picture, _ in rows]
    assert len(sent) == 6
    assert first != last
    assert first in sent
    assert last in sent
