"""The page without a browser: what it shows, keeps and says."""

import base64
import io
import json
import time
import zipfile
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.samples import samples
from core.secret import Secret
from core.settings import PageEntry
from tests.standin import KEY, StandIn

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60


def png(values):
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "PNG")
    return buffer.getvalue()


def sample_file(name):
    return next(sample for sample in samples() if sample.id == name).load()[0]


@pytest.fixture
def app(monkeypatch):
    """The page as it is opened for the first time, with no endpoint set anywhere."""
    for name in ("MIP_ENDPOINT", "MIP_API_KEY", "MIP_DEPLOY_NAME", "MIP_MODEL_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S)
    test.run()
    assert not test.exception
    return test


def state(app):
    return app.session_state["workbench"]


def upload(app, *files):
    app.file_uploader(key="uploader").set_value(
        [(n, d, "application/octet-stream") for n, d in files]
    )
    return app.run()


def run_to_the_end(app):
    """Press Run and wait for the masks, as the page's own polling does."""
    app.button(key="run").click().run()
    wait_for_the_end(app)


def wait_for_the_end(app):
    deadline = time.monotonic() + PATIENCE_S
    while state(app).job is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        app.run()
    app.run()
    assert not app.exception


def words(app):
    shown = [*app.error, *app.warning, *app.caption, *app.markdown]
    return "\n".join(str(element.value) for element in shown).replace("\\", "")


def phrases_box(app):
    return app.text_input(key="phrases_text")


def test_a_newcomer_sees_samples_and_the_notice(app):
    labels = [button.label for button in app.button if button.label.startswith("Find ")]
    assert len(labels) == len(samples())
    assert "Research use only, not for diagnosis" in words(app)


def test_one_click_on_a_sample_gives_masks(app):
    app.button(key="sample_chest").click().run()
    wait_for_the_end(app)
    (result,) = state(app).results.values()
    assert result.phrases == ("left lung", "right lung")
    assert all(mask.area() > 0 for mask in result.masks)
    assert phrases_box(app).value == "left lung & right lung"


def test_an_upload_and_a_phrase_give_a_mask_that_survives_reruns(app):
    upload(app, ("chest.png", sample_file("chest")))
    phrases_box(app).set_value("lung").run()
    run_to_the_end(app)
    (before,) = state(app).results.values()
    app.run()
    app.checkbox(key="keep_names").check().run()
    (after,) = state(app).results.values()
    assert after is before
    assert after.masks[0].area() > 0


@pytest.mark.parametrize("typed", ["", "&&", " & ".join(f"p{n}" for n in range(40))])
def test_phrases_that_cannot_be_sent_give_one_sentence_and_lose_nothing(app, typed):
    upload(app, ("chest.png", sample_file("chest")))
    phrases_box(app).set_value("lung").run()
    run_to_the_end(app)
    phrases_box(app).set_value(typed).run()
    app.button(key="run").click().run()
    assert len(app.error) == 1
    assert "phrase" in app.error[0].value
    assert len(state(app).results) == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("text.png", b"hello"),
        ("empty.png", b""),
        ("cut.png", png(np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8))[:1500]),
        ("tiny.png", png(np.zeros((1, 1), np.uint8))),
    ],
)
def test_a_bad_file_gives_one_sentence_and_the_others_go_on(app, name, data):
    upload(app, (name, data), ("good.png", sample_file("chest")))
    assert len(app.error) == 1
    assert name in app.error[0].value.replace("\\", "")
    assert state(app).image.title == "good.png"


def test_two_files_of_one_name_stay_apart(app):
    upload(app, ("scan.png", png(np.full((32, 32), 60, np.uint8))),
           ("scan.png", png(np.full((32, 32), 190, np.uint8))))  # fmt: skip
    greys = [image.upload.frame().rgb[0, 0, 0] for image in state(app).images.values()]
    assert greys == [60, 190]


def test_all_images_run_and_one_that_the_engine_does_not_know_says_so(app):
    upload(app, ("a.png", sample_file("chest")), ("b.png", sample_file("skin")))
    phrases_box(app).set_value("lung").run()
    app.button(key="run_all").click().run()
    wait_for_the_end(app)
    areas = [result.masks[0].area() for result in state(app).results.values()]
    assert sorted(area > 0 for area in areas) == [False, True]


def test_a_phrase_that_the_demo_does_not_know_is_answered_with_what_it_knows(app):
    upload(app, ("chest.png", sample_file("chest")))
    phrases_box(app).set_value("unicorn").run()
    run_to_the_end(app)
    assert "does not know" in words(app)
    assert "lung" in words(app)


def test_chips_and_box_say_the_same(app):
    upload(app, ("chest.png", sample_file("chest")))
    phrases_box(app).set_value("unicorn & lung").run()
    assert app.session_state["phrases_chips"] == ["lung"]


def choose_endpoint(app, endpoint, key=KEY):
    """As if address and key had been typed into the page Connection."""
    state(app).entry = PageEntry(endpoint.url, Secret(key))
    app.segmented_control(key="engine").set_value("azure").run()


def test_without_an_endpoint_the_page_says_what_is_missing(app):
    upload(app, ("chest.png", sample_file("chest")))
    app.segmented_control(key="engine").set_value("azure").run()
    assert "No endpoint is set" in app.info[0].value
    assert app.get("page_link")
    assert app.button(key="run").disabled


def test_nothing_is_sent_before_the_user_has_seen_it(app):
    with StandIn() as endpoint:
        upload(app, ("Invented^Name.png", sample_file("chest")))
        choose_endpoint(app, endpoint)
        phrases_box(app).set_value("liver & tumor").run()
        app.button(key="run").click().run()
        assert endpoint.received == ()
        assert "liver & tumor" in words(app)
        assert any(button.label == "Send" for button in app.button)


def test_what_the_viewer_shows_as_sent_is_what_is_sent_byte_for_byte(app):
    with StandIn() as endpoint:
        upload(app, ("Invented^Name.png", sample_file("chest")))
        choose_endpoint(app, endpoint)
        state(app).confirmed_hosts = frozenset({endpoint.url.split("/")[2]})
        phrases_box(app).set_value("liver & tumor").run()
        run_to_the_end(app)
        (request,) = endpoint.received
    sent = json.loads(request.body)["input_data"]["data"]
    shown = next(iter(state(app).model_pictures.values()))
    assert sent == [[base64.b64encode(shown).decode(), "liver & tumor"]]
    assert b"Invented" not in request.body
    assert "Invented" not in str(request.headers)
    (result,) = state(app).results.values()
    assert result.engine.startswith("Endpoint at 127.0.0.1:")
    assert result.phrases == ("liver", "tumor")


def test_a_wrong_key_is_explained_and_never_shown(app):
    with StandIn() as endpoint:
        upload(app, ("chest.png", sample_file("chest")))
        choose_endpoint(app, endpoint, key="canary-4711-wrong")
        state(app).confirmed_hosts = frozenset({endpoint.url.split("/")[2]})
        phrases_box(app).set_value("liver").run()
        run_to_the_end(app)
    assert "key" in app.error[0].value
    assert "canary-4711" not in words(app)


def test_two_sessions_see_nothing_of_each_other(app):
    upload(app, ("mine.png", sample_file("chest")))
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S).run()
    assert state(other).images == {}
    assert "mine" not in words(other)


def head_volume():
    """A bright block in a volume of 48 x 40 x 10 voxels, every slice different, as NIfTI."""
    values = np.full((48, 40, 10), 20, np.uint8) + np.arange(10, dtype=np.uint8)
    values[10:30, 8:30, 2:8] = 200
    return nibabel.Nifti1Image(values, np.diag([1.0, 1.0, 3.0, 1.0])).to_bytes()


def test_a_volume_opens_in_its_middle_and_all_its_slices_can_be_run_and_exported(app):
    upload(app, ("Invented^Name.nii", head_volume()))
    image = state(app).image
    slider = next(s for s in app.slider if s.label == "Slice")
    assert slider.value == 5
    phrases_box(app).set_value("unicorn").run()
    app.button(key="run_slices").click().run()
    wait_for_the_end(app)
    (stack,) = state(app).stacks.values()
    assert sorted(stack) == list(range(10))
    assert "10 slices have masks" in words(app)
    assert image.upload.grid is not None


def test_a_stopped_run_over_slices_goes_on_where_it_was(app):
    upload(app, ("head.nii", head_volume()))
    phrases_box(app).set_value("unicorn").run()
    next(s for s in app.slider if s.label == "From, to").set_value((1, 4)).run()
    app.button(key="run_slices").click().run()
    wait_for_the_end(app)
    (stack,) = state(app).stacks.values()
    before = {index: state(app).results[sha] for index, sha in stack.items()}
    assert sorted(before) == [0, 1, 2, 3]
    next(s for s in app.slider if s.label == "From, to").set_value((1, 10)).run()
    app.button(key="run_slices").click().run()
    wait_for_the_end(app)
    assert sorted(stack) == list(range(10))
    assert all(state(app).results[stack[index]] is before[index] for index in before)


def test_an_archive_shows_each_of_its_images(app):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.png", png(np.full((32, 32), 60, np.uint8)))
        archive.writestr("b.png", png(np.full((40, 32), 190, np.uint8)))
    upload(app, ("two.zip", buffer.getvalue()))
    sizes = [image.upload.frame().rgb.shape[:2] for image in state(app).images.values()]
    assert sizes == [(32, 32), (40, 32)]


def choose_language(app, language):
    app.segmented_control(key="language").set_value(language).run()
    assert not app.exception


def labels(app):
    kinds = ("button", "checkbox", "expander", "file_uploader", "number_input", "segmented_control",
             "selectbox", "slider", "text_input")  # fmt: skip
    return {element.label for kind in kinds for element in app.get(kind)}


def test_the_page_is_italian_once_the_reader_has_chosen_so(app):
    choose_language(app, "it")
    assert app.header[0].value == "Scriva che cosa cercare e veda dove si trova"
    app.button(key="sample_chest").click().run()
    wait_for_the_end(app)
    assert {"Immagini", "Motore", "Esegui", "Misure", "Queste maschere sono credibili?"} <= labels(
        app
    )
    assert {"Images", "Engine", "Run", "Measurements", "Samples"}.isdisjoint(labels(app))
    assert "Solo per ricerca, non per diagnosi" in words(app)
    assert "RGB a 8 bit letto da PNG, risposta in" in words(app)
    (result,) = state(app).results.values()
    assert result.engine.startswith("Demo engine: classical image processing")


def test_what_was_chosen_and_opened_stays_when_the_language_changes(app):
    upload(app, ("head.nii", head_volume()))
    prefix = f"choice_{state(app).image.key}"
    app.segmented_control(key=f"{prefix}_axis").set_value("coronal").run()
    choose_language(app, "it")
    axis = app.segmented_control(key=f"{prefix}_axis")
    assert (axis.label, axis.value) == ("Direzione", "coronal")
    assert list(axis.options) == ["assiale", "coronale", "sagittale"]
    assert "Tutte le 40 sezioni" in labels(app)
    choose_language(app, "en")
    assert app.segmented_control(key=f"{prefix}_axis").value == "coronal"


def test_an_own_window_begins_with_the_numbers_of_the_first_and_stays(app):
    app.button(key="sample_ct_vertebra").click().run()
    wait_for_the_end(app)
    prefix = f"choice_{state(app).image.key}"
    app.selectbox(key=f"{prefix}_window").set_value("Own window").run()
    assert not app.exception
    app.number_input(key=f"{prefix}_center").set_value(40.5).run()
    choose_language(app, "it")
    assert app.selectbox(key=f"{prefix}_window").value == "Own window"
    assert app.number_input(key=f"{prefix}_center").value == 40.5
    assert "finestra 40.5/400: centro 40,5, ampiezza 400" in words(app)
