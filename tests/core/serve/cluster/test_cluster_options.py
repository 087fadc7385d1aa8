"""What an operator says about a cluster, and what is missing on a machine."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import SettingsError
from core.serve.cluster import ClusterOptions, ServiceOptions, serve
from core.serve.options import ServeOptions

ROOT = Path(__file__).resolve().parents[4]

PARSE = """
import json, sys, yaml
from ray.serve.schema import ServeDeploySchema
parsed = ServeDeploySchema.model_validate(yaml.safe_load(sys.stdin))
application, = parsed.applications
print(json.dumps({"import_path": application.import_path, "args": application.args}))
"""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("backend", "azure"),
        ("replicas", 0),
        ("replicas", 1.5),
        ("replicas", True),
        ("replicas", "2"),
        ("max_replicas", 1),
        ("batch", 0),
        ("batch_wait_s", -1),
        ("waiting", 0),
        ("gpus", -0.5),
        ("answer_s", "long"),
        ("answer_s", float("nan")),
        ("colour", "red"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_in_words(name, value):
    with pytest.raises(SettingsError) as refused:
        ServiceOptions.of({"replicas": 2, name: value})
    assert name in refused.value.what


def test_a_service_holds_at_least_the_replicas_it_always_has():
    assert ServiceOptions(replicas=3).most_replicas == 3
    assert ServiceOptions(replicas=3, max_replicas=5).most_replicas == 5


def test_a_cluster_wants_a_port_that_clients_can_know():
    with pytest.raises(SettingsError, match="no port"):
        ClusterOptions(ServiceOptions(), ServeOptions(port=0))


def test_without_ray_the_command_that_installs_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setattr("os.environ", dict(os.environ))
    with pytest.raises(SettingsError, match=r"pip install -r requirements-cluster\.txt"):
        serve(ClusterOptions(ServiceOptions(backend="demo")), print)


def test_an_address_without_a_cluster_is_noticed_at_once(monkeypatch):
    monkeypatch.setattr("os.environ", dict(os.environ))
    with pytest.raises(SettingsError, match="no Ray cluster"):
        serve(ClusterOptions(ServiceOptions(backend="demo"), address="127.0.0.1:1"), print)


def test_the_configuration_in_the_documentation_is_one_that_ray_serve_takes():
    shown = re.search(r"```yaml\n(.*?)```", (ROOT / "docs/cluster.md").read_text(), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", PARSE], input=shown[1], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["import_path"] == "core.serve.cluster:build"
    options = ServiceOptions.of(told["args"])
    assert set(told["args"]) == set(vars(options)) - {"with_token"}
