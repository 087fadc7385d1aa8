"""Checking a plan with Azure, agreeing to it, and watching it being deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.notices import plain, show_error
from core.deploy.cost import BILLING
from core.deploy.review import settings_of

if TYPE_CHECKING:
    from components.deploy_desk import Desk
    from core.deploy.dry_run import Change
    from core.deploy.following import Standing
    from core.deploy.plan import DeployPlan
    from core.deploy.review import Review

_POLL_S = 1.0
# Colour, icon and word: each tells the state without the others.
_LOOKS = {
    "succeeded": ":green[:material/check_circle:]",
    "failed": ":red[:material/cancel:]",
    "canceled": ":gray[:material/cancel:]",
}


def show_check(desk: Desk, plan: DeployPlan | None) -> None:
    """Show the dry run and, after it, the button that deploys."""
    st.subheader("4. Check")
    st.caption("Azure says exactly what would be created. Nothing is created by the check.")
    if st.button(
        "Check with Azure",
        key="deploy_check",
        icon=":material/fact_check:",
        disabled=plan is None or desk.busy,
    ):
        if plan is not None:
            desk.begin_check(plan)
        st.rerun()
    for refusal in desk.refusals:
        show_error(refusal)
    if desk.checking is not None:
        _show_checking(desk)
    elif desk.checked is not None and desk.checked.plan != plan:
        st.caption(":material/info: The choices have changed since the check. Check again.")
    elif desk.checked is not None:
        _show_review(desk.checked)
        _show_deploy(desk, desk.checked)


def show_work(desk: Desk) -> None:
    """Show what is at work, and what came of the last thing that was."""
    for error in desk.errors:
        show_error(error)
    if desk.done:
        st.success(plain(desk.done), icon=":material/info:")
    if desk.at_work:
        _show_progress(desk)


@st.fragment(run_every=_POLL_S)
def _show_checking(desk: Desk) -> None:
    if desk.checking is None or not desk.checking.progress.running:
        st.rerun()
    else:
        st.progress(0.0, text=f"Azure is checking, {desk.checking.seconds:.0f} s")


@st.fragment(run_every=_POLL_S)
def _show_progress(desk: Desk) -> None:
    """How far it is; reruns the page when it has ended."""
    watch, removing = desk.watch, desk.removing
    job = watch.job if watch is not None else removing[1] if removing is not None else None
    if job is None or not job.progress.running:
        st.rerun()
    minutes, seconds = divmod(int(job.seconds), 60)
    with st.container(border=True):
        if watch is not None:
            st.markdown(f"**Deploying {plain(watch.endpoint.endpoint)}**, {minutes}:{seconds:02}")
            st.caption("Ten to thirty minutes. It goes on in Azure when you leave this page.")
            _show_steps(watch.standing)
        elif removing is not None:
            st.markdown(f"**Deleting {plain(removing[0].endpoint)}**, {minutes}:{seconds:02}")
        if st.button("Stop watching", key="deploy_stop", icon=":material/close:"):
            job.cancel()


def _show_steps(standing: Standing) -> None:
    for step in standing.steps:
        look = _LOOKS.get(step.state.lower(), ":material/hourglass_empty:")
        st.markdown(f"{look} {step.what} {plain(step.name)}: {step.state.lower()}")


def _show_review(found: Review) -> None:
    for warning in found.warnings:
        st.warning(plain(warning), icon=":material/warning:")
    rows = "\n".join(f"| {label} | {plain(value)} |" for label, value in settings_of(found.plan))
    st.markdown(f"| Setting | Value |\n| --- | --- |\n{rows}")
    st.markdown("**Resources, as Azure says**")
    for change in found.changes:
        _show_change(change)
    cost = found.cost
    st.markdown("**Cost, to be looked up**")
    st.markdown(
        f"{cost.machine_hours_a_day} machine hours a day, {cost.machine_hours_a_month} a month. "
        f"[Price of one machine for one hour]({cost.prices_url}) (Azure's price list), "
        f"[prices for people]({cost.calculator_url})."
    )


def _show_change(change: Change) -> None:
    kind = change.kind.rpartition("/")[2]
    title = f"{change.action}: {kind} {change.name.rpartition('/')[2]}"
    with st.expander(plain(title)):
        lines = [change.kind, change.name, ""]
        if change.differences:
            lines += [f"{path}: {old} -> {new}" for path, old, new in change.differences]
        else:
            lines += [f"{path}: {value}" for path, value in change.values]
        st.code("\n".join(lines), language=None, wrap_lines=True)


def _show_deploy(desk: Desk, found: Review) -> None:
    st.subheader("5. Deploy")
    st.warning(BILLING, icon=":material/payments:")
    agreed = st.checkbox(
        "I have looked the price up, and delete the endpoint when it is no longer needed.",
        key=f"deploy_agree_{found.plan.endpoint}",
    )
    if st.button(
        "Deploy",
        key="deploy_run",
        type="primary",
        icon=":material/rocket_launch:",
        disabled=not agreed or desk.busy,
    ):
        desk.begin_deployment(found.plan)
        st.rerun()
