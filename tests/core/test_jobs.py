import threading

import pytest

from core.backends.base import Waiting
from core.errors import (
    DamagedFile,
    EndpointPaused,
    EndpointTimeout,
    InvalidReply,
    ModelFailed,
    PhraseError,
    RequestTooLarge,
    ServiceFault,
)
from core.jobs import Job, Task, failures_of

SECOND = 10.0


def test_results_come_in_the_order_of_the_tasks():
    job = Job([Task(str(n), lambda _control, n=n: n * n) for n in range(4)])
    assert job.wait(SECOND)
    assert [outcome.result for outcome in job.progress.outcomes] == [0, 1, 4, 9]
    assert not job.progress.running
    assert not job.progress.cancelled


def test_one_bad_file_does_not_stop_the_rest():
    def refuse(_control):
        raise PhraseError("No phrase.", "Type one.")

    job = Job([Task("bad", refuse), Task("good", lambda _control: "done")])
    assert job.wait(SECOND)
    bad, good = job.progress.outcomes
    assert isinstance(bad.error, PhraseError)
    assert good.result == "done"


def test_a_fault_of_the_program_ends_the_job_and_does_not_quote_data():
    def fail(_control):
        raise RuntimeError("Rossi^Mario")

    job = Job([Task("x", fail)])
    assert job.wait(SECOND)
    (outcome,) = job.progress.outcomes
    assert "Rossi" not in f"{outcome.error} {outcome.error.details}"
    assert outcome.error.details == "RuntimeError"


def test_a_stopped_job_keeps_what_is_finished():
    reached, go_on = threading.Event(), threading.Event()

    def long(control):
        reached.set()
        go_on.wait(SECOND)
        control.checkpoint()
        return "never"

    tasks = [Task("first", lambda _c: 1), Task("long", long), Task("last", lambda _c: 3)]
    job = Job(tasks)
    assert reached.wait(SECOND)
    assert job.progress.current == "long"
    job.cancel()
    go_on.set()
    assert job.wait(SECOND)
    assert [outcome.result for outcome in job.progress.outcomes] == [1]
    assert job.progress.cancelled


def test_the_countdown_of_a_retry_is_visible_and_goes_away():
    waiting, go_on = threading.Event(), threading.Event()

    def busy(control):
        control.on_wait(Waiting("The endpoint is busy.", 7.0))
        waiting.set()
        go_on.wait(SECOND)
        return True

    job = Job([Task("x", busy)])
    assert waiting.wait(SECOND)
    assert job.progress.waiting == Waiting("The endpoint is busy.", 7.0)
    go_on.set()
    assert job.wait(SECOND)
    assert job.progress.waiting is None


def test_several_workers_do_as_many_tasks_at_once_and_no_more():
    meeting = threading.Barrier(3, timeout=SECOND)
    lock, at_once, most = threading.Lock(), [0], [0]

    def work(_control):
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        meeting.wait()  # goes on only when three are here
        with lock:
            at_once[0] -= 1

    job = Job([Task(str(n), work) for n in range(9)], workers=3)
    assert job.wait(SECOND)
    assert most == [3]
    assert not failures_of(job.progress.outcomes)


def test_outcomes_come_as_they_are_finished_and_know_their_place():
    first_may_end = threading.Event()

    def slow(_control):
        assert first_may_end.wait(SECOND)
        return "slow"

    def quick(_control):
        first_may_end.set()
        return "quick"

    job = Job([Task("slow", slow), Task("quick", quick)], workers=2)
    assert job.wait(SECOND)
    outcomes = {outcome.index: outcome.result for outcome in job.progress.outcomes}
    assert outcomes == {0: "slow", 1: "quick"}
    assert job.progress.done == 2


def test_stopping_stops_every_worker():
    reached = threading.Barrier(3, timeout=SECOND)
    go_on = threading.Event()

    def long(control):
        reached.wait()
        go_on.wait(SECOND)
        control.checkpoint()

    job = Job([Task(str(n), long) for n in range(6)], workers=2)
    reached.wait()
    job.cancel()
    go_on.set()
    assert job.wait(SECOND)
    assert job.progress.outcomes == ()
    assert job.progress.cancelled
    assert not job.progress.running


def test_a_wait_of_one_worker_is_shown_until_it_goes_on():
    shown, over, ended = threading.Event(), threading.Event(), threading.Event()

    def work(control):
        control.on_wait(Waiting("Waiting for a free place.", None))
        shown.set()
        over.wait(SECOND)
        control.on_resume()
        shown.clear()
        ended.wait(SECOND)

    job = Job([Task("x", work), Task("y", lambda _c: ended.wait(SECOND))], workers=2)
    assert shown.wait(SECOND)
    assert job.progress.waiting == Waiting("Waiting for a free place.", None)
    over.set()
    while shown.is_set():
        ended.wait(0.01)
    assert job.progress.waiting is None
    ended.set()
    assert job.wait(SECOND)


def group_of_three(error, bad="b"):
    """A call with three pictures that fails as a whole, and alone only for one of them."""

    def alone(name):
        def work(_control):
            if name == bad:
                raise error("It failed.", "Try another.")
            return name

        return Task(name, work)

    def together(_control):
        raise error("All failed.", "Try another.")

    return Task("a to c", together, size=3, parts=tuple(alone(name) for name in "abc"))


@pytest.mark.parametrize(
    "error", [ModelFailed, RequestTooLarge, InvalidReply, EndpointTimeout, DamagedFile]
)
def test_one_bad_picture_in_a_call_does_not_take_the_others_down(error):
    job = Job([group_of_three(error), Task("d", lambda _c: "d")])
    assert job.wait(SECOND)
    progress = job.progress
    assert [outcome.result for outcome in progress.outcomes] == ["a", None, "c", "d"]
    assert [str(failure) for failure in failures_of(progress.outcomes)] == [
        "It failed. Try another."
    ]
    assert (progress.done, progress.total) == (4, 4)


@pytest.mark.parametrize("error", [ServiceFault, EndpointPaused])
def test_a_call_that_fails_because_of_the_endpoint_is_not_taken_apart(error):
    job = Job([group_of_three(error)])
    assert job.wait(SECOND)
    (outcome,) = job.progress.outcomes
    assert str(outcome.error) == "All failed. Try another."
    assert job.progress.done == 3


def test_a_failure_that_many_tasks_share_is_told_once_and_in_order():
    def fail(text):
        def work(_control):
            raise ModelFailed(text, "Wait.")

        return work

    job = Job([Task(text, fail(text)) for text in ("One.", "Two.", "One.")])
    assert job.wait(SECOND)
    assert [failure.what for failure in failures_of(job.progress.outcomes)] == ["One.", "Two."]


def test_a_job_without_tasks_ends():
    job = Job([])
    assert job.wait(SECOND)
    assert not job.progress.running
