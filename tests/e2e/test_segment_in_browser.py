"""The main job in a real browser: image and phrases in, masks and files out."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from core.backends import get_backend
from core.imaging import open_upload
from core.samples import samples
from core.segmentation import segment
from tests.e2e.workbench import APP, Workbench
from tests.standin import KEY, StandIn
from tests.standin.behaviour import BUSY

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chest():
    return next(sample for sample in samples() if sample.id == "chest").load()[0]


@pytest.fixture(scope="module")
def expected(chest):
    """What the engine finds when it is asked without a browser."""
    return segment(open_upload(chest, "chest.png").frame(), "lung", get_backend("demo"))


def test_one_click_on_a_sample_shows_coloured_masks_with_phrase_and_category(workbench):
    workbench.page.get_by_role("button", name="Find left lung & right lung").click()
    workbench.wait_for_phrase("left lung")
    row = workbench.row("left lung")
    assert "category: lung" in row.inner_text()
    assert "px" in row.inner_text()
    assert workbench.problems == []


def test_upload_type_run_toggle_threshold_and_download(workbench, chest, expected, tmp_path):
    workbench.upload("Invented^Name.png", chest)
    before = workbench.picture_shot()
    workbench.look_for("lung")
    workbench.press_run()
    workbench.wait_for_phrase("lung")
    (mask,) = expected.masks
    assert f"{mask.area():,} px" in workbench.row("lung").inner_text()

    with_mask = workbench.picture_shot()
    assert (with_mask != before).any(axis=2).mean() > 0.1
    workbench.press("1")
    workbench.page.wait_for_timeout(200)
    assert (workbench.picture_shot() != before).any(axis=2).mean() < 0.001
    workbench.press("1")

    workbench.set_threshold("lung", 200)
    workbench.page.wait_for_timeout(200)
    assert f"{mask.area(200):,} px" in workbench.row("lung").inner_text()

    path = workbench.download("lung", tmp_path, caption=False)
    assert "Invented" not in path.name
    saved = np.asarray(Image.open(path))
    assert np.array_equal(saved == 255, mask.mask(200))
    assert b"Invented" not in path.read_bytes()

    overlay = np.asarray(Image.open(workbench.download("Overlay", tmp_path, caption=False)))
    image = expected.frame.rgb
    changed = (overlay != image).any(axis=2)
    assert overlay.shape == image.shape
    assert not changed[~mask.mask(200)].any()
    assert changed[mask.mask(200)].mean() > 0.9
    assert workbench.row("lung").is_visible(), "a download must not lose the result"


def test_the_page_goes_on_after_bad_files_and_bad_phrases(workbench, chest):
    for name, data in (("notes.png", b"not an image"), ("empty.png", b"")):
        files = [{"name": name, "mimeType": "image/png", "buffer": data}]
        workbench.page.locator("input[type=file]").first.set_input_files(files)
        workbench.page.get_by_text(name).nth(1).wait_for()
    workbench.upload("chest.png", chest)
    workbench.look_for("&&")
    workbench.press_run()
    workbench.page.get_by_text("There is no phrase to look for").wait_for()
    workbench.look_for("lung")
    workbench.press_run()
    workbench.wait_for_phrase("lung")
    assert "Traceback" not in workbench.page.inner_text("body")


def ask_endpoint(page, run_app, endpoint, data, phrases):
    """Open the page with an endpoint set, upload a picture, and press Run."""
    env = {"MIP_ENDPOINT": endpoint.url, "MIP_API_KEY": KEY, "MIP_MODEL_ENDPOINT": ""}
    tab = Workbench(page, run_app(APP, env=env)).start()
    tab.upload("Invented^Name.png", data)
    tab.page.get_by_role("radio", name="MedImageParse").click()
    tab.settle()
    tab.look_for(phrases)
    tab.press_run()
    return tab


def test_an_endpoint_gets_the_picture_only_after_the_user_has_seen_it(page, run_app, chest):
    with StandIn() as endpoint:
        tab = ask_endpoint(page, run_app, endpoint, chest, "liver & tumor")
        dialog = tab.page.get_by_role("dialog")
        dialog.get_by_text("This picture will be sent").wait_for()
        dialog.get_by_text("liver & tumor").wait_for()
        dialog.get_by_text("127.0.0.1").wait_for()
        assert endpoint.received == ()
        dialog.get_by_role("button", name="Send").click()
        tab.wait_for_phrase("tumor")
        (request,) = endpoint.received
    image, text = json.loads(request.body)["input_data"]["data"][0]
    assert text == "liver & tumor"
    sent = Image.open(io.BytesIO(base64.b64decode(image)))
    assert sent.size == (1024, 1024)
    assert b"Invented" not in request.body
    assert KEY not in tab.page.content()


def test_a_run_that_waits_shows_a_countdown_and_can_be_stopped(page, run_app, chest):
    with StandIn() as endpoint:
        endpoint.script(*[BUSY.retry_after("30")] * 3)
        tab = ask_endpoint(page, run_app, endpoint, chest, "liver")
        tab.page.get_by_role("dialog").get_by_role("button", name="Send").click()
        tab.page.get_by_text("Next try in").wait_for()
        tab.page.get_by_role("button", name="Cancel").click()
        tab.page.get_by_text("Next try in").wait_for(state="detached")
        tab.page.get_by_role("button", name="Run", exact=True).and_(
            tab.page.locator(":not([disabled])")
        ).wait_for()
