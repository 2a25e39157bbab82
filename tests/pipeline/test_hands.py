"""What is carried, left and taken reaches the tables and the score, whoever restarts and however pictures come."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from sqlalchemy import text

from tests.pipeline.test_aggregation import NOW, Pipeline
from tests.pipeline.test_following import T0, Box, Play, Shot, played, restart, rounds, see

COURIER_GONE, THIEF_COMES, THIEF_GONE, END = 19, 60, 75, 84
THINGS = """
    SELECT kind, person.first_seen, thing.object_class, thing.first_seen, at, confidence
    FROM object_interactions AS one JOIN tracks AS person ON person.id = one.track_id
        JOIN tracks AS thing ON thing.id = one.object_track_id
    ORDER BY at, kind
"""


def person(x: float) -> tuple[str, Box]:
    return "person", (x - 0.07, 0.4, x + 0.07, 0.8)


def package(x: float = 0.55, bottom: float = 0.8) -> tuple[str, Box]:
    return "package", (x - 0.04, bottom - 0.06, x + 0.04, bottom)


def scene() -> Iterator[Shot]:
    """A courier brings a package, puts it down and goes; later somebody comes and goes, and it is gone."""
    for second in range(END):
        things = []
        if 4 <= second < 10:
            x = 0.08 + 0.085 * (second - 4)
            things = [person(x), package(x + 0.02, 0.62)]
        elif 10 <= second < 13:
            things = [person(0.5), package()]
        elif 13 <= second < COURIER_GONE:
            things = [person(0.5 + 0.08 * (second - 13)), package()]
        elif COURIER_GONE <= second < THIEF_COMES:
            things = [package()]
        elif THIEF_COMES <= second < THIEF_COMES + 7:
            things = [person(0.08 + 0.07 * (second - THIEF_COMES)), package()]
        elif THIEF_COMES + 7 <= second < THIEF_GONE:
            things = [person(0.5 + 0.055 * (second - THIEF_COMES - 7))]
        yield Shot(second, tuple(things))


SHOTS = list(scene())


def told(database_url: str, redis_url: str, play: Play) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []

    async def noted(house: Pipeline) -> None:
        await play(house)
        found.extend(await house.rows(THINGS))

    played(database_url, redis_url, noted)
    return found


def test_however_pictures_arrive_and_whoever_restarts_the_same_is_told(database_url: str, redis_url: str) -> None:
    async def in_order(house: Pipeline) -> None:
        await see(house, SHOTS)
        await rounds(house)

    async def piece_by_piece(house: Pipeline) -> None:
        for first in range(0, len(SHOTS), 6):
            await see(house, SHOTS[first : first + 6])
            await rounds(house)
            restart(house)

    async def mixed_up(house: Pipeline) -> None:
        others = Random(3).sample(SHOTS, len(SHOTS))
        for first in range(0, len(others), 21):
            await see(house, others[first : first + 21])
            await rounds(house)

    expected = told(database_url, redis_url, in_order)
    came, thief = T0 + timedelta(seconds=4), T0 + timedelta(seconds=THIEF_COMES)
    assert [row[:4] for row in expected] == [
        ("carried", came, "package", came), ("left", came, "package", came), ("taken", thief, "package", came),
    ]  # fmt: skip
    assert expected[1][4] == T0 + timedelta(seconds=10), "when it was put down"
    assert expected[2][4] == T0 + timedelta(seconds=THIEF_COMES + 6), "when it was last seen"
    assert told(database_url, redis_url, piece_by_piece) == expected
    assert told(database_url, redis_url, mixed_up) == expected


def test_a_late_picture_unsays_what_only_seemed_so(database_url: str, redis_url: str) -> None:
    """The package lay there all the time: the pictures that show it came later than those that seemed empty."""
    passer = [shot for shot in SHOTS if shot.second < THIEF_GONE]
    empty = [Shot(second) for second in range(THIEF_GONE, END)]
    late = [Shot(second + 0.5, (package(),)) for second in range(THIEF_COMES + 7, END)]

    async def play(house: Pipeline) -> None:
        await see(house, [*passer, *empty])
        await rounds(house)
        before = {row[0]: row for row in await house.rows("SELECT kind, id FROM object_interactions")}
        assert set(before) == {"carried", "left", "taken"}
        await see(house, late)
        await rounds(house)
        after = {row[0]: row for row in await house.rows("SELECT kind, id FROM object_interactions")}
        del before["taken"]
        assert after == before, "evidence that points to the others still does"

    played(database_url, redis_url, play)


def test_what_is_told_when_the_batch_is_closed_is_judged_anew(database_url: str, redis_url: str) -> None:
    scores = "SELECT risk_score, revision FROM events ORDER BY started_at DESC LIMIT 1"

    async def analyse(house: Pipeline) -> None:
        for (batch,) in await house.rows("SELECT id FROM batches WHERE eventful AND analysed_revision < revision"):
            await house.analysis.analyse(batch)

    async def play(house: Pipeline) -> None:
        await see(house, [shot for shot in SHOTS if THIEF_COMES - 20 <= shot.second < THIEF_COMES + 9])
        await rounds(house)
        house.now = NOW + timedelta(hours=1)
        await rounds(house)
        await analyse(house)
        assert await house.rows("SELECT DISTINCT status FROM batches") == [("closed",)]
        [(before, first)] = await house.rows(scores)
        await see(house, [Shot(second) for second in range(THIEF_GONE, END)])
        await rounds(house)
        assert await house.rows("SELECT DISTINCT status FROM batches") == [("closed",)]
        await analyse(house)
        [(after, second)] = await house.rows(scores)
        assert after >= before + 25
        assert second == first + 1
        [(source,)] = await house.rows(
            "SELECT item ->> 'source' FROM event_audits, jsonb_array_elements(evidence) AS item "
            "WHERE item ->> 'value' = 'taken:package'"
        )
        assert await house.rows("SELECT id FROM object_interactions WHERE kind = 'taken'") == [
            (int(source.removeprefix("object_interactions:")),)
        ]

    played(database_url, redis_url, play)


def test_a_state_from_before_hands_were_followed_is_gone_on_with(database_url: str, redis_url: str) -> None:
    async def play(house: Pipeline) -> None:
        await see(house, [shot for shot in SHOTS if shot.second < 30])
        await rounds(house)
        async with house.engine.begin() as connection:
            await connection.execute(text("UPDATE tracker_states SET state = state - 'hands'"))
        restart(house)
        await see(house, [shot for shot in SHOTS if shot.second >= 30])
        await rounds(house)
        assert await house.rows("SELECT kind FROM object_interactions ORDER BY at") == [
            ("carried",), ("left",), ("taken",),
        ]  # fmt: skip

    played(database_url, redis_url, play)
