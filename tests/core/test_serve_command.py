"""The command ``serve``, run as an operator runs it, with clients of this project."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image

from core.__main__ import main
from core.backends import get_backend
from core.imaging import open_upload
from core.samples import samples
from core.segmentation import prepare
from core.serve import cluster
from core.serve.cluster import ClusterOptions, ServiceOptions
from core.settings import LocalSettings
from core.wire import decode_response, encode_request
from tests.core.serve.served import JSON, ask, wait_until
from tests.standin import KEY
from tests.standin.certificates import self_signed

ROOT = Path(__file__).resolve().parents[2]


def environment(**more):
    """Settings of the test only, and no proxy for this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MIP_")}
    return kept | more


def command(*arguments):
    return [sys.executable, "-W", "error", "-m", "core", *map(str, arguments)]


def run(*arguments, **env):
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=environment(**env),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class Server:
    """The command under way."""

    def __init__(self, process, log):
        self.process = process
        self._log = log
        self.line = process.stdout.readline().strip()
        self.url = self.line.rpartition(" ")[2]

    def end(self, number=signal.SIGTERM):
        """Ask it to end, and wait; returns its exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)

    @property
    def log(self):
        """Standard error so far."""
        return self._log.read_text()

    @property
    def lines(self):
        """What it logged about requests."""
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]


@contextmanager
def serving(folder, *arguments, **env):
    log = folder / "log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command("serve", "--port", 0, *arguments),
            cwd=ROOT,
            env=environment(**env),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            yield Server(process, log)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def chest(tmp_path_factory):
    sample = next(sample for sample in samples() if sample.id == "chest")
    path = tmp_path_factory.mktemp("chest") / "Invented^Name.png"
    path.write_bytes(sample.load()[0])
    return path


@pytest.fixture(scope="module")
def request_body(chest):
    """A request that keeps the demo engine busy for seconds."""
    asked = prepare(open_upload(chest.read_bytes(), chest.name).frame(), "lung & heart")
    return encode_request([asked.picture] * 8, [asked.phrases] * 8)


def test_a_lab_s_server_and_its_clients_on_the_command_line(tmp_path, chest):
    with serving(tmp_path, "--backend", "demo", MIP_SERVE_TOKEN=KEY) as server:
        assert "not MedImageParse answers at http://127.0.0.1:" in server.line
        settings = {"MIP_ENDPOINT": server.url, "MIP_API_KEY": KEY}
        over_the_wire, here = tmp_path / "wire", tmp_path / "here"
        for out, backend, env in ((over_the_wire, "azure", settings), (here, "demo", {})):
            done = run("segment", chest, "lung", "--backend", backend, "--out", out, **env)
            assert (done.returncode, done.stderr) == (0, "")
        masks = [np.asarray(Image.open(out / "mask_lung.png")) for out in (over_the_wire, here)]
        assert masks[0].any()
        np.testing.assert_array_equal(*masks)
        examined = run("doctor", **settings)
        assert examined.returncode == 0, examined.stdout
        assert server.end() == 0
    assert {line["status"] for line in server.lines if line["rows"]} == {200}
    for secret in (KEY, "lung", "Invented"):
        assert secret not in server.log


def test_what_is_under_way_and_what_waits_is_answered_before_the_end_and_nobody_new_is_let_in(
    tmp_path, request_body
):
    answers = []
    with serving(tmp_path, "--backend", "demo", MIP_SERVE_TOKEN=KEY) as server:
        health = server.url.replace("/score", "/health")
        asking = [
            threading.Thread(target=lambda: answers.append(ask(server.url, "POST", request_body)))
            for _ in range(2)
        ]
        for client in asking:
            client.start()
        assert wait_until(lambda: ask(health).json()["under_way"] == 2)
        server.process.send_signal(signal.SIGTERM)
        assert wait_until(lambda: refuses_connections(server.url))
        assert len(answers) < 2
        for client in asking:
            client.join()
        assert server.process.wait(20) == 0
    for answer in answers:
        replies = decode_response(answer.content, [("lung", "heart")] * 8)
        assert all(reply.probabilities.any() for reply in replies)
    assert len(answers) == 2
    assert "Traceback" not in server.log


def test_ctrl_c_ends_it_as_well(tmp_path):
    with serving(tmp_path, "--backend", "demo") as server:
        assert server.end(signal.SIGINT) == 0
    assert server.log == ""


def test_a_port_in_use_is_told_in_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("serve", "--backend", "demo", "--port", port)
    assert done.returncode == 2
    says = f"Port {port} of 127.0.0.1 cannot be used: Address already in use. Choose another with"
    assert done.stderr.startswith(says)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["--host", "0.0.0.0"],
            "Other computers reach 0.0.0.0, and no token is set. Set MIP_SERVE",
        ),
        (["--host", "::"], "no token is set"),
        (["--host", ""], "Other computers reach every address"),
        (["--host", "192.0.2.1"], "no token is set"),
        (["--port", "70000"], "The port is 70000."),
        (["--max-waiting", "-1"], "requests that may wait is -1"),
        (["--key", "server.key"], "There is a key, but no certificate."),
        (["--certificate", "missing.pem"], "cannot be used: No such file or directory."),
        (["--certificate", "README.md"], "Certificate and key cannot be used"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_starts(arguments, says):
    done = run("serve", "--backend", "demo", *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_token_that_no_client_could_send_is_refused_and_not_quoted():
    done = run("serve", "--backend", "demo", MIP_SERVE_TOKEN="two words")
    assert done.returncode == 2
    assert "holds a blank" in done.stderr
    assert "two words" not in done.stderr


def test_without_weights_the_local_model_is_not_served(tmp_path):
    done = run("serve", "--backend", "local", "--port", 0, MIP_DATA_FOLDER=str(tmp_path))
    assert done.returncode == 2
    assert "python -m core weights" in done.stderr
    assert done.stdout == ""


def test_a_network_on_this_machine_is_served_bit_for_bit(tmp_path, chest):
    from tests.core.backends.local.tiny import write_tiny_checkpoint  # needs torch

    weights = str(write_tiny_checkpoint(tmp_path / "tiny.pt"))
    asked = prepare(open_upload(chest.read_bytes(), chest.name).frame(), "lung & heart")
    settings = LocalSettings(weights=Path(weights), device="cpu")
    (here,) = get_backend("local", settings).segment([asked])
    with serving(tmp_path, "--backend", "local", MIP_LOCAL_WEIGHTS=weights) as server:
        assert "BiomedParse v1, local" in server.line
        answer = ask(server.url, "POST", encode_request([asked.picture], [asked.phrases]))
        assert server.end() == 0
    (served,) = decode_response(answer.content, [asked.phrases])
    np.testing.assert_array_equal(served.probabilities, here.probabilities)
    assert served.categories == here.categories
    assert answer.headers["azureml-model-deployment"] == "local"


def test_with_a_certificate_it_speaks_https_only(tmp_path, request_body):
    file = self_signed(tmp_path).file
    options = ("--backend", "demo", "--host", "0.0.0.0", "--certificate", file)
    with serving(tmp_path, *options, MIP_SERVE_TOKEN=KEY) as server:
        url = server.url.replace("0.0.0.0", "127.0.0.1")
        assert url.startswith("https://")
        answer = ask(url, "POST", b"{}", verify=str(file))
        assert answer.status_code == 424
        assert failure_of(url) is requests.exceptions.SSLError
        assert failure_of(url.replace("https", "http")) is requests.ConnectionError
        assert server.end() == 0
    assert "unencrypted" not in server.log


def test_beyond_this_machine_without_a_certificate_the_operator_is_warned(tmp_path):
    options = ("--backend", "demo", "--host", "0.0.0.0")
    with serving(tmp_path, *options, MIP_SERVE_TOKEN=KEY) as server:
        assert server.end() == 0
    assert "travel unencrypted" in server.log


def test_no_more_wait_than_may(tmp_path, request_body):
    options = ("--backend", "demo", "--max-waiting", "0")
    with serving(tmp_path, *options, MIP_METRICS_PORT="") as server:
        health = server.url.replace("/score", "/health")
        asking = threading.Thread(target=ask, args=(server.url, "POST", request_body))
        asking.start()
        assert wait_until(lambda: ask(health).json()["under_way"] == 1)
        assert ask(server.url, "POST", request_body).status_code == 429
        asking.join()


def test_requests_are_counted_on_a_port_of_this_machine(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving(tmp_path, "--backend", "demo", MIP_METRICS_PORT=str(port)) as server:
        ask(server.url, "POST", b"{}", JSON)
        text = ask(f"http://127.0.0.1:{port}/metrics", headers={}).text
    assert 'mip_requests_total{host="demo",outcome="ModelFailed"} 1.0' in text


def test_several_replicas_are_asked_of_ray_with_the_same_door(monkeypatch):
    asked = []
    monkeypatch.setattr(cluster, "serve", lambda options, on_ready: asked.append(options))
    monkeypatch.setattr("core.commands.serve.configure_logs", lambda env: None)
    monkeypatch.setenv("MIP_SERVE_TOKEN", KEY)
    arguments = "--backend demo --replicas 2 --max-replicas 4 --max-waiting 9 --port 8123"
    assert main(["serve", *arguments.split(), "--cluster", "10.0.0.5:6379"]) == 0
    assert main(["serve", "--max-replicas", "3"]) == 0
    first, second = asked
    wanted = ServiceOptions("demo", 2, 4, waiting=9, with_token=True)
    assert first == ClusterOptions(wanted, first.listen, "10.0.0.5:6379")
    assert (first.listen.port, first.listen.token.reveal()) == (8123, KEY)
    assert second.service == ServiceOptions("local", 1, 3, with_token=True)
    assert second.address is None


def failure_of(url):
    """The kind only: the exception itself would keep the connection open, and TLS its end."""
    try:
        ask(url, "POST", b"{}")
    except requests.ConnectionError as problem:
        return type(problem)
    return None


def refuses_connections(url):
    host, port = url.split("/")[2].split(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False
