"""``python -m core doctor``, as it is typed."""

from __future__ import annotations

import argparse

import pytest

from core.commands import doctor
from core.errors import ExportError, WorkbenchError
from tests.core.doctor.cases import Source
from tests.standin import KEY

_NAMES = ("MIP_ENDPOINT", "MIP_MODEL_ENDPOINT", "MIP_RESOURCE_ID", "MIP_API_KEY", "MIP_SIGN_IN")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch, tmp_path):
    for name in (*_NAMES, "MIP_DEPLOY_NAME", "MIP_CONCURRENCY", "MIP_ALLOWED_HOSTS", "MIP_ARM_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)  # away from any secrets.toml


def typed(*words):
    parser = argparse.ArgumentParser()
    doctor.add_arguments(parser)
    doctor.run(parser.parse_args(words))


def test_a_sound_endpoint_ends_without_an_error(endpoint, monkeypatch, capsys):
    monkeypatch.setenv("MIP_ENDPOINT", endpoint.url)
    monkeypatch.setenv("MIP_API_KEY", KEY)
    typed()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ok       Settings: ")
    assert any(line.startswith("skipped  Role: ") for line in lines)
    assert any(line.startswith("ok       Trial: The model answers") for line in lines)


def test_no_trial_sends_no_picture(endpoint, monkeypatch, capsys):
    monkeypatch.setenv("MIP_ENDPOINT", endpoint.url)
    monkeypatch.setenv("MIP_API_KEY", KEY)
    typed("--no-trial")
    assert {one.method for one in endpoint.received} == {"GET"}
    assert "skipped  Trial: No picture was sent, as asked." in capsys.readouterr().out


def test_a_failing_step_stands_out_with_its_remedy_below(endpoint, monkeypatch, capsys):
    monkeypatch.setenv("MIP_ENDPOINT", endpoint.url)
    monkeypatch.setenv("MIP_API_KEY", "another-key")
    with pytest.raises(WorkbenchError, match=r"1 of 14 checks failed\. Do what stands under"):
        typed()
    lines = capsys.readouterr().out.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("FAILED   Answer: "))
    assert lines[at + 1].startswith("         Copy the primary key again")
    assert "another-key" not in "\n".join(lines)


def test_without_an_endpoint_it_says_what_to_set(capsys):
    with pytest.raises(WorkbenchError, match="1 of 14"):
        typed()
    assert "FAILED   Settings: No MedImageParse endpoint is set." in capsys.readouterr().out


def test_settings_that_make_no_sense_are_a_finding_not_an_end(monkeypatch, capsys):
    monkeypatch.setenv("MIP_ENDPOINT", "https://evil.invalid/score")
    monkeypatch.setenv("MIP_ALLOWED_HOSTS", "not a host")
    with pytest.raises(WorkbenchError):
        typed()
    out = capsys.readouterr().out
    assert "FAILED   Settings: MIP_ALLOWED_HOSTS holds" in out
    assert "ok       Versions: " in out


def test_a_sign_in_that_lacks_something_is_a_finding(endpoint, monkeypatch, capsys):
    monkeypatch.setenv("MIP_ENDPOINT", endpoint.url)
    monkeypatch.setenv("MIP_SIGN_IN", "workspace")
    with pytest.raises(WorkbenchError):
        typed()
    out = capsys.readouterr().out
    assert "FAILED   Sign-in: The sign-in 'workspace' needs the resource id" in out
    assert "ok       Connection: " in out


def test_a_report_is_written_also_when_something_failed(tmp_path, capsys):
    with pytest.raises(WorkbenchError, match="1 of 14"):
        typed("--report", str(tmp_path / "report.md"))
    report = (tmp_path / "report.md").read_text()
    assert report.startswith("# Connection report of MedImageParse Workbench")
    assert "FAILED" in report
    assert capsys.readouterr().out


def test_a_report_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(ExportError):
        typed("--backend", "demo", "--report", str(tmp_path / ("x" * 300)))


def test_the_demo_engine_needs_no_network(capsys):
    typed("--backend", "demo")
    out = capsys.readouterr().out
    assert "ok       Engine: The demo engine works on this computer; nothing is sent" in out
    assert "ok       Trial: The demo engine answers" in out


def test_names_are_printed_only_when_asked(endpoint, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "source_from", lambda _env: Source())
    monkeypatch.setenv("MIP_ENDPOINT", endpoint.url)
    monkeypatch.setenv("MIP_SIGN_IN", "cli")
    for words, shown in (((), False), (("--with-names",), True)):
        with pytest.raises(WorkbenchError):  # the endpoint does not know the token
            typed("--no-trial", *words)
        assert ("reader@invented.example" in capsys.readouterr().out) is shown
