"""Further models on real pictures: from files of cameras to rows, together, late, or not at all."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from homesec.domain.insights import Insight, Pose, Sight
from homesec.enrich import Enrichment, Model
from homesec.enrich_pictures import Pictures
from homesec.errors import HomesecError, ModelUnavailable, SettingsError
from homesec.media.local_storage import LocalStorage
from homesec.settings import Settings
from homesec.store.sessions import async_engine
from homesec.store.writer import Writer
from homesec.store.writes.enrichment import SaveEnrichment
from homesec.store.writes.unit import Unit
from homesec.vision.devices import DeviceFull
from homesec.vision.memory import Residents
from homesec.vision.zoo.assembly import Zoo
from homesec.vision.zoo.crop import Crop
from homesec.vision.zoo.model import AGAIN_S, ZooModel
from homesec.vision.zoo.registry import LOOKS_AT, capabilities
from homesec.vision.zoo.spec import CapabilitySpec
from tests.zoo import onnx

NOW = datetime(2026, 5, 5, 12, 0, tzinfo=UTC)
BOX = (0.2, 0.2, 0.4, 0.8)


@dataclass
class House:
    """A database, a camera's folder, and what asks further models."""

    engine: AsyncEngine
    write: Callable[[Unit], Any]
    storage: LocalStorage
    settings: Settings
    units: list[SaveEnrichment] = field(default_factory=list)
    uploads: int = 0

    def __post_init__(self) -> None:
        self.pictures = Pictures(self.engine, self.storage, self.settings.uploads)
        self.loop, self.stored = asyncio.get_running_loop(), asyncio.Event()

    def crops(self, sights: Sequence[Sight], moments: bool) -> Mapping[int, Crop]:
        return asyncio.run_coroutine_threadsafe(self.pictures.crops(sights, moments), self.loop).result()

    def enrichment(
        self, models: Sequence[Model], deadline_s: float = 30.0, share: int = 0, shares: int = 1
    ) -> Enrichment:
        async def write(unit: Unit) -> Any:
            assert isinstance(unit, SaveEnrichment)
            self.units.append(unit)
            taken = await self.write(unit)
            self.stored.set()
            return taken

        later = NOW + timedelta(hours=1)
        return Enrichment(
            models, self.engine, write, lambda: later, deadline_s, share, shares, self.pictures.expect
        )

    async def enrich(self, *models: Model) -> list[int]:
        enrichment = self.enrichment(models)
        return await enrichment.enrich(*await enrichment.due({}))

    async def batch(self, camera: str = "door") -> int:
        async with self.engine.begin() as connection:
            await connection.execute(
                text("INSERT INTO cameras (id, name, folder_path) VALUES (:c, :c, :c) ON CONFLICT DO NOTHING"),
                {"c": camera},
            )
            made = await connection.scalar(
                text(
                    "INSERT INTO batches (camera_id, status, started_at, last_at, close_reason, eventful, revision) "
                    "VALUES (:c, 'closed', :at, :at, 'idle', true, 0) RETURNING id"
                ),
                {"c": camera, "at": NOW},
            )
        return int(made or 0)

    async def track(self, camera: str = "door") -> int:
        async with self.engine.begin() as connection:
            made = await connection.scalar(
                text(
                    "INSERT INTO tracks (camera_id, session, track_id, object_class, first_seen, last_seen, "
                    "trajectory, total_distance, avg_speed) VALUES (:c, gen_random_uuid(), 1, 'person', :at, :at, "
                    "'[]', 0, 0) RETURNING id"
                ),
                {"c": camera, "at": NOW},
            )
        return int(made or 0)

    async def see(
        self, batch: int, later_s: float, *things: tuple[str, Sequence[float]], track: int | None = None
    ) -> list[int]:
        """A picture of the camera joins the batch; gives the ids of its detections."""
        self.uploads += 1
        at = NOW + timedelta(seconds=later_s)
        image = np.full((360, 640, 3), 90, np.uint8)
        for _, (x1, y1, x2, y2) in things:
            image[round(y1 * 360) : round(y2 * 360), round(x1 * 640) : round(x2 * 640)] = (40, 40, 200)  # red in BGR
        data = cv2.imencode(".png", image)[1].tobytes() + bytes([self.uploads])
        name = f"door/{self.uploads}.png"
        path = self.settings.cameras_dir / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        ids = []
        async with self.engine.begin() as connection:
            camera = await connection.scalar(
                text("UPDATE batches SET revision = revision + 1 WHERE id = :id RETURNING camera_id"), {"id": batch}
            )
            upload = await connection.scalar(
                text(
                    "INSERT INTO uploads (camera_id, volume, path, size, mtime_ns, sha256, media_type, captured_at, "
                    "time_source, received_at, state) VALUES (:c, :v, :p, :s, 1, :h, 'image', :at, 'exif', now(), "
                    "'done') RETURNING id"
                ),
                {"c": camera, "v": self.storage.volume, "p": name.encode(), "s": len(data), "at": at,
                 "h": hashlib.sha256(data).digest()},
            )  # fmt: skip
            for ordinal, (kind, box) in enumerate(things):
                made = await connection.scalar(
                    text(
                        "INSERT INTO detections (upload_id, camera_id, file_path, ordinal, detected_at, object_type, "
                        "confidence, x1, y1, x2, y2, frame_width, frame_height, media_type, model, batch_id, track_id) "
                        "VALUES (:u, :c, 'x', :o, :at, :t, 0.9, :x1, :y1, :x2, :y2, 640, 360, 'image', 'fake', :b, "
                        ":track) RETURNING id"
                    ),
                    {"u": upload, "c": camera, "o": ordinal, "at": at, "t": kind, "b": batch, "track": track,
                     **dict(zip(("x1", "y1", "x2", "y2"), box, strict=True))},
                )  # fmt: skip
                ids.append(int(made or 0))
        return ids

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]


@asynccontextmanager
async def house(database_url: str, data_dir: Path, **enrichment: Any) -> AsyncIterator[House]:
    settings = Settings.load(data_dir=data_dir, enrichment=enrichment)
    storage = LocalStorage.open(settings.cameras_dir, settings.media_dir)
    settings.models_dir.mkdir(exist_ok=True)
    writer, engine = Writer(database_url), async_engine(database_url, "test")

    async def write(unit: Unit) -> Any:
        [result], _ = await asyncio.to_thread(writer.apply, [unit])
        if isinstance(result, HomesecError):
            raise result
        return result

    try:
        yield House(engine, write, storage, settings)
    finally:
        writer.close()
        await engine.dispose()


class Says:
    """A capability that says the same pose of everything, notes what it is shown, and may wait or fail."""

    def __init__(self, error: Exception | None = None, room: int = 100) -> None:
        self.error, self.room = error, room
        self.shown: list[Crop] = []
        self.batches: list[int] = []
        self.go_on = threading.Event()
        self.go_on.set()

    def say(self, crops: Sequence[Crop]) -> list[Insight]:
        assert self.go_on.wait(30)
        if self.error is not None:
            raise self.error
        if len(crops) > self.room:
            raise DeviceFull
        self.shown += crops
        self.batches.append(len(crops))
        pose = Pose(((0.5, 0.5, 0.9),) * 17, "standing", 0.9)
        return [Insight(crop.sight.detection_id, pose=pose) for crop in crops]


def model(
    home: House, capability: Says, name: str = "test:says", kinds: str = "person", moments: bool = False,
    clock: Callable[[], float] = lambda: 0.0, load: Callable[[str], Says] | None = None,
) -> ZooModel:  # fmt: skip
    residents: Residents[Any] = Residents(2.0, lambda: 0.0, lambda: None, lambda: 0.0)
    spec = CapabilitySpec(
        "pose", name, load or (lambda _: capability), 0.5, frozenset({kinds}), 1, batch=8, moments=moments
    )
    return ZooModel(spec, residents, home.crops, "cpu", clock)


def test_real_models_leave_rows_that_name_them_and_decode_each_picture_once(
    database_url: str, tmp_path: Path, networks: Path
) -> None:
    async def run() -> None:
        wanted = {
            "pose": f"vitpose:{networks / 'vitpose'}", "threat": f"owlv2:{networks / 'owlv2'}", "vehicle": "colours",
            "age": f"transformers:{networks / 'ages'}", "demographics": True, "reid": "onnx:reid",
        }  # fmt: skip
        async with house(database_url, tmp_path, **wanted) as home:
            onnx.mean_colour(home.settings.models_dir / "reid.onnx", 128, 256)
            zoo = Zoo(home.settings, home.crops, "cpu")
            batch = await home.batch()
            person, car = await home.see(batch, 0, ("person", BOX), ("car", (0.5, 0.5, 0.9, 0.9)))
            assert sorted(await home.enrich(*zoo.models)) == [person, car]
            assert await home.rows("SELECT detection_id, model FROM pose_results") == [(person, wanted["pose"])]
            ages = await home.rows("SELECT detection_id, age_range, gender, model FROM demographics_results")
            assert ages == [(person, "21-30", "unknown", wanted["age"])]
            asked = "SELECT name FROM detections, jsonb_object_keys(enrichment_data) AS name WHERE id = "
            assert sorted(await home.rows(f"{asked}{person}")) == sorted(
                (wanted[name],) for name in ("pose", "threat", "age", "reid")
            )
            assert sorted(await home.rows(f"{asked}{car}")) == [("colours",), ("onnx:reid",), ("vehicle",)]
            said = [insight for unit in home.units for insight in unit.insights]
            [look] = [insight.vehicle for insight in said if insight.detection_id == car and insight.vehicle]
            assert (look.kind, look.color) == ("car", "red")
            vectors = [one.appearance for one in said if one.appearance is not None]
            assert [vector.model for vector in vectors] == ["onnx:reid"] * 2
            assert home.pictures.decoded == 1
            assert await home.rows("SELECT enriched_revision, revision FROM batches") == [(1, 1)]
            assert await home.enrichment(zoo.models).due({}) == []
            health = zoo.health()["capabilities"]
            assert isinstance(health, dict)
            assert list(health) == list(LOOKS_AT)
            assert health["pose"] == wanted["pose"]
            assert health["face"].startswith("not available: enrichment.face names no weights")

    asyncio.run(run())


def test_crops_of_several_cameras_share_a_batch(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with house(database_url, tmp_path) as home:
            says = Says()
            ids = []
            for camera in ("door", "yard", "street"):
                ids += await home.see(await home.batch(camera), 0, ("person", BOX))
            assert sorted(await home.enrich(model(home, says))) == ids
            assert says.batches == [3]
            assert await home.rows("SELECT DISTINCT enriched_revision FROM batches") == [(1,)]

    asyncio.run(run())


def test_of_a_track_the_best_picture_of_each_while_is_looked_at(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with house(database_url, tmp_path) as home:
            says = Says()
            batch, track, other = await home.batch(), await home.track(), await home.track("door")
            sizes = (0.05, 0.12, 0.08)
            ids = [
                (await home.see(batch, second, ("person", (0.1, 0.1, 0.1 + size, 0.9)), track=track))[0]
                for second, size in enumerate(sizes)
            ]
            beside = await home.see(batch, 2, ("person", (0.7, 0.1, 0.8, 0.9)), track=other)
            assert sorted(await home.enrich(model(home, says, moments=True))) == sorted([ids[1], *beside])
            best = next(crop for crop in says.shown if crop.sight.detection_id == ids[1])
            assert [one.detection_id for one in best.sight.along] == [ids[0], ids[2]]
            assert len(best.moments) == 3
            assert len({moment.shape for moment in best.moments}) == 1  # the same place each time

    asyncio.run(run())


def test_what_is_late_is_stored_later_and_the_revision_only_then(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with house(database_url, tmp_path) as home:
            quick, slow = Says(), Says()
            slow.go_on.clear()
            models = [model(home, quick, "test:quick"), model(home, slow, "test:slow")]
            [person] = await home.see(await home.batch(), 0, ("person", BOX))
            enrichment = home.enrichment(models, deadline_s=0.05)
            working = asyncio.ensure_future(enrichment.enrich(*await enrichment.due({})))
            await asyncio.wait_for(home.stored.wait(), 20)
            marks = "SELECT enrichment_data FROM detections"
            assert await home.rows(marks) == [({"test:quick": ["pose"]},)]
            assert await home.rows("SELECT enriched_revision FROM batches") == [(0,)]
            slow.go_on.set()
            assert await working == [person]
            assert await home.rows(marks) == [({"test:quick": ["pose"], "test:slow": ["pose"]},)]
            assert await home.rows("SELECT enriched_revision FROM batches") == [(1,)]

    asyncio.run(run())


def test_within_the_deadline_all_is_stored_at_the_end(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with house(database_url, tmp_path) as home:
            models = [model(home, Says(), "test:one"), model(home, Says(), "test:two")]
            await home.see(await home.batch(), 0, ("person", BOX))
            await home.enrich(*models)
            assert [(unit.model, unit.revision) for unit in home.units] == [("test:one", None), ("test:two", 1)]

    asyncio.run(run())


def test_a_model_that_fails_keeps_no_other_from_being_stored_and_is_asked_again(
    database_url: str, tmp_path: Path
) -> None:
    async def run() -> None:
        async with house(database_url, tmp_path) as home:
            good, bad = Says(), Says(error=ValueError("no"))
            models = [model(home, bad, "test:bad"), model(home, good, "test:good")]
            [person] = await home.see(await home.batch(), 0, ("person", BOX))
            with pytest.raises(ValueError, match="no"):
                await home.enrich(*models)
            assert await home.rows("SELECT enrichment_data FROM detections") == [({"test:good": ["pose"]},)]
            assert await home.rows("SELECT enriched_revision FROM batches") == [(0,)]
            bad.error = None
            assert await home.enrich(*models) == [person]
            assert good.batches == [1]
            assert await home.rows("SELECT enriched_revision FROM batches") == [(1,)]

    asyncio.run(run())


def test_a_capability_that_cannot_be_had_writes_nothing_and_says_why_and_is_tried_again_later(
    database_url: str, tmp_path: Path
) -> None:
    async def run() -> None:
        async with house(database_url, tmp_path) as home:
            now, tries = [0.0], []

            def load(device: str) -> Says:
                tries.append(device)
                if len(tries) == 1:
                    raise ModelUnavailable("there are no weights")
                return Says()

            one = model(home, Says(), clock=lambda: now[0], load=load)
            batch = await home.batch()
            await home.see(batch, 0, ("person", BOX))
            assert await home.enrich(one) == []
            assert one.state == "not available: there are no weights"
            assert await home.rows("SELECT enrichment_data FROM detections") == [({},)]
            assert await home.rows("SELECT enriched_revision FROM batches") == [(1,)]  # nothing to wait for
            await home.see(batch, 10, ("person", BOX))
            assert await home.enrich(one) == []
            assert len(tries) == 1
            now[0] = AGAIN_S
            await home.see(batch, 20, ("person", BOX))
            assert len(await home.enrich(one)) == 3
            assert one.state == "test:says"

    asyncio.run(run())


def test_a_picture_that_is_gone_is_told_nothing_of_and_not_asked_for_again(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with house(database_url, tmp_path) as home:
            says = Says()
            [person] = await home.see(await home.batch(), 0, ("person", BOX))
            (home.settings.cameras_dir / "door/1.png").unlink()
            assert await home.enrich(model(home, says)) == [person]
            assert says.shown == []
            assert await home.rows("SELECT enrichment_data FROM detections") == [({"test:says": []},)]
            assert await home.rows("SELECT count(*) FROM pose_results") == [(0,)]

    asyncio.run(run())


def test_a_device_without_room_for_all_gets_half(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with house(database_url, tmp_path) as home:
            says = Says(room=1)
            ids = []
            for camera in ("door", "yard", "street"):
                ids += await home.see(await home.batch(camera), 0, ("person", BOX))
            await home.enrich(model(home, says))
            assert says.batches == [1, 1, 1]
            assert sorted(crop.sight.detection_id for crop in says.shown) == ids

    asyncio.run(run())


def test_several_enrichers_divide_the_batches(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with house(database_url, tmp_path) as home:
            batches = [await home.batch() for _ in range(5)]
            for number, batch in enumerate(batches):
                await home.see(batch, number, ("person", BOX))
            models = [model(home, Says())]
            parts = [await home.enrichment(models, share=share, shares=2).due({}) for share in (0, 1)]
            found = [[due.batch_id for due in part] for part in parts]
            assert all(part for part in found)
            assert sorted(found[0] + found[1]) == batches

    asyncio.run(run())


def test_actions_ask_for_tracks_and_plates_for_vehicles(tmp_path: Path) -> None:
    settings = Settings.load(
        data_dir=tmp_path, enrichment={"action": "xclip:x", "plate": "fast-alpr:plates", "pose": "vitpose:v"}
    )
    found = {spec.capability: spec for spec in capabilities(settings)}
    assert list(found) == ["plate", "pose", "action"]
    assert [found[name].moments for name in found] == [False, False, True]
    assert found["plate"].kinds == {"vehicle"}
    assert found["plate"].priority > found["pose"].priority > found["action"].priority
    with pytest.raises(ModelUnavailable, match="fast-alpr, which is not installed"):
        found["plate"].load("cpu")


def test_a_name_that_means_no_model_is_an_error_that_names_the_setting(tmp_path: Path) -> None:
    for name, value in (("pose", "yolo"), ("vehicle", "transformers:x"), ("reid", "onnx:")):
        with pytest.raises(SettingsError, match=rf"enrichment\.{name}: .* means no model; it is one of"):
            capabilities(Settings.load(data_dir=tmp_path, enrichment={name: value}))


def test_ages_are_estimated_only_where_the_owner_asked_for_it(tmp_path: Path) -> None:
    silent = Settings.load(data_dir=tmp_path, enrichment={"age": "transformers:ages"})
    assert capabilities(silent) == []
    assert silent.enrichment.weights == ()


def test_memory_is_judged_by_the_files_unless_it_is_declared(tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    (models / "big.onnx").write_bytes(bytes(100_000_000))
    asked = {"reid": "onnx:big.onnx@64x128", "pose": "vitpose:none", "gb": {"pose": 0.7}}
    found = {spec.capability: spec.gb for spec in capabilities(Settings.load(data_dir=tmp_path, enrichment=asked))}
    assert found == {"reid": pytest.approx(0.13 + 0.15), "pose": 0.7}
