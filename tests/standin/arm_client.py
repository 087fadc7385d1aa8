"""A client on the stand-in of Azure Resource Manager that never really waits."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from core.arm import ArmClient
from core.backends.retry import Clock
from tests.standin.arm import ArmStandIn
from tests.standin.tokens import PERSON, FixedSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Connect = Callable[..., tuple[ArmStandIn, ArmClient]]
else:
    Connect = object


class QuickTime:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    @property
    def clock(self) -> Clock:
        """For whoever waits."""
        return Clock(lambda: self.now, self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@contextmanager
def connections() -> Iterator[Connect]:
    """Opens stand-ins, and closes them at the end."""
    with ExitStack() as stack:

        def connect(**world: object) -> tuple[ArmStandIn, ArmClient]:
            azure = stack.enter_context(ArmStandIn(**{"token": PERSON} | world))
            arm = ArmClient(FixedSource(), azure.url, clock=QuickTime().clock)
            stack.callback(arm.close)
            return azure, arm

        yield connect
