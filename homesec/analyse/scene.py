"""The scene of a batch: the same facts as in a scenario file, made from rows."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping

from homesec.analyse.facts import Facts, Rows, source
from homesec.analyse.identity import identity, members, seen_before, vehicle
from homesec.analyse.zones import zones
from homesec.domain.scene_facts import (
    Baseline,
    Crossing,
    Elsewhere,
    Said,
    Scene,
    Stay,
    Track,
)

_ONCE = 0.6  # confidence from which one look is enough; else a second must say the same
_MANY_LOOKS, _ODD_ONE_OUT = 3, 0.6  # a weapon that one of so many looks shows is so much less sure
_TELLING = frozenset({"crouching", "arms_raised", "lying_down"})
_SEVERITY = {"info": 0.3, "warning": 0.6, "critical": 1.0}


def scene(facts: Facts, local: datetime) -> Scene:
    """What is known. `local`: when the batch began, as the clock on the wall shows it."""
    household = members(facts)
    tracks = [_track(facts, row, local) for row in facts.tracks]
    tracks += _untracked(facts)
    change = facts.change
    return Scene(
        local_time=local,
        zones={zone.name: zone for zone in zones(facts.zones, local)},
        household=household,
        tracks=tuple(tracks),
        at_once=_at_once(facts.detections),
        baseline=_baseline(facts.usual),
        elsewhere=_elsewhere(facts),
        scene_change=None if change is None else _said(
            change["change_type"], 1.0, f"scene_changes:{change['id']}", change["detected_at"]
        ),
        anomalies=tuple(
            _said(one["title"], _SEVERITY[one["severity"]], f"zone_anomalies:{one['id']}", one["timestamp"])
            for one in facts.anomalies
        ),
    )  # fmt: skip


def _track(facts: Facts, row: RowMapping, local: datetime) -> Track:
    detections = [one for one in facts.detections if one["track_id"] == row["id"]]
    surest = max(detections, key=lambda one: float(one["confidence"]))
    said = {name: [one for one in rows if one["track_id"] == row["id"]] for name, rows in facts.said.items()}
    names = {zone["id"]: zone["name"] for zone in facts.zones}
    visits = [one for one in facts.visits if one["track_id"] == row["id"]]
    looks = sum(1 for one in detections if one["looked_at"])
    hands = _hands([one for one in facts.handlings if one["track_id"] == row["id"]])
    return Track(
        object_class=row["object_class"],
        confidence=float(surest["confidence"]),
        seconds=(row["last_seen"] - row["first_seen"]).total_seconds(),
        stays=tuple(
            Stay(names[one["zone_id"]], one["total_seconds"], f"dwell_time_records:{one['id']}",
                 one["entry_time"].isoformat())
            for one in visits if one["direction"] is None
        ),
        crossings=tuple(
            Crossing(names[one["zone_id"]], one["direction"], f"dwell_time_records:{one['id']}",
                     one["entry_time"].isoformat())
            for one in visits if one["direction"] is not None
        ),
        identity=identity(facts, row, said["faces"]),
        seen_before=seen_before(row, facts.batch["last_at"]),
        vehicle=vehicle(facts, row),
        entity=None if row["entity_id"] is None else str(row["entity_id"]),
        source=f"detections:{surest['id']}",
        at=surest["detected_at"].isoformat(),
        **_body(said, looks),
        carries=hands["carried"],
        leaves=hands["left"],
        takes=hands["taken"],
    )  # fmt: skip


def _untracked(facts: Facts) -> list[Track]:
    """What is followed by nobody counts once for each class."""
    by_class: defaultdict[str, list[RowMapping]] = defaultdict(list)
    for one in facts.detections:
        if one["track_id"] is None:
            by_class[one["object_type"]].append(one)
    tracks = []
    for name, ones in by_class.items():
        surest = max(ones, key=lambda one: float(one["confidence"]))
        said = {kind: [row for row in rows if row["detection_id"] in {one["id"] for one in ones}]
                for kind, rows in facts.said.items()}  # fmt: skip
        tracks.append(
            Track(
                object_class=name,
                confidence=float(surest["confidence"]),
                seconds=(ones[-1]["detected_at"] - ones[0]["detected_at"]).total_seconds(),
                source=f"detections:{surest['id']}",
                at=surest["detected_at"].isoformat(),
                **_body(said, sum(1 for one in ones if one["looked_at"])),
            )
        )
    return tracks


def _body(said: dict[str, list[RowMapping]], looks: int) -> dict[str, Any]:
    poses = _agreed("poses", said["poses"])
    faces = said["faces"]
    covered = [one for one in faces if one["covered"]]
    shown: RowMapping | None = None
    if faces:
        shown = covered[0] if 2 * len(covered) > len(faces) else next(one for one in faces if not one["covered"])
    return {
        "pose": max(poses, key=lambda one: (one.name in _TELLING, one.confidence), default=None),
        "actions": tuple(_agreed("actions", said["actions"])),
        "face": None if shown is None else _said(
            "covered" if shown["covered"] else "visible", 1.0, source("faces", shown), shown["at"]
        ),
        "threats": tuple(_weapons(said["threats"], looks)),
    }  # fmt: skip


def _agreed(name: str, rows: list[RowMapping]) -> list[Said]:
    """What was said surely, or twice; the surest of each."""
    often = Counter(row["name"] for row in rows)
    found: dict[str, Said] = {}
    for row in rows:
        if often[row["name"]] > 1 or row["confidence"] >= _ONCE:
            found.setdefault(row["name"], _said(row["name"], row["confidence"], source(name, row), row["at"]))
    return list(found.values())


def _weapons(rows: list[RowMapping], looks: int) -> Iterable[Said]:
    often = Counter(row["name"] for row in rows)
    for row in rows:
        is_odd = looks >= _MANY_LOOKS and often[row["name"]] == 1
        sure = row["confidence"] * (_ODD_ONE_OUT if is_odd else 1.0)
        yield _said(row["name"], round(sure, 4), source("threats", row), row["at"])


def _hands(handlings: list[RowMapping]) -> dict[str, tuple[Said, ...]]:
    """Who takes what they left themselves only carries it."""
    left = {one["object_track_id"]: one["at"] for one in handlings if one["kind"] == "left"}
    found: dict[str, list[Said]] = {"carried": [], "left": [], "taken": []}
    for one in handlings:
        is_own = one["object_track_id"] in left and left[one["object_track_id"]] <= one["at"]
        if one["kind"] != "taken" or not is_own:
            found[one["kind"]].append(
                _said(one["object_class"], one["confidence"], f"object_interactions:{one['id']}", one["at"])
            )
    return {kind: tuple(ones) for kind, ones in found.items()}


def _at_once(detections: Rows) -> int:
    frames = Counter((one["upload_id"], one["frame_no"]) for one in detections if one["object_type"] == "person")
    return max(frames.values(), default=0)


def _baseline(usual: RowMapping | None) -> Baseline | None:
    if usual is None:
        return None
    return Baseline(
        mean=usual["frequency"], variance=usual["variance"], seen=usual["seen"], samples=usual["sample_count"],
        source=f"class_baselines:{usual['id']}",
    )  # fmt: skip


def _elsewhere(facts: Facts) -> tuple[Elsewhere, ...]:
    since: datetime = facts.batch["started_at"]
    return tuple(
        Elsewhere(one["camera_id"], max((since - one["last_seen"]) / timedelta(minutes=1), 0.0), True,
                  f"tracks:{one['id']}", str(one["entity_id"]))
        for one in facts.elsewhere
    )  # fmt: skip


def _said(name: str, confidence: float, where: str, at: datetime) -> Said:
    return Said(name, float(confidence), where, at.isoformat())
