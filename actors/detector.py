"""A detector: one model on its share of a GPU, or on the CPU."""

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from actors import AGGREGATOR, COORDINATOR
from actors.lane import set_up_logging
from actors.names import Peer
from actors.storage import NodeStorage
from actors.writer import Client
from homesec.bus import Bus
from homesec.detect import Counters, Predictor, Worker
from homesec.detect.last_pictures import LastPictures
from homesec.detect.tools import Tools
from homesec.errors import HomesecError
from homesec.settings import Settings
from homesec.store.sessions import async_engine
from homesec.vision.devices import DeviceLost
from homesec.vision.offline import go_offline
from homesec.vision.registry import detector_spec
from homesec.vision.shares import chosen_device, cuda_devices_gb, limit_memory
from homesec.vision.spec import Detector, ModelSpec

AGAIN_S = 5.0  # weights may arrive while the system runs
DRAIN_S = 8.0  # for what is in flight at a stop
NICE = 10  # of the threads that compute: a backlog of pictures never delays who asks, judges or writes

log = logging.getLogger(__name__)


class DetectorActor:
    """Loads its model beside its loop, then works until it is stopped. A lost GPU ends the process: Ray rebuilds it."""

    async def __init__(  # type: ignore[misc]  # Ray awaits it, on the loop that the tasks need
        self, settings: Settings, database_url: str, redis_url: str, device: str, part: float, name: str
    ) -> None:
        set_up_logging(settings, name)
        go_offline(settings.models_dir)
        self._settings, self._device, self._part = settings, device, part
        self._engine = async_engine(database_url, name, pool=2)
        self._bus = Bus(redis_url, name)
        self._model_thread = _niced(1, "model")
        self._decoders = _niced(settings.detector.decode_threads, "decode")
        self._aggregator = Peer(AGGREGATOR, COORDINATOR if settings.ray_address is None else None)
        self._spec: ModelSpec | None = None
        self._worker: Worker | None = None
        self._because: str | None = "the model is being loaded"
        self._errors = 0
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            try:
                await self._work()
                return
            except DeviceLost:
                log.exception("the GPU is lost")
                os._exit(1)  # nothing of this process can use it any more
            except HomesecError as error:  # no weights, or no GPU where one is demanded; entries stay in their queue
                self._because = str(error)
                log.warning("there is no model", extra={"reason": str(error)})
            except Exception as error:  # the one loop of this actor
                self._errors += 1
                self._because = f"{type(error).__name__}: {error}"
                log.exception("the detector failed")
            self._worker = None
            await asyncio.sleep(AGAIN_S)

    async def _work(self) -> None:
        """Load the model and work until `stop`."""
        detector, counters = self._settings.detector, Counters()
        self._spec = detector_spec(detector, self._settings.models_dir)
        model = await asyncio.get_running_loop().run_in_executor(self._model_thread, self._load, self._spec)
        storage = NodeStorage(self._settings)
        predictor = Predictor(model, self._model_thread, detector.batch, detector.deadline_s, counters)
        shown = LastPictures(storage, self._decoders)
        tools = Tools(
            predictor, storage, self._decoders, shown, self._settings.uploads, detector.image_size, detector.batch,
            counters,
        )  # fmt: skip
        self._worker = Worker(self._bus, self._engine, tools, Client(), self._hint)
        self._because = None
        log.info("looking", extra={"model": model.name, "device": self._device, "stand_in": self._spec.stand_in})
        try:
            await self._worker.run()
        finally:
            await predictor.close()

    def _load(self, spec: ModelSpec) -> Detector:
        """In the model's thread. Fakes and HOG never touch a GPU, nor the library that could."""
        if spec.gpu_gb == 0 or self._device == "cpu":
            self._device = "cpu"
        else:
            self._device = chosen_device(self._settings.detector.device, self._part, bool(cuda_devices_gb()))
        if self._device == "cuda":
            limit_memory(self._part)
        return spec.load(self._device)

    def _hint(self, camera_ids: list[str]) -> None:
        self._aggregator.tell("hint", camera_ids)

    async def ping(self) -> str:
        return "ok"

    async def health(self) -> dict[str, Any]:
        return {
            "state": "waiting",
            "because": self._because,
            **({} if self._worker is None else self._worker.health()),
            "model": self._settings.detector.name,
            "device": self._device,
            "share": self._part or None,
            "stand_in": None if self._spec is None else self._spec.stand_in,
            "errors": self._errors,
        }

    async def stop(self) -> None:
        """Finish what is in flight, if it can be."""
        if self._worker is None:
            self._task.cancel()
        else:
            await self._worker.stop(DRAIN_S)
        await asyncio.wait({self._task}, timeout=2.0)
        await self._bus.close()
        await self._engine.dispose()
        self._model_thread.shutdown(wait=False)
        self._decoders.shutdown(wait=False)


def _niced(threads: int, name: str) -> ThreadPoolExecutor:
    """Threads with a priority of their own, which on Linux all that they start inherit."""
    return ThreadPoolExecutor(threads, thread_name_prefix=name, initializer=os.nice, initargs=(NICE,))
