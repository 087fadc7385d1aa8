"""A stand-in of a workspace with a batch endpoint: management, front door, jobs, and its blobs.

``with BatchService() as service`` on loopback, and ``MIP_ARM_URL=service.url`` and
``MIP_BATCH_ENDPOINT=service.endpoint``. A job really runs: it reads its input files, computes
masks, and writes ``predictions.csv`` in the shape that Microsoft Learn describes, the records in an
order of their own.
"""

from __future__ import annotations

import csv
import io
import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tests.standin.behaviour import Reply
from tests.standin.blob_service import ACCOUNT, ACCOUNT_KEY, CONTAINER, BlobService
from tests.standin.contract import read_rows
from tests.standin.model import response_body
from tests.standin.rest_server import Answered, RestServer

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from tests.standin.rest_server import Asked

WORKSPACE = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-invented"
    "/providers/Microsoft.MachineLearningServices/workspaces/ws-invented"
)
ENDPOINT = f"{WORKSPACE}/batchEndpoints/mip-batch"
STORE = "workspaceblobstore"
STUDIO = "https://ml.azure.com/runs/"


@dataclass(frozen=True)
class Plan:
    """How jobs go.

    Attributes:
        polls: How often a job is asked for before it has ended.
        held: It never ends until that is changed.
        fails: It ends as failed, with this message.
        keeps_names: Whether a job gets the name that was asked for.
        lost_answers: How many starts are answered with an error although the job was made.
        refuses: How many starts are refused with 429 quota, and no job is made.
        file_names: Whether records name their input file.
        rows: Row numbers counted in each file, on through all files, or none at all.
        repeated: Whether every record comes twice, as after a retry.
        lost_files: How many input files have no records.
        foreign: Whether a record names a file that was never sent.
        header: Whether the first line names the columns.
        delimiter: Between cells.
        cut: Whether the file ends in the middle of its last record.
        elsewhere: Whether the predictions go to a place of the service's own choice.
        masks: How the masks are written.
    """

    polls: int = 1
    held: bool = False
    fails: str = ""
    keeps_names: bool = True
    lost_answers: int = 0
    refuses: int = 0
    file_names: bool = True
    rows: Literal["per file", "running", "none"] = "per file"
    repeated: bool = False
    lost_files: int = 0
    foreign: bool = False
    header: bool = False
    delimiter: str = ","
    cut: bool = False
    elsewhere: bool = False
    masks: Reply = Reply()  # noqa: RUF009 - frozen


@dataclass
class Job:
    """A job that was started."""

    name: str
    order: dict[str, Any]
    request_id: str
    status: str = "NotStarted"
    asked: int = 0


class BatchService(RestServer):
    """A workspace with one batch endpoint.

    Attributes:
        plan: How jobs go from now on.
        jobs: Every job that was made, in order.
        storage: Its container.
        before_answer: Called with every request before it is answered, after its effect.
        tokens: Every token that was shown to it.
        expired: Tokens that are answered with 401.
    """

    endpoint = ENDPOINT

    def __init__(self, plan: Plan | None = None, *, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(self._answer, tls=tls)
        self.plan = plan or Plan()
        self.jobs: list[Job] = []
        self.storage = BlobService()
        self.secret: dict[str, str] = {"secretsType": "AccountKey", "key": ACCOUNT_KEY}
        self.credentials = "AccountKey"
        self.default_deployment = "mip-dpl"
        self.before_answer: Callable[[Asked], None] = lambda _asked: None
        self.tokens: list[str] = []
        self.expired: set[str] = set()
        self._starts = 0

    @property
    def environment(self) -> dict[str, str]:
        """What a client has to be told."""
        return {"MIP_ARM_URL": self.url, "MIP_BATCH_ENDPOINT": ENDPOINT}

    def _answer(self, asked: Asked) -> Answered:
        answered = self._route(asked)
        self.before_answer(asked)
        return answered

    def _route(self, asked: Asked) -> Answered:
        if asked.path.startswith(f"/{ACCOUNT}/"):
            return self.storage.answer(asked)
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        self.tokens.append(token)
        if not token or token in self.expired:
            return _error(401, "ExpiredAuthenticationToken", "The access token has expired.")
        if asked.path == "/jobs":
            return self._start(asked)
        assert asked.query.get("api-version"), asked.path
        rest = asked.path.removeprefix(WORKSPACE)
        if rest == "/batchEndpoints/mip-batch":
            defaults = {"deploymentName": self.default_deployment}
            scoring = {"scoringUri": f"{self.url}/jobs", "defaults": defaults}
            return Answered(body={"id": ENDPOINT, "name": "mip-batch", "properties": scoring})
        if rest == "/datastores":
            return Answered(body={"value": [self._datastore()]})
        if rest == f"/datastores/{STORE}/listSecrets" and asked.method == "POST":
            return Answered(body=self.secret)
        if rest == "/jobs":
            return Answered(body={"value": [self._shown(job) for job in reversed(self.jobs)]})
        return self._job(asked, rest.removeprefix("/jobs/"))

    def _datastore(self) -> dict[str, Any]:
        return {
            "name": STORE,
            "properties": {
                "datastoreType": "AzureBlob",
                "isDefault": True,
                "accountName": ACCOUNT,
                "containerName": CONTAINER,
                "endpoint": self.url.partition("://")[2],
                "protocol": self.url.partition("://")[0],
                "credentials": {"credentialsType": self.credentials},
            },
        }

    def _start(self, asked: Asked) -> Answered:
        self._starts += 1
        if self._starts <= self.plan.refuses:
            return _error(400, "QuotaExceeded", "The cluster mip-batch-cluster has no quota left.")
        order = asked.json["properties"]
        name = order["name"] if self.plan.keeps_names else f"batchjob-{len(self.jobs) + 1}"
        if any(job.name == name for job in self.jobs):
            return _error(409, "Conflict", "A job of this name exists.")
        job = Job(name, order, asked.headers["repeatability_request-id"])
        self.jobs.append(job)
        if len(self.jobs) <= self.plan.lost_answers:
            return _error(504, "GatewayTimeout", "upstream request timeout")
        return Answered(202, self._shown(job))

    def _job(self, asked: Asked, name: str) -> Answered:
        name, _, action = name.partition("/")
        job = next((job for job in self.jobs if job.name == name), None)
        if job is None:
            return _error(404, "NotFound", "There is no such job.")
        if action == "cancel":
            job.status = "Canceled"
            return Answered(202)
        self._advance(job)
        return Answered(body=self._shown(job))

    def _advance(self, job: Job) -> None:
        if job.status in {"Completed", "Failed", "Canceled"}:
            return
        job.asked += 1
        job.status = "Running"
        if self.plan.held or job.asked < self.plan.polls:
            return
        if self.plan.fails:
            job.status = "Failed"
            return
        self.storage.put(self._place(job), self._predictions(job))
        job.status = "Completed"

    def _shown(self, job: Job) -> dict[str, Any]:
        uri = job.order["OutputData"]["score"]["Uri"]
        if self.plan.elsewhere:
            uri = f"azureml://datastores/{STORE}/paths/azureml/{job.name}/score/"
        properties: dict[str, Any] = {
            "jobType": "Pipeline",
            "status": job.status,
            "services": {"Studio": {"endpoint": f"{STUDIO}{job.name}"}},
            "inputs": {"images": {"uri": job.order["InputData"]["images"]["Uri"]}},
            "outputs": {"score": {"jobOutputType": "uri_file", "uri": uri}},
        }
        if job.status == "Failed":
            properties["error"] = {"code": "UserError", "message": self.plan.fails}
        return {"id": f"{WORKSPACE}/jobs/{job.name}", "name": job.name, "properties": properties}

    def _place(self, job: Job) -> str:
        if self.plan.elsewhere:
            return f"azureml/{job.name}/score/predictions.csv"
        return f"{_path(job.order['OutputData']['score'])}/predictions.csv"

    def _predictions(self, job: Job) -> bytes:
        folder = _path(job.order["InputData"]["images"])
        names = sorted(name for name in self.storage.blobs if name.startswith(f"{folder}/"))
        assert names, "the job has no input"
        records: list[list[str]] = []
        running = 0
        for name in names[: len(names) - self.plan.lost_files]:
            for row, cells in enumerate(self._scored(self.storage.blobs[name].data)):
                number = {"per file": row, "running": running, "none": None}[self.plan.rows]
                running += 1
                front = [] if number is None else [str(number)]
                back = [name.rpartition("/")[2]] if self.plan.file_names else []
                records.append([*front, *cells, *back])
        if self.plan.foreign:
            records[0][-1] = "batch_input_999.csv"
        records = records * (2 if self.plan.repeated else 1)
        random.Random(6).shuffle(records)
        if self.plan.header:
            records.insert(0, ["row", "image_features", "text_features", "file"])
        text = io.StringIO()
        csv.writer(text, delimiter=self.plan.delimiter, lineterminator="\n").writerows(records)
        return text.getvalue().encode()[: -1000 if self.plan.cut else None]

    def _scored(self, data: bytes) -> list[list[str]]:
        """What the model's driver makes of one input file: features as text, labels as repr."""
        before = csv.field_size_limit(2**28)
        table = list(csv.DictReader(io.StringIO(data.decode())))
        csv.field_size_limit(before)
        rows = [[row["image"], row["text"]] for row in table]
        body = {"input_data": {"columns": ["image", "text"], "data": rows}}
        answers = json.loads(
            response_body(read_rows("application/json", json.dumps(body).encode()), self.plan.masks)
        )
        return [[one["image_features"], repr(one["text_features"])] for one in answers]


def _path(data: dict[str, str]) -> str:
    """The path in the container of an input or output."""
    before, _, path = data["Uri"].partition("/paths/")
    assert before == f"{WORKSPACE}/datastores/{STORE}", data
    return path


def _error(status: int, code: str, message: str) -> Answered:
    return Answered(status, {"error": {"code": code, "message": message}})
