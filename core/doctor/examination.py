"""The steps of the connection doctor, in order, and which of them need which."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.backends.base import RunControl
from core.doctor import answers, deployment, machine, name, proxy, role, sign_in
from core.doctor import connection as network
from core.doctor.case import Case
from core.doctor.finding import Fact, Finding, failed, skipped
from core.errors import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.doctor.case import Checkup

_log = logging.getLogger(__name__)

_STOPPED = {"failed": "failed", "skipped": "was skipped", "unknown": "stayed unknown"}


@dataclass(frozen=True)
class Step:
    """One thing to look at.

    Attributes:
        name: What it is called.
        look: Looks at it.
        needs: Names of the steps without whose success there is nothing to look at.
    """

    name: str
    look: Callable[[Case], Finding]
    needs: tuple[str, ...] = ()


STEPS = (
    Step(machine.SETTINGS, machine.look_at_settings),
    Step(proxy.STEP, proxy.look_at_proxy, (machine.SETTINGS,)),
    Step(name.STEP, name.look_up_name, (machine.SETTINGS, proxy.STEP)),
    Step(network.STEP, network.look_at_connection, (machine.SETTINGS, name.STEP)),
    Step(sign_in.STEP, sign_in.look_at_sign_in, (machine.SETTINGS,)),
    Step(role.STEP, role.look_at_role, (sign_in.STEP,)),
    Step(deployment.ENDPOINT, deployment.look_at_endpoint, (sign_in.STEP,)),
    Step(deployment.DEPLOYMENT, deployment.look_at_deployment, (deployment.ENDPOINT,)),
    Step(deployment.LIMITS, deployment.look_at_limits, (deployment.DEPLOYMENT,)),
    Step(answers.ANSWER, answers.look_at_answer, (network.STEP, sign_in.STEP)),
    Step(answers.TRIAL, answers.make_trial, (answers.ANSWER,)),
    Step(answers.MASKS, answers.look_at_masks, (answers.TRIAL,)),
    Step(machine.CLOCK, machine.look_at_clock, (network.STEP,)),
    Step(machine.VERSIONS, machine.look_at_versions),
)


class Examination:
    """One run through the steps; each is looked at once, in order.

    Args:
        checkup: What to examine.
        steps: What to look at.
    """

    def __init__(self, checkup: Checkup, steps: tuple[Step, ...] = STEPS) -> None:
        self.steps = steps
        self._case = Case(checkup)
        self._stopped: dict[str, str] = {}

    def look(self, step: Step, control: RunControl) -> Finding:
        """Take one step.

        Args:
            step: One of :attr:`steps`; those before it have been taken.
            control: Asked whether to go on.

        Raises:
            Cancelled: The user stopped the examination.
        """
        control.checkpoint()
        self._case.control = control
        why = next((self._stopped[name] for name in step.needs if name in self._stopped), "")
        if why:  # the step at the root of it is named, not the one in between
            self._stopped[step.name] = why
            return skipped(step.name, f"Not looked at, since the step {why}.")
        finding = self._case.scrubber.finding(self._look(step))
        if finding.state in _STOPPED:
            self._stopped[step.name] = f"{step.name} {_STOPPED[finding.state]}"
        return finding

    def _look(self, step: Step) -> Finding:
        try:
            return step.look(self._case)
        except Cancelled:
            raise
        except Exception as problem:  # noqa: BLE001 - one step that fails must not end the others
            kind = type(problem).__name__  # the text of the exception may hold anything
            _log.warning("doctor step %s failed: %s", step.name, kind)
            return failed(
                step.name,
                "The check itself failed in a way that it should not.",
                "Run it again; if it stays, report it with the details.",
                [Fact("Details", kind)],
            )


def examine(checkup: Checkup, control: RunControl | None = None) -> Iterator[Finding]:
    """Look at one thing after another.

    Args:
        checkup: What to examine.
        control: Asked whether to go on, also in the middle of a step.

    Yields:
        What each step has found, as soon as it is known.

    Raises:
        Cancelled: The user stopped the examination.
    """
    examination = Examination(checkup)
    for step in examination.steps:
        yield examination.look(step, control or RunControl())
