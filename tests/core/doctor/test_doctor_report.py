"""The report: everything useful, nobody's name unless asked."""

from __future__ import annotations

from datetime import UTC, datetime

from core.doctor import Checkup, Fact, Finding, examine, examine_demo, report_of
from tests.core.doctor.cases import TENANT, Source, settings_for

AT = datetime(2026, 11, 25, 14, 3, tzinfo=UTC)


def test_a_report_tells_state_sentence_and_remedy_of_each_step():
    failing = Finding(
        "Name", "failed", "Nobody knows it.", "Check it.", (Fact("Host", "a.invalid"),)
    )
    report = report_of([Finding("Settings", "ok", "All is set."), failing], at=AT)
    assert "Written 2026-11-25 14:03 UTC" in report
    assert "- **Settings**: ok. All is set.\n" in report
    assert "- **Name**: FAILED. Nobody knows it.\n  - What to do: Check it.\n" in report
    assert report.endswith("  - Host: a.invalid\n")


def test_names_are_in_a_report_only_when_asked():
    settings = settings_for("http://127.0.0.1:9", key=None, sign_in="cli")
    findings = list(examine(Checkup(settings, Source(), trial=False)))
    plain, named = report_of(findings), report_of(findings, names=True)
    assert "reader@invented.example" not in plain
    assert TENANT not in plain
    assert "as a person of the tenant beginning with 1234abcd" in plain
    assert "Account: reader@invented.example" in named
    assert TENANT in named


def test_a_report_names_the_versions_that_support_asks_for():
    report = report_of(examine(Checkup(None)))
    for name in (
        "Python",
        "streamlit",
        "requests",
        "urllib3",
        "OpenSSL",
        "azure-identity",
        "System",
    ):
        assert f"  - {name}: " in report


def test_the_demo_engine_is_tried_and_said_to_send_nothing():
    findings = list(examine_demo())
    assert [finding.state for finding in findings] == ["ok", "ok", "ok"]
    assert "nothing is sent" in findings[0].what
    assert "The demo engine answers" in findings[1].what
