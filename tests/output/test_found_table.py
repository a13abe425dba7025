"""Tables in which what was found is seen."""

from __future__ import annotations

from dsk.output.found_table import around, found_table

HEADING = ["RUN", "MODEL", "PROMPT"]
BEFORE, AFTER = "some words that stand before the ", " and more after it"


def test_the_line_begins_with_whole_words_shortly_before_what_was_found() -> None:
    assert around(BEFORE, "needle", AFTER, 100) == f"{BEFORE}needle{AFTER}"
    assert around(BEFORE, "needle", AFTER, 30) == f"…before the needle{AFTER}"
    assert around(BEFORE, "needle", AFTER, 20) == f"…the needle{AFTER}"
    assert around("", "needle", AFTER, 8) == f"needle{AFTER}"
    assert around("长" * 50, "needle", "", 20) == f"…{'长' * 4}needle"


def test_what_has_no_room_for_anything_before_it_begins_the_line() -> None:
    for columns in (1, 6, 7):
        assert around(BEFORE, "needle", AFTER, columns) == f"needle{AFTER}"
    assert around(BEFORE, "needle", AFTER, 8) == f"…needle{AFTER}"


def test_columns_are_left_out_only_for_what_was_found() -> None:
    rows, places = [["1", "a-model"]], [(BEFORE, "needle", AFTER)]
    assert found_table(HEADING, rows, places, ["MODEL"], 44).splitlines() == [
        "RUN  MODEL    PROMPT",
        "1    a-model  …before the needle and more a…",
    ]
    assert found_table(HEADING, rows, places, ["MODEL"], 43).splitlines()[0] == "RUN  PROMPT"
    long = [("", "needle" * 8, "")]
    assert found_table(HEADING, rows, long, ["MODEL"], 60).splitlines() == ["RUN  PROMPT", f"1    {'needle' * 8}"]


def test_a_terminal_that_does_not_know_its_size_has_all_columns() -> None:
    assert found_table(HEADING, [["1", "m"]], [(BEFORE, "needle", "")], ["MODEL"], 0).splitlines() == [
        "RUN  MODEL  PROMPT",
        "1    m      …the needle",
    ]


def test_nothing_found_is_a_heading() -> None:
    assert found_table(HEADING, [], [], ["MODEL"], 80) == "RUN  MODEL  PROMPT\n"
