"""The whole volume on the page, without a browser: off, on, run, browse, export."""

import time
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.standin import KEY
from tests.standin.volume_endpoint import VolumeAnswer, VolumeEndpoint
from tests.standin.volume_phantoms import BRIGHT, nifti_phantom

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
TITLE = "Whole volume (MedImageParse 3D)"


@pytest.fixture
def endpoint():
    with VolumeEndpoint() as running:
        yield running


@pytest.fixture
def clean(monkeypatch):
    for name in ("MIP_ENDPOINT", "MIP_API_KEY", "MIP_3D_ENDPOINT", "MIP_3D_API_KEY", "MIP_SIGN_IN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)
    return monkeypatch


@pytest.fixture
def configured(clean, endpoint):
    clean.setenv("MIP_3D_ENDPOINT", endpoint.url)
    clean.setenv("MIP_3D_API_KEY", KEY)
    return clean


def opened(data=None, name="volume.nii"):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S).run()
    app.file_uploader(key="uploader").set_value(
        [(name, data or nifti_phantom("LPS").data, "application/octet-stream")]
    )
    app.run()
    assert not app.exception
    return app


def state(app):
    return app.session_state["workbench"]


def titles(app):
    return [expander.label for expander in app.expander]


def words(app):
    shown = [*app.error, *app.warning, *app.caption, *app.markdown]
    return "\n".join(str(element.value) for element in shown).replace("\\", "")


def run_to_the_end(app, phrases="bright & middle"):
    """Run, and agree at once: AppTest cannot press a button inside a dialog."""

    def agree(_item, _host, start):
        start()
        st.rerun()

    app.text_input(key="phrases_text").set_value(phrases).run()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("components.volume_model_panel.ask_volume_consent", agree)
        app.button(key="run_volume").click().run()
        wait_for_the_end(app)


def wait_for_the_end(app):
    deadline = time.monotonic() + PATIENCE_S
    while state(app).volume_job is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        app.run()
    app.run()
    assert not app.exception


def test_nothing_of_it_is_there_unless_it_is_set_up(clean):
    assert TITLE not in titles(opened())


def test_a_picture_is_offered_nothing(configured, grey_frame):
    from core.png import encode_png

    assert TITLE not in titles(opened(encode_png(grey_frame.rgb), "p.png"))


def test_settings_that_make_no_sense_are_said_where_it_would_be(clean):
    clean.setenv("MIP_3D_API_KEY", KEY)
    app = opened()
    assert "no endpoint for volumes" in words(app)
    assert KEY not in words(app)


def test_nothing_is_sent_before_the_user_has_seen_it(configured, endpoint):
    app = opened()
    app.text_input(key="phrases_text").set_value("bright").run()
    app.button(key="run_volume").click().run()
    assert endpoint.asked == []
    shown = words(app)
    assert "40 × 32 × 12 voxels, 8-bit grey levels" in shown
    assert "To** 127.0.0.1" in shown
    assert "Not sent** the file and its name" in shown
    assert "shows the face" in shown
    for name in ("axial", "coronal", "sagittal"):
        assert f"Middle {name} slice" in shown


def test_what_is_sent_is_told_in_italian(configured, endpoint):
    app = opened()
    app.session_state["language"] = "it"
    app.text_input(key="phrases_text").set_value("bright").run()
    app.button(key="run_volume").click().run()
    assert not app.exception
    assert endpoint.asked == []
    shown = words(app)
    assert "A** 127.0.0.1" in shown
    assert "40 × 32 × 12 voxel, livelli di grigio a 8 bit" in shown
    assert "Non inviati** il file e il suo nome" in shown
    for name in ("assiale", "coronale", "sagittale"):
        assert f"Sezione {name} centrale" in shown
    assert "Volume intero (MedImageParse 3D)" in titles(app)


def test_masks_of_a_volume_are_on_every_slice(configured, endpoint):
    app = opened()
    run_to_the_end(app)
    (result,) = state(app).volumes.values()
    assert len(endpoint.asked) == 1
    assert np.array_equal(result.labels == 1, nifti_phantom("LPS").values == BRIGHT)
    image = state(app).image
    for index in (0, 4, 8):
        frame = image.upload.frame(index)
        shown = state(app).result_of(image, frame)
        assert shown.engine.startswith("MedImageParse 3D on Azure ML")
        assert (shown.masks[0].area() > 0) == (frame.values == BRIGHT).any()
    assert "bright: 1,536 voxels marked, 2.8 ml" in words(app)
    assert "in the order of the phrases" in words(app)
    # No slice is made before it is looked at.
    assert state(app).results == {}


def test_masks_of_a_slice_take_the_place_of_the_volume_and_back(configured):
    app = opened()
    run_to_the_end(app)
    app.button(key="run").click().run()
    while state(app).job is not None:
        time.sleep(0.05)
        app.run()
    image = state(app).image
    frame = next(iter(state(app).results.values())).frame
    assert "Demo engine" in state(app).result_of(image, frame).engine
    app.run()
    app.toggle(key="show_volume_masks").set_value(True).run()
    assert "MedImageParse 3D" in state(app).result_of(image, frame).engine
    app.toggle(key="show_volume_masks").set_value(False).run()
    assert "Demo engine" in state(app).result_of(image, frame).engine


def test_native_values_are_sent_when_the_box_is_ticked(configured, endpoint):
    app = opened(nifti_phantom("RAS", scale=10).data)
    app.checkbox(key="volume_native").check().run()
    run_to_the_end(app, "bright")
    assert np.asarray(endpoint.received[0].image.dataobj).max() == BRIGHT * 10


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (VolumeAnswer(body=b"[]"), "0 results for one volume"),
        (VolumeAnswer(place="flipped"), "another place or orientation"),
        (VolumeAnswer(status=413, body=b""), "larger voxels"),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_the_page_goes_on(
    configured, endpoint, answer, sentence
):
    endpoint.script(answer)
    app = opened()
    run_to_the_end(app)
    assert sentence in words(app)
    assert state(app).volumes == {}
    run_to_the_end(app)
    assert len(state(app).volumes) == 1
    assert sentence not in words(app)


def test_without_phrases_one_sentence_says_so(configured, endpoint):
    app = opened()
    app.text_input(key="phrases_text").set_value("").run()
    app.button(key="run_volume").click().run()
    assert "no phrase to look for" in words(app)
    assert endpoint.asked == []


def test_a_session_that_has_to_sign_in_first_is_told(clean, endpoint):
    clean.setenv("MIP_3D_ENDPOINT", endpoint.url)
    clean.setenv("MIP_SIGN_IN", "device")
    app = opened()
    app.text_input(key="phrases_text").set_value("bright").run()
    app.button(key="run_volume").click().run()
    assert len(app.error) == 1
    assert endpoint.asked == []


class SignedIn:
    """A sign-in of this session."""

    way = "cli"

    def token(self, scope):
        assert scope == "https://ml.azure.com/.default"
        return KEY

    def forget(self, scope, token):
        raise AssertionError("the token was good")

    def close(self):
        """Nothing is kept."""


def test_the_sign_in_of_the_session_signs_where_there_is_no_key(clean, endpoint):
    clean.setenv("MIP_3D_ENDPOINT", endpoint.url)
    app = opened()
    state(app).source = SignedIn()
    run_to_the_end(app)
    assert len(state(app).volumes) == 1


def test_the_sign_in_to_one_workspace_endpoint_is_not_used_for_another(clean, endpoint):
    clean.setenv("MIP_3D_ENDPOINT", endpoint.url)
    app = opened()
    state(app).source = SignedIn()
    state(app).source.way = "workspace"
    app.text_input(key="phrases_text").set_value("bright").run()
    app.button(key="run_volume").click().run()
    assert "MIP_3D_API_KEY" in words(app)
    assert endpoint.asked == []


def test_another_file_has_no_masks_of_this_one(configured):
    app = opened()
    run_to_the_end(app)
    app.file_uploader(key="uploader").set_value(
        [("other.nii", nifti_phantom("RAS").data, "application/octet-stream")]
    )
    app.run()
    image = state(app).image
    assert image.title == "other.nii"
    assert state(app).result_of(image, image.upload.frame(4)) is None


def test_only_as_many_volumes_are_kept_as_there_is_room_for(configured, monkeypatch):
    app = opened()
    run_to_the_end(app)
    (result,) = state(app).volumes.values()
    monkeypatch.setattr("components.state.RESULT_BUDGET_BYTES", result.labels.nbytes * 2)
    for number in range(3):
        state(app).keep_volume(number, result)
    assert list(state(app).volumes) == [1, 2]
