"""Whether the deployment answers: its description, and a trial with a drawn picture."""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING

import numpy as np

from core.backends.azure_failures import is_success, request_id_of
from core.backends.connection_failures import NETWORK_ERRORS, failure_of_exception
from core.backends.exchange import Exchange, open_session
from core.backends.retry import POLL_S, Failure
from core.doctor.calls import failure_in, get, headers_of, signature_of
from core.doctor.case import PATIENCE_S, Trial
from core.doctor.drawn import PHRASES, drawn_picture
from core.doctor.finding import Fact, from_error, ok, skipped, unknown, warning
from core.errors import InvalidReply
from core.prompts import vocabulary
from core.wire import decode_response, encode_request

if TYPE_CHECKING:
    from requests import Session

    from core.backends.exchange import Answer
    from core.doctor.case import Case
    from core.doctor.finding import Finding

ANSWER = "Answer"
TRIAL = "Trial"
MASKS = "Masks"

_HEADERS = {
    "Server": "x-ms-server-version",
    "Deployment": "azureml-model-deployment",
    "Front door": "server",
}
_LONGEST_VALUE = 80


def look_at_answer(case: Case) -> Finding:
    """Ask for ``/swagger.json``, signed: the cheapest call that needs the right sign-in."""
    outcome = get(case, "/swagger.json", signed=True)
    if isinstance(outcome, Failure):
        return from_error(ANSWER, outcome.error(1))
    if outcome.status == 404:
        return warning(
            ANSWER,
            f"{case.settings.host} gives no description of itself (404).",
            "Nothing to do when the trial works; otherwise check that a deployment gets traffic.",
        )
    if not is_success(outcome):
        return from_error(ANSWER, failure_in(case, outcome).error(1))
    facts = _header_facts(case, outcome)
    if "/score" not in _paths(outcome.body):
        return warning(
            ANSWER,
            f"{case.settings.host} answers, but describes nothing at /score.",
            "Check that the address is that of an online endpoint with MedImageParse behind it.",
            facts,
        )
    return ok(ANSWER, "The sign-in is accepted, and a deployment answers.", facts)


def make_trial(case: Case) -> Finding:
    """Send a drawn picture, twice.

    The first call may have to wake the model; the second shows what every other one takes.
    """
    if not case.checkup.trial:
        return skipped(TRIAL, "No picture was sent, as asked.")
    body = encode_request([drawn_picture()], [PHRASES])
    session = open_session(trust_env=not case.is_local)
    try:
        return _make_trial(case, session, body)
    finally:
        session.close()


def _make_trial(case: Case, session: Session, body: bytes) -> Finding:
    started = time.monotonic()
    first = _send(case, session, body)
    first_s = time.monotonic() - started
    if isinstance(first, Failure):
        return from_error(TRIAL, first.error(1))
    try:
        (reply,) = decode_response(first.body, [PHRASES])
    except InvalidReply as error:
        return from_error(TRIAL, error, _header_facts(case, first))
    started = time.monotonic()
    second = _send(case, session, body)
    second_s = None if isinstance(second, Failure) else time.monotonic() - started
    case.trial = Trial(first, reply, first_s, second_s, len(body))
    facts = _trial_facts(case, case.trial)
    if isinstance(second, Failure):
        what = f"The first call worked, in {first_s:.1f} s, but the second did not: {second.what}"
        return warning(TRIAL, what, second.next_step, facts)
    what = f"The model answers: {first_s:.1f} s for the first call, {second_s:.1f} s for the next."
    return ok(TRIAL, what, facts)


def look_at_masks(case: Case) -> Finding:
    """Say which kind of masks the endpoint sends: with probabilities, or without."""
    trial = case.trial
    if trial is None:
        return skipped(MASKS, "No masks were asked for.")
    levels = np.unique(trial.reply.probabilities)
    facts = _mask_facts(trial, levels.size)
    if levels.size == 1:
        return unknown(
            MASKS,
            "The masks of the drawn picture are all alike, so their kind does not show.",
            "Run a picture of your own and look at its masks.",
            facts,
        )
    if levels.size == 2:
        return warning(
            MASKS,
            "The masks are hard: inside or outside, without a probability between.",
            "Use them as they are; the threshold has no effect on them.",
            facts,
        )
    return ok(MASKS, f"The masks are soft, with {levels.size} levels of probability.", facts)


def _send(case: Case, session: Session, body: bytes) -> Answer | Failure:
    """One call, never repeated: the doctor tells what the first try meets."""
    settings = case.settings
    request_id = str(uuid.uuid4())
    timeout_s = (PATIENCE_S, settings.read_timeout_s)
    headers = headers_of(case, request_id) | {"Content-Type": "application/json"}
    signature = signature_of(case)
    try:
        answer = Exchange(session, settings.endpoint, timeout_s).post(
            body, headers, signature, poll_s=POLL_S, checkpoint=case.control.checkpoint
        )
    except NETWORK_ERRORS as problem:
        return failure_of_exception(problem, case.target(settings.read_timeout_s), request_id)
    if not is_success(answer):
        return failure_in(case, answer, settings.read_timeout_s)
    return answer


def _trial_facts(case: Case, trial: Trial) -> list[Fact]:
    second = "failed" if trial.second_s is None else f"{trial.second_s:.2f} s"
    facts = [
        Fact("First call", f"{trial.first_s:.2f} s"),
        Fact("Second call", second),
        Fact("Sent", f"{trial.sent_bytes / 1e6:.2f} MB"),
        Fact("Received", f"{len(trial.answer.body) / 1e6:.2f} MB"),
    ]
    inside = trial.answer.headers.get("x-ms-run-fn-exec-ms", "")
    if inside.replace(".", "", 1).isdecimal():
        facts.append(Fact("Of it in the model", f"{float(inside) / 1000:.2f} s"))
    return [*facts, *_header_facts(case, trial.answer)]


def _header_facts(case: Case, answer: Answer) -> list[Fact]:
    """What the answer says about who gave it."""
    facts = [
        Fact(label, answer.headers[name][:_LONGEST_VALUE])
        for label, name in _HEADERS.items()
        if answer.headers.get(name)
    ]
    request_id = request_id_of(answer.headers, "", case.token.reveal() if case.token else "")
    return [*facts, Fact("Request id", request_id)] if request_id else facts


def _mask_facts(trial: Trial, levels: int) -> list[Fact]:
    known = {category.casefold() for category in vocabulary().categories}
    named = [
        f"{category} ({'known' if category.casefold() in known else 'not among the 16 known'})"
        for category in trial.reply.categories
        if category
    ]
    shape, kind = _declared(trial.answer.body)
    return [
        Fact("Shape", shape),
        Fact("Number type", kind),
        Fact("Different values", str(levels)),
        Fact("Categories", ", ".join(named) or "none"),
        *(Fact("Note", notice.text) for notice in trial.reply.notices),
    ]


def _declared(body: bytes) -> tuple[str, str]:
    """Shape and number type as the answer names them, when it is written the usual way."""
    try:
        features = json.loads(json.loads(body)[0]["image_features"])
        return "x".join(map(str, features["shape"])), str(features["dtype"])[:_LONGEST_VALUE]
    except (ValueError, LookupError, TypeError, RecursionError):
        return "written in an unusual way", "written in an unusual way"


def _paths(body: bytes) -> frozenset[str]:
    """The paths that an OpenAPI document describes."""
    try:
        found = json.loads(body).get("paths")
    except (ValueError, AttributeError, RecursionError):
        return frozenset()
    return frozenset(found) if isinstance(found, dict) else frozenset()
