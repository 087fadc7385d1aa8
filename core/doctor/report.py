"""Findings as a text that can be handed on: everything useful to IT, nothing secret, no names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core import about

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.doctor.finding import Fact, Finding

MARKS = {
    "ok": "ok",
    "failed": "FAILED",
    "warning": "warning",
    "skipped": "skipped",
    "unknown": "unknown",
}
"""How a state is written; failures stand out without colour."""


def report_of(
    findings: Iterable[Finding], *, names: bool = False, at: datetime | None = None
) -> str:
    """Write a report, in Markdown that also reads as plain text.

    Args:
        findings: As :func:`core.doctor.examine` gives them: without secrets.
        names: Whether the account that is signed in is named.
        at: When it was examined; None is now.
    """
    moment = at or datetime.now(UTC)
    lines = [
        f"# Connection report of {about.NAME}",
        "",
        f"Written {moment:%Y-%m-%d %H:%M} UTC. It holds no key, token or password.",
        "",
    ]
    for finding in findings:
        lines.append(f"- **{finding.step}**: {MARKS[finding.state]}. {finding.what}")
        if finding.next_step:
            lines.append(f"  - What to do: {finding.next_step}")
        lines += [f"  - {fact.label}: {fact.value}" for fact in shown_facts(finding, names=names)]
    return "\n".join(lines) + "\n"


def shown_facts(finding: Finding, *, names: bool) -> list[Fact]:
    """The facts of a finding, with or without those that name a person or account."""
    return [fact for fact in finding.facts if names or not fact.personal]
