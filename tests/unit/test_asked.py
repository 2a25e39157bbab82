"""What is typed into the search box, and two rankings made one."""

import pytest

from homesec.search.asked import Asked, after, fused


@pytest.mark.parametrize(
    ("typed", "meaning", "demands"),
    [
        ("somebody at night", "somebody at night", ""),
        ('"front door" parcel', "front door parcel", '"front door"'),  # a phrase must hold, and means something too
        ("person -dog", "person", '-"dog"'),
        ('cat or dog -"by day"', "cat dog", '-"by day"'),
        ("-dog", "", '-"dog"'),  # nothing is looked for, only excluded
        ('half "open phrase', "half open phrase", '"open phrase"'),
        ('"" - "', "", ""),
        ("well-known", "well-known", ""),  # a hyphen inside a word excludes nothing
    ],
)
def test_a_search_is_read_twice(typed: str, meaning: str, demands: str) -> None:
    asked = Asked.read(typed)
    assert (asked.words, asked.meaning, asked.demands) == (typed, meaning, demands)


def test_what_both_rankings_know_is_best() -> None:
    ranked = fused([1, 2, 3], [9, 3, 2])
    assert [one for one, _ in ranked] == [3, 2, 9, 1]  # 3: 1/63 + 1/62, as 2 has; 9 and 1 are first in one only
    assert ranked[0][1] == pytest.approx(1 / 63 + 1 / 62)
    assert fused([], []) == []


def test_pages_of_one_ranking_are_the_whole_ranking() -> None:
    ranked = fused([5, 4, 3, 2, 1])
    pages, last = [], None
    while page := after(ranked, last)[:2]:
        pages += page
        last = (page[-1][1], page[-1][0])
    assert pages == ranked
