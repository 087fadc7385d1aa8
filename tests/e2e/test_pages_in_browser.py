"""Going from page to page, and opening any of them first."""

import pytest
from playwright.sync_api import expect

from tests.e2e.workbench import APP, NO_ENDPOINT

pytestmark = pytest.mark.browser


def test_whichever_page_is_opened_first_has_the_navigation(page, run_app):
    # A server of its own: what goes wrong here goes wrong before any other page was opened.
    server = run_app(APP, env=NO_ENDPOINT | {"MIP_LOG_LEVEL": "error"})
    page.goto(f"{server}/about")
    page.get_by_role("heading", name="About").wait_for()
    page.get_by_role("link", name="Segment").click()
    page.get_by_role("heading", name="Type what you want").wait_for()
    page.get_by_role("link", name="Deploy").wait_for()


def test_images_phrases_and_masks_are_still_there_after_a_look_at_another_page(workbench):
    workbench.page.get_by_role("button", name="Find left lung & right lung").click()
    workbench.wait_for_phrase("left lung")
    workbench.upload("grey.png", grey_png())
    workbench.look_for("liver & tumor")
    workbench.page.get_by_role("link", name="About").click()
    workbench.page.get_by_role("heading", name="About").wait_for()
    workbench.page.get_by_role("link", name="Segment").click()
    workbench.ready()
    workbench.settle()
    box = workbench.page.get_by_label("Look for", exact=True)
    expect(box).to_have_value("liver & tumor")
    workbench.page.get_by_role("button", name="Run on all 2 images").wait_for()


def grey_png():
    import cv2
    import numpy as np

    return cv2.imencode(".png", np.full((40, 60), 90, np.uint8))[1].tobytes()
