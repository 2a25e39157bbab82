from datetime import UTC, datetime, timedelta
from typing import Any

from homesec.sim.cameras.ledger import Sent
from homesec.sim.cameras.uploads import Fault, Upload
from homesec.sim.life.days import Plant
from homesec.sim.outcome import Outcome, compared
from homesec.sim.world import World

START = datetime(2026, 6, 10, 20, tzinfo=UTC)
WEAPON = START + timedelta(minutes=5)
WORLD = World(7, START, START + timedelta(minutes=30), plants=[Plant("weapon", WEAPON)])


def sent(number: int, fault: Fault | None = None, camera: str = "front_door", content: str = "") -> Sent:
    """A picture that the camera took so many seconds after the start."""
    at = START + timedelta(seconds=number)
    upload = Upload(camera, "Front door", f"IMG_{number}.jpg", "picture", at, 0.0, at, at, fault)
    return Sent(upload, at, 1000, content or f"{number:064x}")


def row(one: Sent, state: str = "done", error: str | None = None) -> dict[str, Any]:
    return {
        "camera_id": one.upload.camera, "sha256": one.sha256, "name": one.upload.name, "state": state, "error": error,
    }  # fmt: skip


def event(at: datetime, score: int, camera: str = "front_door") -> dict[str, Any]:
    ends = at + timedelta(seconds=20)
    level = "critical" if score >= 85 else "low"
    return {
        "camera_id": camera, "started_at": at.isoformat(), "ended_at": ends.isoformat(), "risk_score": score,
        "risk_level": level,
    }  # fmt: skip


def test_what_the_world_broke_and_homesec_refused_is_as_it_must_be() -> None:
    whole, broken = sent(1), sent(2, "truncated")
    found = compared(WORLD, [whole, broken], [row(whole), row(broken, "rejected", "breaks off")], []).uploads
    assert (found.files, found.distinct, found.states) == (2, 2, {"done": 1, "rejected": 1})
    assert (found.broken, found.refused_broken, found.refused_others, found.lost) == (1, 1, (), ())


def test_what_was_refused_without_being_broken_is_told_with_its_reason() -> None:
    found = compared(WORLD, [sent(1)], [row(sent(1), "rejected", "breaks off")], []).uploads
    assert found.refused_others == ("IMG_1.jpg: breaks off",)


def test_what_was_never_registered_is_lost() -> None:
    found = compared(WORLD, [sent(1), sent(2, "late")], [row(sent(1))], []).uploads
    assert found.lost == ("front_door/IMG_2.jpg (late)",)


def test_the_same_bytes_count_once_for_each_camera() -> None:
    ledger = [sent(1, content="a"), sent(2, "twice", content="a"), sent(1, content="a", camera="driveway")]
    found = compared(WORLD, ledger, [row(ledger[0]), row(ledger[2])], []).uploads
    assert (found.files, found.distinct, found.lost) == (3, 2, ())


def whole_plan() -> list[Sent]:
    return [sent(second) for second in range(1800)]


def weapon(found: Outcome) -> tuple[int, ...]:
    [scores] = [one.scores for one in found.stories if one.name == "weapon"]
    return scores


def test_a_story_has_the_scores_of_the_events_at_its_time_and_in_its_views() -> None:
    story = next(story for story in WORLD.stories if story.name == "weapon")
    middle = story.start + timedelta(seconds=story.lasts / 2)
    assert weapon(compared(WORLD, whole_plan(), [], [event(middle, 97)])) == (97,)
    assert weapon(compared(WORLD, whole_plan(), [], [event(story.end + timedelta(minutes=5), 97)])) == ()
    assert weapon(compared(WORLD, whole_plan(), [], [event(middle, 97, camera="back_yard")])) == ()


def test_a_story_of_which_nothing_was_sent_is_left_out() -> None:
    found = compared(WORLD, [sent(1799)], [], [])
    assert "weapon" not in {one.name for one in found.stories}
    assert compared(WORLD, [], [], []).stories == ()


def test_the_words_name_every_incident_with_its_score_and_what_was_expected() -> None:
    story = next(story for story in WORLD.stories if story.name == "weapon")
    middle = story.start + timedelta(seconds=story.lasts / 2)
    found = compared(WORLD, whole_plan(), [], [event(middle, 97)])
    low, high = story.expect
    said = list(found.lines())
    assert any(f"weapon: scored 97, expected {low}-{high}" in line for line in said)
    assert "events: 1 (1 critical)" in said
    assert found.to_json()["events"] == {"critical": 1}
