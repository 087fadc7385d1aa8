"""Killed, cut off, or without an answer: the next run goes on, and one cloud job is made."""

import base64
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from core.batch.results import folder_name
from core.batch.state import JobFolder, Step
from core.errors import (
    ArmRefused,
    ExportError,
    InputError,
    ModelFailed,
    ServiceFault,
    SignInRefused,
)
from tests.core.batch.conftest import PHRASES
from tests.standin.certificates import self_signed
from tests.standin.token_service import APP, SECRET, TENANT, TokenService

ROOT = Path(__file__).resolve().parents[3]
# The command by itself: it is the same when ``python -m core`` calls it.
PROGRAM = """
import argparse, sys
from core.commands import batch
from core.errors import WorkbenchError
parser = argparse.ArgumentParser()
batch.add_arguments(parser)
try:
    batch.run(parser.parse_args())
except WorkbenchError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
"""


@pytest.fixture
def signed_in(service, tmp_path):
    """The environment of a command that signs in as an application."""
    certificate = self_signed(tmp_path)
    with TokenService(tls=certificate.server) as tokens:
        yield {
            **os.environ,
            **service.environment,
            "MIP_SIGN_IN": "secret",
            "AZURE_TENANT_ID": TENANT,
            "AZURE_CLIENT_ID": APP,
            "AZURE_CLIENT_SECRET": SECRET,
            "AZURE_AUTHORITY_HOST": tokens.url,
            "REQUESTS_CA_BUNDLE": str(certificate.file),
        }


@contextmanager
def command(env, images, out, *more):
    """The command in a process of its own."""
    words = [sys.executable, "-W", "error", "-c", PROGRAM, images, PHRASES, "--out", out, *more]
    with subprocess.Popen(
        [str(word) for word in words],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


def results(out):
    """Every result by its path."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.suffix in {".png", ".csv"} and path.name != "predictions.csv"
    }


def puts(service):
    return [name for name in service.storage.puts if "/inputs/" in name]


POINTS = {
    "while uploading": lambda service, asked: len(puts(service)) == 3,
    "when the job was made, before the answer": lambda service, asked: asked.path == "/jobs",
    "while the job runs": lambda service, asked: any(job.asked for job in service.jobs),
    "while fetching": lambda service, asked: (
        asked.method == "GET" and asked.path.endswith("predictions.csv")
    ),
    "while deleting": lambda service, asked: asked.method == "DELETE",
}


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_command_goes_on_and_makes_no_second_job(
    service, signed_in, images, tmp_path, point
):
    out = tmp_path / "out"
    killed = []

    def kill(asked):
        if not killed and POINTS[point](service, asked):
            killed.append(point)
            os.kill(process.pid, signal.SIGKILL)
            process.wait(60)

    service.plan = replace(service.plan, polls=2)
    service.before_answer = kill
    with command(signed_in, images, out, "--yes") as process:
        process.communicate(timeout=300)
    assert process.returncode == -signal.SIGKILL
    sent_before = len(puts(service))
    with command(signed_in, images, out, "--yes") as process:
        told, problem = process.communicate(timeout=300)
    assert process.returncode == 0, problem
    assert "5 of 5 images have masks" in told
    assert len(service.jobs) == 1
    assert len(list(out.glob("*/manifest.json"))) == 5
    assert service.storage.blobs == {}
    if point != "while uploading":
        assert len(puts(service)) == sent_before == 5


def test_a_command_that_is_interrupted_leaves_the_job_and_says_how_to_go_on(
    service, signed_in, images, tmp_path
):
    out = tmp_path / "out"
    service.plan = replace(service.plan, held=True)
    interrupted = []

    def interrupt(_asked):
        if not interrupted and service.jobs and service.jobs[0].asked:
            interrupted.append(True)
            process.send_signal(signal.SIGINT)

    service.before_answer = interrupt
    with command(signed_in, images, out, "--yes") as process:
        _, problem = process.communicate(timeout=300)
    assert process.returncode == 2
    assert "goes on in the cloud" in problem
    assert "Traceback" not in problem
    assert service.jobs[0].status == "Running"
    with command(signed_in, images, out, "--cancel") as process:
        told, problem = process.communicate(timeout=300)
    assert process.returncode == 0, problem
    assert "Nothing of this batch is left" in told
    assert service.jobs[0].status == "Canceled"
    assert service.storage.blobs == {}


def test_nothing_is_sent_before_the_user_has_seen_it_and_agreed(
    service, signed_in, images, tmp_path
):
    with command(signed_in, images, tmp_path / "out") as process:
        told, problem = process.communicate("no\n", timeout=300)
    assert process.returncode == 2
    assert "Nothing was sent" in problem
    for word in (service.url, "azureml-blobstore", "5 pictures", "liver & tumor"):
        assert word in told
    assert service.storage.puts == []
    with command(signed_in, images, tmp_path / "out") as process:
        told, problem = process.communicate("y\n", timeout=300)
    assert process.returncode == 0, problem


def test_no_secret_and_no_name_is_where_it_should_not_be(service, signed_in, images, tmp_path):
    out = tmp_path / "out"
    with command(signed_in, images, out, "--yes", "--keep") as process:
        told, problem = process.communicate(timeout=300)
    assert process.returncode == 0, problem
    key = service.secret["key"]
    written = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    for secret in (key, base64.b64decode(key).decode(), SECRET, *service.tokens):
        assert secret not in told + problem
        assert secret.encode() not in written
    sent = [asked for asked in service.asked if asked.method in {"PUT", "POST"}]
    for asked in sent:
        assert b"Invented" not in asked.body
        assert "Invented" not in asked.path


def test_a_run_that_was_done_is_not_done_again(bench):
    bench.go()
    before = results(bench.job.path)
    asked = len(bench.service.asked)
    assert bench.go() == []
    assert len(bench.service.asked) == asked
    assert results(bench.job.path) == before


def test_predictions_that_were_thrown_away_are_missed_only_when_they_are_needed(bench):
    bench.go()
    bench.job.predictions.unlink()
    assert bench.go() == []
    with pytest.raises(ExportError, match="could not be read"):
        bench.go(threshold=200)


def test_another_threshold_needs_no_new_job(bench):
    bench.go()
    before = results(bench.job.path)
    bench.go(threshold=200)
    assert len(bench.service.jobs) == 1
    assert results(bench.job.path) != before


def test_files_that_are_there_already_are_not_sent_again(bench):
    batch = bench.batch()
    for item in batch.items[:3]:
        data = (bench.job.inputs / item.file).read_bytes()
        bench.service.storage.put(f"{batch.inputs}/{item.file}", data)
    bench.service.storage.put(f"{batch.inputs}/{batch.items[3].file}", b"half of it")
    assert bench.go() == []
    assert sorted(bench.service.storage.puts) == [
        f"{batch.inputs}/{item.file}" for item in batch.items[3:]
    ]


def test_a_download_goes_on_where_it_broke_off(bench):
    bench.go(keep=True)
    whole = bench.job.predictions.read_bytes()
    name = bench.batch().blob
    bench.job.predictions.unlink()
    part = bench.job.path / "predictions.csv.part"
    part.write_bytes(whole[:1_000_000])
    bench.job.save(replace(bench.batch(), step=Step.FINISHED))
    bench.go(keep=True)
    assert bench.job.predictions.read_bytes() == whole
    ranges = [asked.headers["x-ms-range"] for asked in bench.service.asked if name in asked.path]
    assert ranges[-1].startswith("bytes=1000000-")


def test_a_download_of_another_version_starts_anew(bench):
    bench.go(keep=True)
    whole = bench.job.predictions.read_bytes()
    bench.job.predictions.unlink()
    (bench.job.path / "predictions.csv.part").write_bytes(b"of another version")
    bench.job.save(replace(bench.batch(), step=Step.FINISHED, etag="0x9"))
    bench.go(keep=True)
    assert bench.job.predictions.read_bytes() == whole


@pytest.mark.parametrize("keeps_names", [True, False])
def test_a_start_whose_answer_was_lost_is_found_and_not_repeated(bench, keeps_names):
    bench.service.plan = replace(bench.service.plan, lost_answers=1, keeps_names=keeps_names)
    assert bench.go() == []
    assert len(bench.service.jobs) == 1


def test_a_start_that_came_to_nothing_is_repeated_by_the_next_run(bench):
    batch = bench.batch()
    run = bench.run()
    uploaded = run._upload(batch)
    # The order was noted, and the command was killed before it went out.
    bench.job.save(replace(uploaded, step=Step.ASKED, request_id="the-same-id"))
    run.cloud.close()
    assert bench.go() == []
    assert [job.request_id for job in bench.service.jobs] == ["the-same-id"]


def test_a_refused_start_says_why_and_may_be_tried_again(bench):
    bench.service.plan = replace(bench.service.plan, refuses=1)
    with pytest.raises(ArmRefused, match="no quota left"):
        bench.go()
    assert bench.batch().step is Step.UPLOADED
    assert bench.go() == []
    assert len(bench.service.jobs) == 1


def test_a_job_that_fails_says_why_and_where_and_is_started_again_only_on_request(bench):
    bench.service.plan = replace(bench.service.plan, fails="The node has no GPU.")
    for _ in range(2):
        with pytest.raises(ModelFailed, match="The node has no GPU") as told:
            bench.go()
        assert "https://ml.azure.com/runs/mip-" in told.value.next_step
    assert len(bench.service.jobs) == 1
    bench.service.plan = replace(bench.service.plan, fails="")
    bench.job.save(bench.batch().anew())
    assert bench.go() == []
    assert len(bench.service.jobs) == 2
    assert len(bench.service.storage.puts) == 5, "the inputs are not sent twice"


def test_a_token_that_is_refused_at_the_start_is_renewed_once(bench):
    bench.service.expired = {"token-1-for-https://ml.azure.com/.default"}
    assert bench.go() == []
    assert bench.source.number == 0  # closed
    assert any(token.startswith("token-2-for-https://ml") for token in bench.service.tokens)


def test_a_network_that_comes_and_goes_does_not_end_the_following(bench):
    bench.service.plan = replace(bench.service.plan, polls=3)
    run = bench.run()
    read, lost = run.cloud.read, []

    def sometimes(batch):
        if len(lost) < 4:
            lost.append(True)
            raise ServiceFault("The network is away.", "Wait.")
        return read(batch)

    run.cloud.read = sometimes
    assert run.finish(bench.batch()) == []
    run.cloud.close()
    assert any("network is away" in text for text in bench.said)


def test_a_folder_holds_one_batch_and_one_command_at_a_time(bench, signed_in, tmp_path):
    bench.batch()
    with command(signed_in, bench.images, bench.job.path) as process:
        _, problem = process.communicate(timeout=300)
    assert process.returncode == 2
    assert "holds another batch" in problem
    from core.batch.lock import only_one

    with only_one(tmp_path), pytest.raises(InputError, match="Another command"), only_one(tmp_path):
        pass


def test_a_job_file_that_is_damaged_or_of_another_version_is_refused(bench):
    bench.batch()
    for content in (b"{", b"[]", b'{"version": 99}', b'{"version": 1, "items": 3}'):
        (bench.job.path / "job.json").write_bytes(content)
        with pytest.raises(InputError, match="cannot be read"):
            JobFolder(bench.job.path).load()


def test_what_was_decoded_before_a_kill_is_not_decoded_again(bench):
    bench.go(keep=True)
    batch = bench.batch()
    folders = [bench.job.path / folder_name(batch, item) for item in batch.items]
    marks = [folder / "overlay.png" for folder in folders]
    marks[0].write_bytes(b"marked")
    (folders[1] / "manifest.json").unlink()
    marks[1].write_bytes(b"marked")
    bench.job.save(replace(batch, step=Step.FETCHED))
    bench.go()
    assert marks[0].read_bytes() == b"marked"
    assert marks[1].read_bytes() != b"marked"


def test_without_the_right_to_the_blobs_the_sentence_names_the_role(bench):
    bench.service.secret = {"secretsType": "Sas", "sasToken": "sig=wrong"}
    with pytest.raises(SignInRefused, match="refuses access") as told:
        bench.go()
    assert "Storage Blob Data Contributor" in told.value.next_step


def test_a_sas_token_of_the_workspace_opens_the_container_too(bench):
    bench.service.secret = {"secretsType": "Sas", "sasToken": "?sv=2024&sig=invented"}
    assert bench.go() == []
