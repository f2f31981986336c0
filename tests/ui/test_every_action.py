"""The list of all actions: which test does each by keys alone, and which by clicks alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.ui.sources import PAGE, SOURCES

WORDS: dict[str, Any] = json.loads((PAGE / "words" / "en.json").read_text(encoding="utf-8"))
TESTS = {path.stem: path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")}
LABELLED = re.compile(r"(?<![\w.])button\((.*?)(?:=>|, close\b|, [a-z]\w*, \{)", re.S)
SUBMITS = re.compile(r'type: "submit".*?t\("(\w+)"\)')

# A test with `hand` goes both ways. Elsewhere: by keys / by clicks.
WEEK, AROUND = "test_actions_in_a_week", "test_actions_around_a_week"
BY_HAND = "test_keys_and_clicks"
MOVE = (WEEK, "test_a_session_is_moved_by_its_dialog_and_the_move_is_undone")
PINS = (WEEK, "test_a_session_is_pinned_unpinned_and_all_pins_are_cleared")
OUT = (WEEK, "test_a_patient_is_taken_out_and_placed_anew")
TRY = (WEEK, "test_a_proposed_change_is_tried_and_applied")
CALL = (WEEK, "test_a_call_out_is_repaired_though_pinned_and_its_messages_are_copied")
NEW = (WEEK, "test_a_new_patient_is_entered_and_placed")
PUBLISH = (WEEK, "test_a_week_that_breaks_rules_by_now_is_published_with_a_reason_and_attended")
CONFLICT = (WEEK, "test_a_move_into_a_week_that_somebody_changed_is_made_in_the_new_one")
GONE = (WEEK, "test_a_place_that_is_gone_by_now_is_told")
SIGN = (AROUND, "test_signing_in_and_out_languages_and_colours")
SEARCH = (AROUND, "test_a_search_is_started_stopped_published_and_a_draft_discarded")
TIMES = (AROUND, "test_times_are_painted_undone_copied_listed_and_removed")
ROOM = (AROUND, "test_a_room_is_added_changed_closed_and_removed")
STANDING = (AROUND, "test_who_is_kept_apart_and_standing_groups_are_stored")
PAPER = (AROUND, "test_a_page_is_printed_and_tables_are_fetched")
NARROW = (AROUND, "test_in_a_narrow_window_the_views_are_behind_a_button")
EMPTY = ("test_empty", "test_an_empty_database_gets_the_example_or_a_clinic_of_its_own")

BUTTONS = {
    "add": TIMES,
    "addOne": ROOM,
    "apply": TRY,
    "askGains": (AROUND, "test_what_would_help_the_clinic_is_worked_out"),
    "cancel": MOVE,
    "close": PINS,
    "colours": SIGN,
    "copy": TIMES,
    "copyAll": CALL,
    "copyDay": TIMES,
    "copyMessage": CALL,
    "discard": SEARCH,
    "findMakeUps": ("test_make_ups", "test_make_ups_are_looked_for"),
    "findRepair": CALL,
    "findWeeks": NEW,
    "leaveIt": CONFLICT,
    "loadExample": EMPTY,
    "makeItHere": CONFLICT,
    "move": MOVE,
    "moveHere": MOVE,
    "movePerson": OUT,
    "otherWeeks": OUT,
    "phasesAndAuthorizations": ("test_lasting", "test_a_phase_and_an_authorisation_are_written_and_shown"),
    "pin": PINS,
    "pinView": PINS,
    "place": NEW,
    "print": PAPER,
    "publish": SEARCH,
    "publishAnyway": PUBLISH,
    "remove": ROOM,
    "removeWhat": TIMES,
    "save": ROOM,
    "signIn": SIGN,
    "signOut": SIGN,
    "solve": SEARCH,
    "solveAgain": SEARCH,
    "startOwn": EMPTY,
    "stop": SEARCH,
    "takeGroups": STANDING,
    "takeOut": OUT,
    "try": TRY,
    "understood": GONE,
    "undo": TIMES,
    "unpin": PINS,
    "unpinAndRepair": CALL,
    "unpinView": PINS,
    "views": NARROW,
}
# What is no button with a word of its own: (by keys), (by clicks).
OTHERS = {
    "pick up, carry, drop": (
        (BY_HAND, "test_a_session_is_picked_up_moved_pinned_and_undone_by_keys_alone"),
        (BY_HAND, "test_a_drop_on_a_barred_place_goes_back_and_says_why"),
    ),
    "put back": (
        (BY_HAND, "test_escape_puts_a_session_back_where_it_was"),
        (BY_HAND, "test_a_drop_on_a_barred_place_goes_back_and_says_why"),
    ),
    "move one patient": (OUT, (BY_HAND, "test_one_patient_is_moved_to_another_group_by_clicks")),
    "paint cells": (
        (BY_HAND, "test_freeing_the_middle_of_a_commitment_keeps_its_kind_and_travel"),
        (BY_HAND, "test_two_taps_paint_and_a_finger_scrolls"),
    ),
    "paint a whole day": (TIMES, TIMES),
    "choose a brush, whose times, a view, a day, a wording": (TIMES, TIMES),
    "choose a week, a version, somebody, a language": (
        (AROUND, "test_weeks_days_people_and_versions_are_chosen"),
        (AROUND, "test_weeks_days_people_and_versions_are_chosen"),
    ),
    "type a date": ((AROUND, "test_a_date_is_typed_and_leads_to_its_week"),) * 2,
    "go from card to card": (
        (BY_HAND, "test_arrows_go_from_card_to_card_and_tab_stops_once"),
        PINS,
    ),
    "search": ((AROUND, "test_weeks_days_people_and_versions_are_chosen"),) * 2,
    "read a calendar file": ((AROUND, "test_a_calendar_file_is_read"),) * 2,
    "read a table": ((AROUND, "test_a_table_is_looked_at_and_stored"),) * 2,
    "publish the week as it is now": (
        (AROUND, "test_a_table_is_looked_at_and_stored"),
        (
            "test_forms_and_files",
            "test_the_current_week_becomes_the_published_one_with_its_broken_rules_shown",
        ),
    ),
    "mark who came": (PUBLISH, PUBLISH),
    "tick off who has been told": (CALL, CALL),
    "fetch a file": (PAPER, PAPER),
}


def labels() -> set[str]:
    """The words on every button that the page makes."""
    found = {key for text in SOURCES.values() for key in SUBMITS.findall(text)}
    for text in SOURCES.values():
        for first in LABELLED.findall(text):
            found |= set(re.findall(r't\((?:[^()"]*\?)? ?"(\w+)"', first))
            found |= set(re.findall(r'\? "\w+" : "(\w+)"', first))
    return found & WORDS.keys()


def test_every_button_of_the_page_is_in_the_list() -> None:
    assert labels() - BUTTONS.keys() == set(), "done by no test by keys and by clicks"
    known = {key for text in SOURCES.values() for key in re.findall(r'"(\w+)"', text)}
    assert BUTTONS.keys() - known == set(), "no longer on the page"


def test_every_test_of_the_list_exists() -> None:
    named = {*BUTTONS.values(), *(place for both in OTHERS.values() for place in both)}
    assert [(f, name) for f, name in named if f"def {name}(" not in TESTS.get(f, "")] == []


def test_every_test_of_a_button_goes_both_ways() -> None:
    for stem, name in set(BUTTONS.values()):
        head = TESTS[stem].split(f"def {name}(")[1].split("->")[0]
        assert "hand" in head or "way" in head, name
