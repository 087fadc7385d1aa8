"""The connection doctor on the page: one button, findings as they come, a report to copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from components.connection import arm_client
from components.language import t, told
from components.notices import plain, show_error
from components.own_machine import own_machine
from core.doctor import Checkup, Examination, Finding, report_of
from core.doctor.finding import from_error
from core.errors import WorkbenchError
from core.jobs import Job, Task
from core.signin import PERSONAL_WAYS

if TYPE_CHECKING:
    from components.state import Session
    from core.jobs import Progress
    from core.settings import AzureSettings
    from core.signin import TokenSource

_KEY = "doctor"
_POLL_S = 0.4
# Long enough for an endpoint that answers at once: its findings then come with the same rerun.
_PATIENCE_S = 1.0

# Colour, icon and word: each tells the state without the others.
_ICONS = {
    "ok": ":green[:material/check_circle:]",
    "failed": ":red[:material/cancel:]",
    "warning": ":orange[:material/warning:]",
    "skipped": ":gray[:material/remove:]",
    "unknown": ":gray[:material/help:]",
}
_WORDS = {
    "failed": "Failed.",
    "warning": "Note.",
    "skipped": "Skipped.",
    "unknown": "Not known.",
}
_STANDS_OUT = ("failed", "warning")
_ASIDE = ("skipped", "unknown")


@dataclass(frozen=True, eq=False)
class _Visit:
    """One examination of this session.

    Attributes:
        settings: What was examined.
        job: Takes the steps, beside the page.
        at: When it was started.
        names: Whether the account that is signed in is this visitor's own, and may be named.
    """

    settings: AzureSettings | WorkbenchError | None
    job: Job[Finding]
    at: datetime
    names: bool


def show_doctor_panel(
    state: Session,
    settings: AzureSettings | WorkbenchError | None,
    source: TokenSource | None,
) -> None:
    """Show the button, and what the last examination of this session has found.

    Args:
        state: Of this session.
        settings: The endpoint; None when nothing is set, or why the settings cannot be used.
        source: Who is signed in; None with a key.
    """
    st.subheader(t("Check"))
    visit: _Visit | None = st.session_state.get(_KEY)
    at_work = visit is not None and visit.job.progress.running
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.button(
            t("Check the connection"),
            key="doctor_start",
            icon=":material/stethoscope:",
            disabled=at_work,
        )
        trial = st.checkbox(
            t("Send a drawn test picture (two calls)"),
            key="doctor_trial",
            persist_state="session",
            disabled=at_work,
            help=t(
                "A chest that this program draws, nobody's, with the phrases left lung and right "
                "lung. The first call may have to wake the model; the second shows what every "
                "other call takes."
            ),
        )
    if asked:
        visit = _start(state, settings, source, trial=trial)
    if visit is None:
        st.caption(t("Looks at every part of the way to the endpoint, and says what to mend."))
    elif visit.job.progress.running:
        _show_progress(visit)
    else:
        _show_result(visit, settings)


def _start(
    state: Session,
    settings: AzureSettings | WorkbenchError | None,
    source: TokenSource | None,
    *,
    trial: bool,
) -> _Visit | None:
    """Start an examination, and wait a moment for it."""
    try:
        # With a key alone nobody is signed in to ask Azure about the endpoint.
        arm = arm_client(state) if source is not None else None
    except WorkbenchError as error:
        show_error(error)
        return None
    examination = Examination(Checkup(settings, source, arm, trial=trial))
    tasks = [Task(step.name, partial(examination.look, step)) for step in examination.steps]
    own = own_machine() or (source is not None and source.way in PERSONAL_WAYS)
    visit = _Visit(settings, Job(tasks), datetime.now(UTC), own)
    st.session_state[_KEY] = visit
    if not visit.job.wait(_PATIENCE_S):
        st.rerun()  # so that the button and the box are drawn as they are while it works
    return visit


@st.fragment(run_every=_POLL_S)
def _show_progress(visit: _Visit) -> None:
    """What is found so far; reruns the page when the examination has ended."""
    progress = visit.job.progress
    if not progress.running:
        st.rerun()
    findings = _findings(progress)
    text = t("Looking at: {step}", step=told(progress.current).lower())
    st.progress(len(findings) / max(1, progress.total), text=text)
    if st.button(t("Cancel"), key="doctor_cancel", icon=":material/close:"):
        visit.job.cancel()
    _show_findings(findings, names=visit.names)


def _show_result(visit: _Visit, settings: AzureSettings | WorkbenchError | None) -> None:
    progress = visit.job.progress
    findings = _findings(progress)
    st.markdown(f"**{_summary(progress, findings)}**")
    if not _same(visit.settings, settings):
        changed = t("The settings have changed since. Check again.")
        st.caption(f":material/info: {changed}")
    _show_findings(findings, names=visit.names)
    report = report_of(findings, at=visit.at)
    with st.expander(t("Report for IT"), icon=":material/description:"):
        st.caption(t("Holds no key, token, password or account name. Read it before you send it."))
        st.code(report, language=None, wrap_lines=True, height=300)
        st.download_button(
            t("Download"),
            report,
            "connection-report.md",
            "text/markdown",
            key="doctor_download",
            on_click="ignore",
            icon=":material/download:",
        )


def _show_findings(findings: list[Finding], *, names: bool) -> None:
    with st.container(gap="xsmall"):
        for finding in findings:
            if finding.state in _STANDS_OUT:
                with st.container(border=True, gap="xsmall"):
                    _show_finding(finding, names=names)
            else:
                _show_finding(finding, names=names)


def _show_finding(finding: Finding, *, names: bool) -> None:
    icon = _ICONS[finding.state]
    aside = finding.state in _ASIDE
    what = plain(told(finding.what))
    if finding.state in _WORDS:
        what = f"{t(_WORDS[finding.state])} {what}"
    st.markdown(f"{icon} **{told(finding.step)}** &nbsp; " + (f":gray[{what}]" if aside else what))
    if finding.next_step:
        show = st.caption if aside else st.markdown
        show(f":material/subdirectory_arrow_right: {plain(told(finding.next_step))}")
    for fact in finding.facts:
        if fact.personal and names:  # for this person's eyes; the report leaves it out
            st.caption(f"{told(fact.label)}: {plain(fact.value)}")


def _summary(progress: Progress[Finding], findings: list[Finding]) -> str:
    if progress.cancelled:
        return t(
            "Stopped after {count} of {total} steps.", count=len(findings), total=progress.total
        )
    failed = [told(finding.step) for finding in findings if finding.state == "failed"]
    if failed:
        return t("Not in order: {steps}.", steps=", ".join(failed))
    noted = [told(finding.step) for finding in findings if finding.state == "warning"]
    if noted:
        return t("In order, with a note on: {steps}.", steps=", ".join(noted))
    return t("All is in order.")


def _findings(progress: Progress[Finding]) -> list[Finding]:
    """What the finished steps have found."""
    found = []
    for outcome in progress.outcomes:
        if outcome.result is not None:
            found.append(outcome.result)
        elif outcome.error is not None:
            found.append(from_error(outcome.label, outcome.error))
    return found


def _same(
    one: AzureSettings | WorkbenchError | None, other: AzureSettings | WorkbenchError | None
) -> bool:
    """Whether two settings are the same; errors are when they say the same."""
    if isinstance(one, WorkbenchError) and isinstance(other, WorkbenchError):
        return str(one) == str(other)
    return one == other
