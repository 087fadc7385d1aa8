"""The connection doctor: looks at every part of the way to an endpoint and says what to mend."""

from core.doctor.case import Checkup
from core.doctor.demo import examine_demo
from core.doctor.examination import STEPS, Examination, Step, examine
from core.doctor.finding import Fact, Finding
from core.doctor.local import examine_local
from core.doctor.report import MARKS, report_of, shown_facts

__all__ = [
    "MARKS",
    "STEPS",
    "Checkup",
    "Examination",
    "Fact",
    "Finding",
    "Step",
    "examine",
    "examine_demo",
    "examine_local",
    "report_of",
    "shown_facts",
]
