"""The box and what stands around it, on the real page without a browser."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.prompts import dump_sets, phrase_set
from core.samples import samples

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60


@pytest.fixture
def app(monkeypatch):
    """The page with the drawn chest X-ray open, and nothing typed."""
    for name in ("MIP_ENDPOINT", "MIP_API_KEY", "MIP_DEPLOY_NAME", "MIP_MODEL_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S).run()
    return upload(test, "chest")


def upload(app, sample):
    data, name = next(one for one in samples() if one.id == sample).load()
    app.file_uploader(key="uploader").set_value([(name, data, "application/octet-stream")])
    app.run()
    assert not app.exception
    return app


def look_for(app, text):
    app.text_input(key="phrases_text").set_value(text).run()
    assert not app.exception
    return app


def box(app):
    return app.text_input(key="phrases_text").value


def badges(app):
    """What stands on the badges; a badge is Markdown with a colour."""
    shown = [str(element.value).replace("\\", "") for element in app.markdown]
    return [text for text in shown if "-badge[" in text]


def captions(app):
    return "\n".join(str(one.value) for one in app.caption).replace("\\", "")


def labels(app):
    return [button.label.replace("\\", "") for button in app.button]


def run(app):
    app.button(key="run").click().run()
    state = app.session_state["workbench"]
    while state.job is not None:
        state.job.wait(PATIENCE_S)
        app.run()
    assert not app.exception
    return next(reversed(state.results.values()))


def suggestion_box(app):
    return next(one for one in app.selectbox if one.label == "Suggestions")


def test_each_phrase_says_how_well_the_model_knows_it(app):
    look_for(app, "lung & polmone sinistro & liver & unicorn")
    said = "\n".join(badges(app))
    assert "blue-badge[lung: trained" in said
    assert "violet-badge[polmone sinistro: sent as left lung" in said
    assert "gray-badge[liver: trained elsewhere" in said
    assert "orange-badge[unicorn: not trained" in said
    assert "green" not in said


def test_many_trained_phrases_are_counted_and_the_others_still_named(app):
    look_for(app, "lung & left lung & right lung & lung opacity & viral pneumonia & unicorn")
    assert len(badges(app)) == 2
    assert "5 phrases: trained" in "\n".join(badges(app))


def test_another_name_is_sent_in_the_trained_wording_and_is_the_label_of_the_mask(app):
    look_for(app, "polmone sinistro & left lung")
    assert run(app).phrases == ("left lung",)
    assert box(app) == "polmone sinistro & left lung"


def test_own_words_are_sent_when_the_user_wants_that(app):
    look_for(app, "polmone sinistro")
    app.checkbox(key="phrases_as_typed").check().run()
    assert "sent as" not in "\n".join(badges(app))
    assert run(app).phrases == ("polmone sinistro",)


def test_a_typing_error_is_sent_as_it_is_until_the_button_is_pressed(app):
    look_for(app, "lung & left lumg")
    assert "Did you mean left lung?" in labels(app)
    assert run(app).phrases == ("lung", "left lumg")
    next(one for one in app.button if "Did you mean" in one.label).click().run()
    assert box(app) == "lung & left lung"
    assert not any("Did you mean" in label for label in labels(app))


def test_a_stain_and_a_long_phrase_get_a_hint(app):
    look_for(app, "nuclei in H&E")
    assert "split at the &" in captions(app)
    look_for(app, "irregular hypodense mass " * 11)
    assert "about" in captions(app)


def test_the_kind_of_image_is_guessed_and_can_be_changed(app):
    choice = suggestion_box(app)
    assert choice.value == ""
    assert "For this image: X-Ray chest" in choice.options
    look_for(app, "liver")
    assert "trained elsewhere" in badges(app)[0]
    suggestion_box(app).set_value("CT abdomen").run()
    assert "liver: trained" in badges(app)[0]
    assert "elsewhere" not in badges(app)[0]
    assert "spleen" in app.button_group(key="phrases_chips").options


def test_a_choice_for_one_kind_of_image_is_not_taken_over_to_another(app):
    suggestion_box(app).set_value("CT abdomen").run()
    upload(app, "skin")
    assert suggestion_box(app).value == ""
    assert "For this image: dermoscopy skin" in suggestion_box(app).options


def test_a_chip_goes_on_and_off_with_the_name_in_another_language(app):
    look_for(app, "unicorn & polmone sinistro")
    assert app.session_state["phrases_chips"] == ["left lung"]
    app.button_group(key="phrases_chips").set_value([]).run()
    assert box(app) == "unicorn"
    app.button_group(key="phrases_chips").set_value(["right lung"]).run()
    assert box(app) == "unicorn & right lung"


def test_a_found_phrase_goes_into_the_box_once(app):
    look_for(app, "lung")
    app.text_input(key="phrases_search").set_value("fegato").run()
    app.button(key="phrases_found_liver").click().run()
    app.button(key="phrases_found_liver").click().run()
    assert box(app) == "lung & liver"


def test_a_search_that_finds_nothing_says_that_free_text_is_allowed(app):
    app.text_input(key="phrases_search").set_value("zzz").run()
    assert "You may type it" in captions(app)


def test_what_was_run_can_be_taken_up_again(app):
    look_for(app, "left lung")
    run(app)
    look_for(app, "lung & right lung")
    run(app)
    app.button(key="phrases_history_1").click().run()
    assert box(app) == "left lung"


def save(app, name):
    app.text_input(key="phrases_set_name").set_value(name).run()
    app.button(key="phrases_save").click().run()
    assert not app.exception


def kept(app):
    return {one.name: one.phrases for one in app.session_state["phrases_sets"]}


def test_a_set_is_saved_used_replaced_and_removed(app):
    look_for(app, "left lung & fegato")
    save(app, "Mine *bold*")
    look_for(app, "lung")
    app.button(key="phrases_use_Mine *bold*").click().run()
    assert box(app) == "left lung & fegato"
    look_for(app, "lung")
    save(app, "mine *BOLD*")
    assert kept(app) == {"mine *BOLD*": ("lung",)}
    app.button(key="phrases_drop_mine *BOLD*").click().run()
    assert kept(app) == {}


@pytest.mark.parametrize(("text", "name"), [("", "A"), ("lung", " ")])
def test_a_set_without_phrases_or_without_a_name_is_refused_in_a_sentence(app, text, name):
    look_for(app, text)
    save(app, name)
    assert len(app.error) == 1
    assert kept(app) == {}


def open_sets(app, data):
    file = [("sets.json", data, "application/json")]
    app.file_uploader(key="phrases_set_file").set_value(file).run()
    assert not app.exception


def test_sets_come_in_from_a_file_beside_those_that_are_there(app):
    look_for(app, "lung")
    save(app, "Lungs")
    open_sets(app, dump_sets([phrase_set("Kidneys", "left kidney & right kidney")]))
    assert kept(app) == {"Lungs": ("lung",), "Kidneys": ("left kidney", "right kidney")}


@pytest.mark.parametrize("data", [b"no json", json.dumps({"sets": []}).encode()])
def test_a_file_that_is_no_set_gives_one_sentence_and_loses_nothing(app, data):
    look_for(app, "lung")
    save(app, "Lungs")
    open_sets(app, data)
    assert len(app.error) == 1
    assert kept(app) == {"Lungs": ("lung",)}


def test_history_and_sets_belong_to_one_session(app):
    look_for(app, "lung")
    save(app, "Lungs")
    run(app)
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S).run()
    upload(other, "chest")
    assert kept(other) == {}
    assert other.session_state["phrases_history"] == []


def test_the_picker_is_italian_and_phrases_stay_as_they_are(app):
    look_for(app, "lung & polmone sinistro & liver & left lumg")
    choice = suggestion_box(app)
    choice.set_value("CT abdomen").run()
    app.session_state["language"] = "it"
    app.run()
    assert not app.exception
    assert app.text_input(key="phrases_text").label == "Che cosa cercare"
    assert box(app) == "lung & polmone sinistro & liver & left lumg"
    said = "\n".join(badges(app))
    assert "[lung: addestrata" in said
    assert "[polmone sinistro: inviata come left lung]" in said
    assert "trained" not in said
    assert "Intendeva left lung?" in labels(app)
    (kind,) = [one for one in app.selectbox if one.label == "Suggerimenti"]
    assert kind.value == "CT abdomen"
    assert "TC addome" in kind.options
    assert "Immagine: Radiografia torace" in kind.options
    assert "spleen" in app.button_group(key="phrases_chips").options
    assert run(app).phrases == ("lung", "left lung", "liver", "left lumg")


def test_search_and_sets_are_italian(app):
    app.session_state["language"] = "it"
    app.text_input(key="phrases_search").set_value("fegato").run()
    assert "liver (fegato)" in labels(app)
    found = app.button(key="phrases_found_liver").help.replace("\\", "")
    assert "TC addome" in found
    assert "CT abdomen" not in found
    save(app, " ")
    assert {"Salva ciò che è nella casella"} <= set(labels(app))
    assert "Gli insiemi restano in questa sessione." in captions(app)
