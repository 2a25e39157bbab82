"""How it is counted what a detector found and what it missed."""

import numpy as np
import pytest

from homesec.sim.training.judgement import ENOUGH, by_condition, fairest, judged, of_height
from homesec.sim.training.samples import Condition, Sample
from homesec.sim.values import KINDS
from homesec.vision.detections import Detections

PERSON, CAR = KINDS.index("person"), KINDS.index("car")
LEFT, RIGHT = (0.1, 0.1, 0.3, 0.5), (0.6, 0.4, 0.9, 0.8)
Box = tuple[float, float, float, float]


def shown(*things: tuple[int, Box, bool], condition: Condition = "day") -> Sample:
    boxes = np.array([box for _, box, _ in things], float).reshape(-1, 4) * (64, 36, 64, 36)
    return Sample(
        np.zeros((36, 64, 3), np.uint8),
        np.array([kind for kind, *_ in things], np.int64),
        boxes,
        np.array([clear for *_, clear in things], bool),
        condition,
    )


def found(*finds: tuple[str, Box, float]) -> Detections:
    boxes = np.array([box for _, box, _ in finds], np.float32).reshape(-1, 4)
    return Detections(boxes, np.array([sure for *_, sure in finds], np.float32), tuple(name for name, *_ in finds))


def test_what_is_found_where_it_is_counts_in_full() -> None:
    judgement = judged(
        [shown((PERSON, LEFT, True), (CAR, RIGHT, True))], [found(("person", LEFT, 0.9), ("car", RIGHT, 0.5))]
    )
    assert judgement.things == {"person": 1, "car": 1}
    assert judgement.mean_average_precision == pytest.approx(1.0)
    assert judgement.recall == {"person": 1.0, "car": 1.0}
    assert judgement.false_finds == 0


def test_a_timid_find_counts_for_the_precision_but_not_as_found() -> None:
    judgement = judged([shown((PERSON, LEFT, True))], [found(("person", LEFT, 0.2))])
    assert judgement.average_precision["person"] == pytest.approx(1.0)
    assert judgement.recall["person"] == 0.0


def test_a_wrong_name_or_place_is_a_miss_and_a_false_find() -> None:
    for wrong in (("dog", LEFT, 0.9), ("person", RIGHT, 0.9)):
        judgement = judged([shown((PERSON, LEFT, True))], [found(wrong)])
        assert judgement.recall["person"] == 0.0
        assert judgement.false_finds == 1


def test_what_is_not_clear_is_neither_hit_nor_miss() -> None:
    hidden = shown((PERSON, LEFT, False), (CAR, RIGHT, True))
    for finds in (found(("car", RIGHT, 0.9)), found(("car", RIGHT, 0.9), ("person", LEFT, 0.8))):
        judgement = judged([hidden], [finds])
        assert judgement.average_precision == {"car": pytest.approx(1.0)}
        assert judgement.false_finds == 0


def test_half_of_the_people_found_is_half_of_the_recall() -> None:
    samples = [shown((PERSON, LEFT, True)), shown((PERSON, RIGHT, True))]
    assert judged(samples, [found(("person", LEFT, 0.9)), found()]).recall["person"] == 0.5


def test_every_condition_is_judged_by_itself() -> None:
    samples = [shown((PERSON, LEFT, True)), shown((PERSON, LEFT, True), condition="infrared"), shown()]
    judgements = by_condition(samples, [found(("person", LEFT, 0.9)), found(), found(("cat", RIGHT, 0.6))])
    assert {name: one.pictures for name, one in judgements.items()} == {"all": 3, "day": 2, "infrared": 1}
    assert judgements["day"].recall["person"] == 1.0
    assert judgements["infrared"].recall["person"] == 0.0
    assert judgements["all"].to_json()["false_finds_per_1000_pictures"] == pytest.approx(333.3)


def test_what_is_far_away_can_be_left_out() -> None:
    both = shown((PERSON, LEFT, True), (CAR, (0.6, 0.4, 0.9, 0.6), True))
    assert judged(list(of_height([both], 10.0)), [found(("person", LEFT, 0.9))]).things == {"person": 1}


def test_the_fairest_confidence_parts_right_finds_from_wrong_ones() -> None:
    samples = [shown((PERSON, LEFT, True)) for _ in range(ENOUGH)]
    right = [found(("person", LEFT, 0.3 + 0.01 * number), ("person", RIGHT, 0.2)) for number in range(ENOUGH)]
    assert fairest(samples, right, 1.0) == {"person": pytest.approx(0.3)}
    assert fairest(samples[1:], right[1:], 1.0) == {}  # too few to tell


def test_the_more_a_miss_weighs_the_lower_is_the_fairest_confidence() -> None:
    samples = [shown((PERSON, LEFT, True)) for _ in range(ENOUGH)]
    timid = [found(("person", LEFT, 0.8 if number < ENOUGH // 2 else 0.2)) for number in range(ENOUGH)]
    timid[0] = found(("person", LEFT, 0.8), *(("person", RIGHT, 0.5) for _ in range(3 * ENOUGH)))
    assert fairest(samples, timid, 0.5) == {"person": pytest.approx(0.8)}
    assert fairest(samples, timid, 4.0) == {"person": pytest.approx(0.2)}
