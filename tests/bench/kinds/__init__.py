"""Weeks of many kinds, made from seeds, so that nothing is tuned to one kind of clinic.

Each is a function of a size and a seed; the same seed makes the same document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.kinds import lives, places, strict
from tests.bench.kinds.baseline import baseline_present
from tests.bench.kinds.enrolment import post_enrolment
from tests.bench.synthetic import Doc


@dataclass(frozen=True)
class Kind:
    """What is unusual in such weeks; `patients` of the bench week, `few` of the one that the tests plan."""

    name: str
    about: str
    patients: int
    few: int
    make: Callable[[int, int], Doc]

    def week(self, seed: int, patients: int | None = None) -> Doc:
        return self.make(patients or self.patients, seed)


KINDS = (
    Kind("closed-cohorts", "closed groups and nothing else", 64, 16, strict.closed_cohorts),
    Kind("no-groups", "no groups at all", 80, 8, strict.no_groups),
    Kind("one-huge-group", "one group type of up to 60 patients", 150, 20, strict.one_huge_group),
    Kind("tight-rooms", "a third of the rooms, with turnover and closures", 80, 12, places.tight_rooms),
    Kind("tight-clinicians", "half of the clinicians, short days, breaks", 80, 12, places.tight_clinicians),
    Kind("half-impossible", "half of the patients cannot be served", 80, 12, lives.half_impossible),
    Kind("baseline", "last week's timetable to stay close to", 80, 12, baseline_present),
    Kind("telehealth-heavy", "most care online; a snow day", 80, 12, places.telehealth_heavy),
    Kind("after-school", "adolescents, all after school", 60, 10, lives.after_school),
    Kind("five-minutes", "a 5-minute grid, odd lengths", 60, 8, places.five_minutes),
    Kind("seven-days", "open all seven days, week from Sunday", 80, 12, lives.seven_days),
    Kind("post-enrolment", "course timetabling: 400 closed groups", 300, 10, post_enrolment),
)

__all__ = ["KINDS", "Kind"]
