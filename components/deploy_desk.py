"""What the page Deploy remembers of one session: the checked plan, and work that goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import streamlit as st

from core.deploy.following import Standing, follow, start
from core.deploy.plan import suggested_name
from core.deploy.quota import quota_of
from core.deploy.removal import delete
from core.deploy.review import review
from core.jobs import Job, Task

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.arm import ArmClient, ResourceId
    from core.arm.find import Found
    from core.arm.inventory import Workspace
    from core.backends.base import RunControl
    from core.deploy.plan import DeployPlan
    from core.deploy.quota import Quota
    from core.deploy.review import Review
    from core.errors import WorkbenchError

Done = Literal["left", "ready", "deleted"]
"""What has become of an endpoint: no longer watched, deployed, deleted."""

_KEY = "deploy_desk"
# Long enough for an Azure that answers at once: the answer then comes with the same rerun.
_PATIENCE_S = 1.0


@dataclass(eq=False)
class Watch:
    """A deployment that is followed.

    Attributes:
        endpoint: Whose.
        job: Follows it; ends with it.
        standing: How far it is, as far as is known; written by the job.
    """

    endpoint: ResourceId
    job: Job[Standing] = field(init=False)
    standing: Standing = field(default_factory=lambda: Standing("Running"))

    def note(self, standing: Standing) -> None:
        """Keep the newest standing."""
        self.standing = standing


@dataclass
class Desk:
    """Everything of the page that survives its reruns.

    Attributes:
        arm: The sign-in that it belongs to; another one starts anew.
        name: Suggested name of the endpoint.
        quotas: By workspace.
        endpoints: What runs in each workspace, by its id.
        checking: The check at work, or None.
        checked: The last check.
        refusals: Why the last check failed.
        watch: The deployment that is followed, or None.
        removing: The endpoint that is being deleted and the job, or None.
        errors: What went wrong, until something else is begun.
        done: What was done last, and to which endpoint, or None.
        shared_from: When shared quota was chosen; the 168 hours are counted from it.
    """

    arm: ArmClient
    name: str = field(default_factory=suggested_name)
    quotas: dict[str, Quota] = field(default_factory=dict)
    endpoints: dict[str, Found] = field(default_factory=dict)
    checking: Job[Review] | None = None
    checked: Review | None = None
    refusals: tuple[WorkbenchError, ...] = ()
    watch: Watch | None = None
    removing: tuple[ResourceId, Job[None]] | None = None
    errors: tuple[WorkbenchError, ...] = ()
    done: tuple[Done, str] | None = None
    shared_from: datetime | None = None

    @property
    def busy(self) -> bool:
        """Whether something is at work for this session."""
        return self.checking is not None or self.at_work

    @property
    def at_work(self) -> bool:
        """Whether something is being deployed or deleted."""
        return self.watch is not None or self.removing is not None

    def quota(self, workspace: Workspace) -> Quota:
        """The quota of a workspace's region, read once; raises what reading raises."""
        key = str(workspace.id)
        if key not in self.quotas:
            self.quotas[key] = quota_of(self.arm, workspace.id, workspace.location)
        return self.quotas[key]

    def begin_check(self, plan: DeployPlan) -> None:
        """Have Azure check a plan, beside the page."""
        self._forget()
        arm = self.arm
        self.checking = Job([Task("Check", lambda control: review(arm, plan, control))])
        self._wait(self.checking)

    def begin_deployment(self, plan: DeployPlan) -> None:
        """Begin to deploy, beside the page."""
        arm = self.arm

        def work(control: RunControl, watch: Watch) -> Standing:
            start(arm, plan)
            return follow(arm, plan.endpoint_id, control, watch.note)

        self._begin_watch(plan.endpoint_id, work)
        self.name, self.shared_from = suggested_name(), None

    def begin_watch(self, endpoint: ResourceId) -> None:
        """Follow a deployment that was begun before."""
        arm = self.arm
        self._begin_watch(endpoint, lambda control, w: follow(arm, endpoint, control, w.note))

    def begin_removal(self, endpoint: ResourceId, typed: str) -> None:
        """Begin to delete an endpoint, beside the page."""
        self._forget()
        arm = self.arm
        job = Job([Task("Delete", lambda control: delete(arm, endpoint, typed, control))])
        self.removing = (endpoint, job)
        self._wait(job)

    def collect(self) -> None:
        """Take over what has ended."""
        if self.checking is not None and not self.checking.progress.running:
            outcomes = self.checking.progress.outcomes
            self.checked = next((o.result for o in outcomes), None)
            self.refusals = tuple(o.error for o in outcomes if o.error is not None)
            self.checking = None
        if self.watch is not None and not self.watch.job.progress.running:
            self._end_watch(self.watch)
        if self.removing is not None and not self.removing[1].progress.running:
            self._end_removal(*self.removing)

    def _begin_watch(
        self, endpoint: ResourceId, work: Callable[[RunControl, Watch], Standing]
    ) -> None:
        self._forget()
        watch = Watch(endpoint)
        watch.job = Job([Task("Deploy", lambda control: work(control, watch))])
        self.watch = watch
        self._wait(watch.job)

    def _end_watch(self, watch: Watch) -> None:
        progress = watch.job.progress
        self.errors = tuple(o.error for o in progress.outcomes if o.error is not None)
        if progress.cancelled and not progress.outcomes:
            self.done = ("left", watch.endpoint.endpoint)
        elif not self.errors:
            self.done = ("ready", watch.endpoint.endpoint)
        self.watch, self.endpoints = None, {}

    def _end_removal(self, endpoint: ResourceId, job: Job[None]) -> None:
        self.errors = tuple(o.error for o in job.progress.outcomes if o.error is not None)
        if not self.errors and not job.progress.cancelled:
            self.done = ("deleted", endpoint.endpoint)
        self.removing, self.endpoints = None, {}

    def _forget(self) -> None:
        self.errors, self.refusals, self.done, self.checked = (), (), None, None

    def _wait(self, job: Job[Review] | Job[Standing] | Job[None]) -> None:
        job.wait(_PATIENCE_S)
        self.collect()


def desk_of(arm: ArmClient) -> Desk:
    """The desk of this session and sign-in."""
    found: Desk | None = st.session_state.get(_KEY)
    if found is None or found.arm is not arm:
        found = st.session_state[_KEY] = Desk(arm)
    return found
