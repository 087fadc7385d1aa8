"""What is refused is refused in the words of the real service."""

import json

import pytest

from core import errors
from core.serve import refusals
from core.serve.refusals import refused_by

SAMPLES = {
    "bad_key": refusals.BAD_TOKEN,
    "malformed_authorization": refusals.BAD_AUTHORIZATION,
    "no_deployment_with_traffic_or_unknown_deployment": refusals.NOT_FOUND,
    "timeout": refusals.TIMED_OUT,
    "model_error_any_exception": refusals.SCORING_FAILED,
    "model_error_missing_input_data": refusals.NO_INPUT_DATA,
    "model_error_content_type": refusals.WRONG_CONTENT_TYPE,
    "model_not_ready": refusals.MODEL_NOT_READY,
    "too_many_pending": refusals.BUSY,
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_refusal_is_that_of_the_wire_samples(shared, name):
    path = shared / "facts" / "wire-samples" / "errors" / "samples.json"
    sample = next(each for each in json.loads(path.read_text()) if each["name"] == name)
    refusal = SAMPLES[name]
    assert (refusal.status, refusal.body) == (sample["status"], sample["body"])
    made_on_the_way = {"server", "content-length"}
    wanted = {k: v for k, v in sample["headers"].items() if k not in made_on_the_way}
    assert wanted.items() <= dict(refusal.headers).items()


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        (errors.EndpointBusy, refusals.BUSY),
        (errors.EndpointTimeout, refusals.TIMED_OUT),
        (errors.ModelNotReady, refusals.MODEL_NOT_READY),
        (errors.OutOfMemory, refusals.SCORING_FAILED),
        (errors.LocalModelMissing, refusals.SCORING_FAILED),
    ],
)
def test_what_the_model_says_becomes_what_the_service_would_say(kind, refusal):
    refused = refused_by(kind("The card has 8 GB.", "Use a larger one."))
    assert refused.refusal is refusal
    assert refused.reason == f"{kind.__name__}: The card has 8 GB."


@pytest.mark.parametrize(
    "problem", [errors.PhraseError("“liver of Doe” is long.", "Shorten it."), KeyError("Doe")]
)
def test_the_reason_in_the_log_quotes_nothing_of_the_request(problem):
    refused = refused_by(problem)
    assert refused.refusal is refusals.SCORING_FAILED
    assert refused.reason == type(problem).__name__
