"""What a session has judged: levels of its masks, the reader's own decisions, and the rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from core.analysis.levels import Levels
from core.analysis.presence import judge, judge_masks

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from components.state import Session
    from core.analysis.biomedparse_check import TargetDistributions
    from core.analysis.presence import Judged
    from core.analysis.presence_fit import Example, FittedRule
    from core.errors import InputError
    from core.imaging import Frame
    from core.segmentation import PhraseMask

_KEY = "presence_desk"
_KEPT = 64


@dataclass
class PresenceDesk:
    """What this session knows about believing its masks.

    Attributes:
        judged: Of the last pictures, what is to be thought of each mask; the oldest go first.
        decisions: What the reader has decided on masks of this session, by picture and mask.
        loaded: Decisions from a file.
        fitted: The rule that was fitted last, or read from a file.
        in_use: Whether that rule takes the place of the default one.
        distributions: What BiomedParse's file holds, when the user has given it.
        read_files: Files that were read already, by the uploader's own id of each, and what was
            wrong with them.
    """

    judged: dict[Hashable, tuple[Judged, ...]] = field(default_factory=dict)
    decisions: dict[Hashable, Example] = field(default_factory=dict)
    loaded: tuple[Example, ...] = ()
    fitted: FittedRule | None = None
    in_use: bool = False
    distributions: TargetDistributions | None = None
    read_files: dict[str, InputError | None] = field(default_factory=dict)

    @property
    def rule(self) -> FittedRule | None:
        """The fitted rule where it is in use, or None for the default one."""
        return self.fitted if self.in_use else None

    @property
    def examples(self) -> tuple[Example, ...]:
        """All decisions, from files and of this session."""
        return (*self.loaded, *self.decisions.values())


def presence_desk() -> PresenceDesk:
    """The desk of this browser session, made on first use."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = PresenceDesk()
    desk: PresenceDesk = st.session_state[_KEY]
    return desk


def presence_of(state: Session, frame: Frame, masks: Sequence[PhraseMask]) -> tuple[Judged, ...]:
    """Judge the masks of a frame at the thresholds of the viewer, once for each state of things.

    Args:
        state: Of this session.
        frame: The frame on show.
        masks: Its masks.
    """
    desk = presence_desk()
    levels = state.levels.get(frame.sha256, Levels())
    asked = tuple((m.phrase, m.category, m.sha256, levels.level(m.phrase)) for m in masks)
    key = (frame.sha256, asked, desk.rule)
    if key not in desk.judged:
        judgement = desk.rule.judge if desk.rule else judge
        desk.judged[key] = judge_masks(frame, masks, levels, judgement)
        while len(desk.judged) > _KEPT:
            del desk.judged[next(iter(desk.judged))]
    return desk.judged[key]
