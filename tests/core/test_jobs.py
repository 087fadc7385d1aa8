import threading

from core.backends.base import Waiting
from core.errors import PhraseError
from core.jobs import Job, Task

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
