"""The panel "Can these be believed?" on the real page."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.presence_desk import presence_of
from components.presence_fit_panel import calibration_chart
from components.state import Session
from core.analysis.levels import Levels
from core.analysis.presence import DEFAULT_RULE, Evidence
from core.analysis.presence_fit import Example, examples_to_json, fit_rule
from core.imaging.model import Frame
from core.segmentation import PhraseMask

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
PAIRS = [[30.0, 5.0], [6.0, 6.0], [6.0, 6.0], [6.0, 6.0]]
BASE = Evidence(
    threshold=128,
    pixels=5000,
    area=0.1,
    peak=1.0,
    mean=0.9,
    undecided=0.3,
    border=0.0,
    pieces=1,
    largest=1.0,
    interior=0.97,
    soft=True,
)


@pytest.fixture
def app(monkeypatch):
    """The page with the masks of the drawn chest, and the panel open."""
    for name in ("MIP_ENDPOINT", "MIP_API_KEY", "MIP_DEPLOY_NAME", "MIP_MODEL_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S)
    test.run()
    test.button(key="sample_chest").click().run()
    deadline = time.monotonic() + PATIENCE_S
    while test.session_state["workbench"].job is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        test.run()
    return turned_to(test, "Levels")


def turned_to(app, tab):
    """The page with the panel open at one of its tabs."""
    app.session_state["panel_presence"] = True
    app.session_state["presence_tabs"] = tab
    app.run()
    assert not app.exception
    return app


def words(app):
    shown = [*app.error, *app.warning, *app.caption, *app.markdown]
    return "\n".join(str(element.value) for element in shown).replace("\\", "")


def decide(app, phrase, answer):
    control = next(c for c in app.get("button_group") if c.label == phrase)
    control.set_value(answer).run()
    assert not app.exception


def decisions(rng, accept_from=0.8):
    """Decisions of a reader who accepts from a mean probability on."""
    means = rng.uniform(0.6, 1.0, 200)
    return [Example(replace(BASE, mean=float(m)), bool(m > accept_from)) for m in means]


def give(app, key, *files):
    app.file_uploader(key=key).set_value([(name, data, "application/json") for name, data in files])
    app.run()
    assert not app.exception


def test_the_table_names_every_phrase_with_its_level(app):
    (table,) = app.dataframe
    assert list(table.value["Phrase"]) == ["left lung", "right lung"]
    assert list(table.value["Level"]) == ["Plausible", "Plausible"]
    assert "It is not a finding: look at it." in words(app)


def test_the_rule_stands_there_in_the_words_of_the_program(app):
    turned_to(app, "The rule")
    for sentence in DEFAULT_RULE.in_words():
        assert sentence in words(app)


def test_a_closed_panel_draws_nothing(app):
    app.session_state["panel_presence"] = False
    app.run()
    assert not app.dataframe
    assert "A plausible mask" not in words(app)


def test_decisions_are_counted_kept_and_taken_back(app):
    turned_to(app, "Your own results")
    decide(app, "left lung", "Accept")
    decide(app, "right lung", "Reject")
    assert "1 accepted and 1 rejected so far." in words(app)
    turned_to(app, "Levels")
    turned_to(app, "Your own results")
    assert "1 accepted and 1 rejected so far." in words(app)
    decide(app, "right lung", "Accept")
    assert "2 accepted and 0 rejected so far." in words(app)


def test_too_few_decisions_fit_nothing_and_say_so(app):
    turned_to(app, "Your own results")
    app.button(key="fit_presence").click().run()
    assert "0 accepted and 0 rejected results are too few" in words(app)


def test_a_fitted_rule_shows_its_calibration_and_changes_the_levels_when_switched_on(app, rng):
    turned_to(app, "Your own results")
    # A reader who accepts nearly nothing: the chest's masks, with means of 0.87, are below that.
    give(app, "presence_files", ("d.json", examples_to_json(decisions(rng, 0.93))))
    app.button(key="fit_presence").click().run()
    assert not app.exception
    assert len(app.get("vega_lite_chart")) == 1
    assert "mean squared error" in words(app)
    turned_to(app, "Levels")
    assert list(app.dataframe[0].value["Level"]) == ["Plausible", "Plausible"]

    turned_to(app, "Your own results")
    app.toggle[0].set_value(True).run()
    turned_to(app, "Levels")
    assert list(app.dataframe[0].value["Level"]) == ["Doubtful", "Doubtful"]
    assert "By your own results" in app.dataframe[0].value["Reasons"][0]
    turned_to(app, "The rule")
    assert "Fitted to your results" in words(app)


def test_a_rule_that_does_not_help_cannot_be_switched_on(app, rng):
    coin = [replace(one, accepted=bool(n % 2)) for n, one in enumerate(decisions(rng))]
    turned_to(app, "Your own results")
    give(app, "presence_files", ("rule.json", fit_rule(coin).to_json()))
    assert "Keep the default rule" in words(app)
    assert app.toggle[0].disabled


def test_another_file_is_refused_in_a_sentence(app):
    turned_to(app, "Your own results")
    give(app, "presence_files", ("d.json", b'{"a": 1}'))
    assert "This file" in app.error[0].value.replace("\\", "")


def test_the_published_check_needs_the_file_and_the_kind_of_picture(app):
    turned_to(app, "BiomedParse's check")
    assert not app.dataframe
    file = json.dumps({"X-Ray-Chest": {"left lung": PAIRS}, "OCT": {"edema": PAIRS}}).encode()
    give(app, "target_dist", ("target_dist.json", file))
    assert not app.dataframe
    app.selectbox(key="presence_kind").select("X-Ray-Chest").run()
    (table,) = app.dataframe
    left, right = table.value["p-value"]
    assert 0 < left <= 1
    assert np.isnan(right)
    assert "no distribution of this phrase" in table.value["Reading"][1]
    assert "mean nothing for them" in words(app)


def test_a_wrong_file_for_the_published_check_is_refused(app):
    turned_to(app, "BiomedParse's check")
    give(app, "target_dist", ("target_dist.json", b"version https://git-lfs.github.com/spec/v1"))
    assert "Git LFS" in app.error[0].value.replace("\\", "")


def test_the_panel_is_italian_and_decisions_outlast_a_change_of_language(app):
    turned_to(app, "Your own results")
    decide(app, "left lung", "Accept")
    app.session_state["language"] = "it"
    turned_to(app, "Livelli")
    (table,) = app.dataframe
    columns = ["Frase", "Livello", "Motivi", "Area", "Massima", "Media", "Indecisi", "Pezzi"]
    assert list(table.value) == columns
    assert list(table.value["Livello"]) == ["Plausibile", "Plausibile"]
    assert "Non è un reperto: la guardi." in words(app)
    turned_to(app, "La regola")
    assert "Dubbia: la probabilità massima è sotto 0,80." in words(app)
    assert "Doubtful" not in words(app)
    turned_to(app, "I Suoi risultati")
    assert "Finora accettate: 1; rifiutate: 0." in words(app)
    (left, _) = [c for c in app.get("button_group") if c.label.endswith("lung")]
    assert (left.value, left.options) == ("Accept", ["Accetta", "Rifiuta"])


def test_levels_set_in_the_viewer_count(rng):
    rgb = rng.integers(0, 256, (64, 64, 3), np.uint8)
    frame = Frame(values=rgb, rgb=rgb)
    mask = PhraseMask("liver", None, rng.integers(0, 200, (64, 64)).astype(np.uint8))
    state = Session()
    script = AppTest.from_function(lambda: None).run()  # gives the desk a session to live in
    assert not script.exception
    usual = presence_of(state, frame, [mask])
    assert presence_of(state, frame, [mask]) is usual
    state.levels[frame.sha256] = Levels({"liver": 250})
    (raised,) = presence_of(state, frame, [mask])
    assert raised.presence.note == "No evidence. Nothing found at the threshold 250."


def test_the_chart_holds_every_bin_and_the_line_of_what_is_right(rng):
    calibration = fit_rule(decisions(rng)).calibration
    chart = calibration_chart(calibration).to_dict()
    ideal, _, points = (chart["datasets"][layer["data"]["name"]] for layer in chart["layer"])
    assert [(end["predicted"], end["accepted"]) for end in ideal] == [(0, 0), (1, 1)]
    assert [one["count"] for one in points] == [one.count for one in calibration.bins]
