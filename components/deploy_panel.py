"""Checking a plan with Azure, agreeing to it, and watching it being deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.endpoint_cards import date_in_words, state_in_words
from components.language import t, told
from components.notices import plain, show_error
from core.arm.inventory import spoken
from core.deploy.cost import BILLING
from core.deploy.review import settings_of

if TYPE_CHECKING:
    from components.deploy_desk import Desk, Done
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
_DONE: dict[Done, str] = {
    "left": "{endpoint} is no longer watched. It goes on in Azure, and billing with it.",
    "ready": "{endpoint} is ready. Billing runs until you delete it.",
    "deleted": "{endpoint} is deleted. Billing for it has ended.",
}
# What Azure calls that which becomes of a resource.
_ACTIONS = {"create": "Create", "modify": "Modify", "nochange": "No change"}


def show_check(desk: Desk, plan: DeployPlan | None) -> None:
    """Show the dry run and, after it, the button that deploys."""
    st.subheader(t("4. Check"))
    st.caption(t("Azure says exactly what would be created. Nothing is created by the check."))
    if st.button(
        t("Check with Azure"),
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
        changed = t("The choices have changed since the check. Check again.")
        st.caption(f":material/info: {changed}")
    elif desk.checked is not None:
        _show_review(desk.checked)
        _show_deploy(desk, desk.checked)


def show_work(desk: Desk) -> None:
    """Show what is at work, and what came of the last thing that was."""
    for error in desk.errors:
        show_error(error)
    if desk.done is not None:
        what, endpoint = desk.done
        st.success(t(_DONE[what], endpoint=plain(endpoint)), icon=":material/info:")
    if desk.at_work:
        _show_progress(desk)


@st.fragment(run_every=_POLL_S)
def _show_checking(desk: Desk) -> None:
    if desk.checking is None or not desk.checking.progress.running:
        st.rerun()
    else:
        text = t("Azure is checking, {seconds:.0f} s", seconds=desk.checking.seconds)
        st.progress(0.0, text=text)


@st.fragment(run_every=_POLL_S)
def _show_progress(desk: Desk) -> None:
    """How far it is; reruns the page when it has ended."""
    watch, removing = desk.watch, desk.removing
    job = watch.job if watch is not None else removing[1] if removing is not None else None
    if job is None or not job.progress.running:
        st.rerun()
    minutes, seconds = divmod(int(job.seconds), 60)
    time = f"{minutes}:{seconds:02}"
    with st.container(border=True):
        if watch is not None:
            name = plain(watch.endpoint.endpoint)
            st.markdown(t("**Deploying {name}**, {time}", name=name, time=time))
            st.caption(t("Ten to thirty minutes. It goes on in Azure when you leave this page."))
            _show_steps(watch.standing)
        elif removing is not None:
            name = plain(removing[0].endpoint)
            st.markdown(t("**Deleting {name}**, {time}", name=name, time=time))
        if st.button(t("Stop watching"), key="deploy_stop", icon=":material/close:"):
            job.cancel()


def _show_steps(standing: Standing) -> None:
    for step in standing.steps:
        look = _LOOKS.get(step.state.lower(), ":material/hourglass_empty:")
        state = state_in_words(step.state).lower()
        st.markdown(f"{look} {told(step.what)} {plain(step.name)}: {state}")


def _show_review(found: Review) -> None:
    for warning in found.warnings:
        st.warning(plain(told(warning)), icon=":material/warning:")
    _show_settings(found.plan)
    st.markdown(f"**{t('Resources, as Azure says')}**")
    for change in found.changes:
        _show_change(change)
    cost = found.cost
    st.markdown(f"**{t('Cost, to be looked up')}**")
    st.markdown(
        t(
            "{day} machine hours a day, {month} a month. [Price of one machine for one "
            "hour]({prices}) (Azure's price list), [prices for people]({calculator}).",
            day=cost.machine_hours_a_day,
            month=cost.machine_hours_a_month,
            prices=cost.prices_url,
            calculator=cost.calculator_url,
        )
    )


def _show_settings(plan: DeployPlan) -> None:
    lines = []  # no table: an id that cannot be broken would stand over what is beside it
    for label, value in settings_of(plan):
        shown = told(value)
        if plan.delete_at is not None:
            shown = shown.replace(spoken(plan.delete_at), date_in_words(plan.delete_at))
        lines.append(f"- **{told(label)}**: {plain(shown)}")
    st.markdown("\n".join(lines))


def _show_change(change: Change) -> None:
    kind = change.kind.rpartition("/")[2]
    known = change.action.lower()
    action = t(_ACTIONS[known]) if known in _ACTIONS else change.action
    title = f"{action}: {kind} {change.name.rpartition('/')[2]}"
    with st.expander(plain(title)):
        lines = [change.kind, change.name, ""]
        if change.differences:
            lines += [f"{path}: {old} -> {new}" for path, old, new in change.differences]
        else:
            lines += [f"{path}: {value}" for path, value in change.values]
        st.code("\n".join(lines), language=None, wrap_lines=True)


def _show_deploy(desk: Desk, found: Review) -> None:
    st.subheader(t("5. Deploy"))
    st.warning(told(BILLING), icon=":material/payments:")
    agreed = st.checkbox(
        t("I have looked the price up, and delete the endpoint when it is no longer needed."),
        key=f"deploy_agree_{found.plan.endpoint}",
        wrap=True,
    )
    if st.button(
        t("Deploy"),
        key="deploy_run",
        type="primary",
        icon=":material/rocket_launch:",
        disabled=not agreed or desk.busy,
    ):
        desk.begin_deployment(found.plan)
        st.rerun()
