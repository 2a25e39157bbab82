"""The socket: every message once, in order, through breaks; and when it ends."""

import asyncio
import contextlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from homesec.api import broadcast as broadcasts
from homesec.api import credentials
from homesec.api.credentials import COOKIE
from homesec.api.routes import socket as sockets
from homesec.errors import Unavailable
from homesec.store.queries import outbox
from homesec.store.writes.unit import Message
from tests.api.house import House

pytestmark = pytest.mark.timeout(120)


@contextlib.contextmanager
def listening(house: House, key: str, query: str = "", **how: Any) -> Iterator[ClientConnection]:
    address = f"ws://127.0.0.1:{house.port}/ws/events{query}"
    protocols = [Subprotocol("homesec"), Subprotocol(f"key.{key}")]
    with connect(address, subprotocols=protocols, open_timeout=10, close_timeout=1, **how) as line:
        yield line


def heard(line: ClientConnection, count: int, within_s: float = 10.0) -> list[dict[str, Any]]:
    """The next `count` messages."""
    deadline = time.monotonic() + within_s
    return [json.loads(line.recv(timeout=max(0.01, deadline - time.monotonic()))) for _ in range(count)]


def closed(line: ClientConnection, within_s: float = 15.0) -> tuple[int, str]:
    """Read to the end: code and reason of the close."""
    _, code, reason = to_the_end(line, within_s)
    return code, reason


def to_the_end(line: ClientConnection, within_s: float) -> tuple[list[int], int, str]:
    """The numbers of all messages until the close, its code and its reason."""
    deadline, numbers = time.monotonic() + within_s, []
    try:
        while True:
            numbers.append(json.loads(line.recv(timeout=max(0.01, deadline - time.monotonic())))["seq"])
    except ConnectionClosed as end:
        close = end.rcvd
    return (numbers, close.code, close.reason) if close is not None else (numbers, 1006, "no close was received")


def until(true: Callable[[], bool], within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def seen(number: int, camera: str = "yard") -> Message:
    return Message("event.updated", {"event_id": number, "camera_id": camera})


def test_messages_arrive_live_with_dense_numbers(house: House) -> None:
    with listening(house, house.key("viewer")) as line:
        assert line.subprotocol == "homesec"  # the key is not sent back
        for number in range(5):
            house.say(seen(number), seen(number))
        messages = heard(line, 10)
    assert [message["seq"] for message in messages] == list(range(1, 11))
    assert set(messages[0]) == {"seq", "type", "at", "data"}
    assert messages[0]["type"] == "event.updated"
    assert messages[0]["data"] == {"event_id": 0, "camera_id": "yard"}
    assert messages[0]["at"].endswith("Z")


def test_news_bring_a_message_long_before_the_next_look(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcasts, "POLL_S", 60.0)
    with listening(house, house.key("viewer")) as line:
        first = 0
        while not first:  # what is said before the replica has subscribed to the news is not heard of at once
            house.say(seen(0))
            with contextlib.suppress(TimeoutError):
                first = json.loads(line.recv(timeout=0.5))["seq"]
        # every message that was said is heard, and each by its own piece of news: the last one ends this
        said = int(house.rows("SELECT seq FROM outbox_head")[0].seq)
        heard(line, said - first)
        started = time.monotonic()
        house.say(seen(1))
        assert heard(line, 1, 30)[0]["seq"] == said + 1
        assert time.monotonic() - started < 30


def test_a_reader_without_news_looks_by_itself(tmp_path: Path, database_url: str) -> None:
    house = House(tmp_path / "data", database_url, "redis://127.0.0.1:1")
    try:
        with listening(house, house.key("viewer")) as line:
            house.say(seen(1))
            assert heard(line, 1)[0]["seq"] == 1
    finally:
        house.close()


def test_resuming_gives_everything_once_while_many_commits_go_on(house: House) -> None:
    """Connections are broken again and again while 400 commits run; the numbers have no gap and no double."""
    key, total = house.key("viewer"), 400
    ended = threading.Event()

    def speak() -> None:
        for number in range(total // 2):
            house.say(seen(number), seen(number))
            time.sleep(0.002)
        ended.set()

    numbers: list[int] = []
    connections = 0
    speaker = threading.Thread(target=speak)
    speaker.start()
    deadline = time.monotonic() + 60
    while len(numbers) < total and time.monotonic() < deadline:
        connections += 1
        with listening(house, key, f"?after={numbers[-1] if numbers else 0}") as line:
            for _ in range(7 + connections * 13 % 40):
                if len(numbers) == total:
                    break
                numbers += [message["seq"] for message in heard(line, 1)]
    speaker.join(20)
    assert ended.is_set()
    assert numbers == list(range(1, total + 1))
    assert connections > 8


def test_a_long_absence_is_made_up_for_from_the_outbox(house: House) -> None:
    """More messages than the memory of the replica holds."""
    total = broadcasts.TAIL + 700
    house.say(*(seen(number) for number in range(total)))
    with listening(house, house.key("viewer"), "?after=0") as line:
        messages = heard(line, total, 30)
        house.say(seen(1))
        messages += heard(line, 1)
    assert [message["seq"] for message in messages] == list(range(1, total + 2))


@pytest.mark.parametrize("case", ["beyond the head", "older than the outbox"])
def test_who_cannot_resume_is_told_to_begin_anew(house: House, case: str) -> None:
    house.say(*(seen(number) for number in range(10)))
    if case == "older than the outbox":
        house.sql("DELETE FROM outbox WHERE seq <= 5")
    after = 11 if case == "beyond the head" else 4
    with listening(house, house.key("viewer"), f"?after={after}") as line:
        [reset] = heard(line, 1)
        assert (reset["type"], reset["seq"]) == ("system.reset", 10)
        house.say(seen(1))
        assert heard(line, 1)[0]["seq"] == 11


@pytest.mark.parametrize("after", [5, 10])
def test_who_can_resume_is_not_told_to_begin_anew(house: House, after: int) -> None:
    house.say(*(seen(number) for number in range(10)))
    house.sql("DELETE FROM outbox WHERE seq <= 5")
    with listening(house, house.key("viewer"), f"?after={after}") as line:
        house.say(seen(1))
        assert [message["seq"] for message in heard(line, 11 - after)] == list(range(after + 1, 12))


def test_a_restored_database_is_told_to_those_who_listen(house: House) -> None:
    house.say(*(seen(number) for number in range(10)))
    with listening(house, house.key("viewer"), "?after=10") as line:
        house.say(seen(1))
        assert heard(line, 1)[0]["seq"] == 11
        house.sql("DELETE FROM outbox WHERE seq > 3")
        house.sql("UPDATE outbox_head SET seq = 3")
        [reset] = heard(line, 1)
        assert (reset["type"], reset["seq"]) == ("system.reset", 3)
        house.say(seen(1))
        assert heard(line, 1)[0]["seq"] == 4


def test_filters_by_type_and_camera(house: House) -> None:
    key = house.key("viewer")
    said = [
        seen(1, "yard"), seen(2, "street"), Message("camera.status", {"camera_id": "yard", "status": "online"}),
        Message("system.status", {"status": "ok"}), seen(3, "yard"),
    ]  # fmt: skip
    with (
        listening(house, key, "?types=event.updated,event.created&camera=yard") as narrow,
        listening(house, key, "?camera=yard&camera=garage") as yard,
    ):
        house.say(*said)
        assert [message["seq"] for message in heard(narrow, 2)] == [1, 5]
        assert [message["seq"] for message in heard(yard, 4)] == [1, 3, 4, 5]  # the system concerns everyone


def test_a_key_that_is_limited_to_cameras_hears_nothing_of_others(house: House) -> None:
    """All types of messages are walked: each once of its own camera, once of another, once of none."""
    house.camera("yard")
    said = [
        Message(name, {} if camera is None else {"camera_id": camera})
        for name in sorted(sockets.TYPES)
        for camera in ("secret", None, "yard")
    ]
    house.say(*said)
    with listening(house, house.key("admin", ("yard",)), "?after=0") as line:
        messages = heard(line, len(sockets.TYPES) + 1)  # one is that of the new camera
        assert {message["data"]["camera_id"] for message in messages} == {"yard"}
        assert {message["type"] for message in messages} == sockets.TYPES
        with pytest.raises(TimeoutError):
            line.recv(timeout=1.5)


def test_without_a_key_no_socket_opens(house: House) -> None:
    for headers in ({}, {"X-API-Key": "guess"}, {"Cookie": f"{COOKIE}=guess", "Origin": house.url}):
        with pytest.raises(InvalidStatus) as refused, connect(
            f"ws://127.0.0.1:{house.port}/ws/events", additional_headers=headers, open_timeout=10
        ):
            raise AssertionError("it opened")
        assert refused.value.response.status_code == 401


def test_the_cookie_opens_a_socket_only_from_our_own_page(house: House) -> None:
    with house.client(None) as browser:
        browser.post("/api/session", json={"key": house.key("viewer")})
        cookie = f"{COOKIE}={browser.cookies[COOKIE]}"
    address = f"ws://127.0.0.1:{house.port}/ws/events"
    with connect(address, additional_headers={"Cookie": cookie, "Origin": house.url}, open_timeout=10) as line:
        house.say(seen(1))
        assert heard(line, 1)[0]["seq"] == 1
    for origin in ({"Origin": "http://evil.example"}, {"Origin": "http://127.0.0.1:1"}, {}):
        with pytest.raises(InvalidStatus) as refused, connect(
            address, additional_headers={"Cookie": cookie, **origin}, open_timeout=10
        ):
            raise AssertionError("it opened")
        assert refused.value.response.status_code == 403


def test_a_revoked_key_ends_its_sockets(house: House, owner: httpx.Client) -> None:
    made = owner.post("/api/keys", json={"name": "guest"}).json()
    with listening(house, made["key"]) as line:
        house.say(seen(1))
        heard(line, 1)
        owner.delete(f"/api/keys/{made['id']}")
        assert closed(line) == (1008, "the key is no longer good")


def test_a_revoked_key_ends_a_socket_that_is_in_the_middle_of_much(
    house: House, owner: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More was said at once than fits into the buffers of a reader that takes nothing while its key is revoked."""
    monkeypatch.setattr(sockets, "CHECK_S", 0.0)
    monkeypatch.setattr(credentials, "CACHE_S", 0.0)  # all could be read while a key is still known from before
    made = owner.post("/api/keys", json={"name": "guest"}).json()
    text, total = "x" * 20_000, 600
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # so that 12 MB cannot hide in the kernel
    narrow.connect(("127.0.0.1", house.port))
    with listening(house, made["key"], max_queue=1, max_size=None, compression=None, sock=narrow) as line:
        message = Message("event.updated", {"event_id": 1, "camera_id": "yard", "text": text})
        house.say(*(message for _ in range(total)))
        heard(line, 1)  # all of it is on its way
        owner.delete(f"/api/keys/{made['id']}")
        numbers, code, reason = to_the_end(line, 30)
    assert (code, reason) == (1008, "the key is no longer good")
    assert len(numbers) < total - 1


def test_a_socket_lives_so_long_and_no_longer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "LIFE_S", 1.5)
    started = time.monotonic()
    with listening(house, house.key("viewer")) as line:
        assert closed(line)[0] == 1012
    assert 1.0 < time.monotonic() - started < 15  # and not ten minutes


def test_a_quiet_socket_is_pinged_with_its_place(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "PING_S", 0.3)
    house.say(seen(1), seen(2))
    with listening(house, house.key("viewer"), "?after=2&types=event.closed") as line:
        [first] = heard(line, 1)
        assert (first["type"], first["seq"], first["data"]) == ("ping", None, {"seq": 2})
        house.say(seen(3))  # filtered out, but the place moves on
        assert {"seq": 3} in [message["data"] for message in heard(line, 6)]


@pytest.mark.parametrize(
    ("query", "reason"), [("?after=x", "after"), ("?after=-1", "after"), ("?types=gossip", "gossip")]
)
def test_a_wish_that_cannot_be_read_is_refused_in_words(house: House, query: str, reason: str) -> None:
    with listening(house, house.key("viewer"), query) as line:
        code, said = closed(line)
    assert code == 1008
    assert reason in said


def test_a_reader_that_is_too_slow_is_cut_off_and_resumes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes nothing while messages pile up; the others hear everything meanwhile."""
    monkeypatch.setattr(sockets, "SEND_S", 1.0)
    monkeypatch.setattr(sockets, "CLOSE_S", 60.0)
    key = house.key("viewer")
    text = secrets.token_hex(10_000)  # it cannot be packed small
    rounds, each = 14, 30
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # so that 8 MB cannot hide in the kernel
    narrow.connect(("127.0.0.1", house.port))

    def big(number: int) -> Message:
        return Message("event.updated", {"event_id": number, "camera_id": "yard", "text": text})

    with (
        listening(house, key, max_queue=1, max_size=None, sock=narrow) as slow,
        listening(house, key, max_size=None) as quick,
    ):
        for number in range(rounds):
            house.say(*(big(number) for _ in range(each)))
            assert len(heard(quick, each, 20)) == each
        until(lambda: house.app.state.broadcast.listeners == 1)  # before it reads on, it is given up
        numbers, code, _ = to_the_end(slow, 30)
    assert code == 1013
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) < rounds * each
    with listening(house, key, f"?after={len(numbers)}", max_size=None) as again:
        rest = heard(again, rounds * each - len(numbers), 30)
    assert [message["seq"] for message in rest] == list(range(len(numbers) + 1, rounds * each + 1))


def test_what_falls_out_of_memory_is_never_skipped(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader further behind than the memory reaches is cut off rather than given a gap."""
    may_go_on = threading.Event()
    monkeypatch.setattr(sockets._Line, "_tell", _slowly(sockets._Line._tell, may_go_on))
    key, rounds, each = house.key("viewer"), 4, broadcasts.TAIL // 2
    with listening(house, key) as line:
        for _ in range(rounds):
            house.say(*(seen(number) for number in range(each)))
        until(lambda: house.app.state.broadcast.last == rounds * each)
        may_go_on.set()
        numbers, code, _ = to_the_end(line, 30)
    assert code == 1013
    assert numbers == list(range(1, len(numbers) + 1))


def _slowly(tell: Any, may_go_on: threading.Event) -> Any:
    """It sends the first messages, and is not done with them before it may go on."""

    async def slowly(self: Any, messages: list[Any]) -> None:
        await tell(self, messages)
        if messages:
            assert await asyncio.to_thread(may_go_on.wait, 30)

    return slowly


def test_sockets_leave_room_for_other_requests(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "MAX_SOCKETS", 1)
    key = house.key("viewer")
    with listening(house, key) as first:
        house.say(seen(1))
        heard(first, 1)
        with listening(house, key) as second:
            assert closed(second)[0] == 1013
    until(lambda: not house.app.state.broadcast.listeners)
    with listening(house, key) as third:  # the first has left
        house.say(seen(2))
        assert heard(third, 1)[0]["seq"] == 2


def test_a_database_that_goes_away_and_comes_back_costs_no_message(house: House) -> None:
    key = house.key("viewer")
    name = house.rows("SELECT current_database() AS name")[0].name
    with listening(house, key) as line:
        house.say(seen(1))
        heard(line, 1)
        house.close_database(name)
        time.sleep(2.5)
        house.open_database(name)
        with contextlib.suppress(Unavailable):
            house.say(seen(2))  # the writer's connection was cut: it may need a second try
        numbers = [2]
        if house.rows("SELECT seq FROM outbox_head")[0].seq == 1:
            house.say(seen(2))
        assert [message["seq"] for message in heard(line, 1, 20)] == numbers


def test_the_outbox_is_not_read_while_nobody_listens(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = 0
    lines = outbox.lines

    async def counted(*arguments: Any) -> Any:
        nonlocal reads
        reads += 1
        return await lines(*arguments)

    monkeypatch.setattr(outbox, "lines", counted)
    house.say(seen(1))
    time.sleep(1.5)
    assert reads == 0
    with listening(house, house.key("viewer"), "?after=0") as line:
        assert heard(line, 1)[0]["seq"] == 1
    assert reads > 0


def test_two_hundred_sockets_hear_all_of_twenty_messages_a_second(house: House) -> None:
    """The load of a large house; times are printed, and only that nothing is lost is asserted."""
    key, sockets_open, messages = house.key("viewer"), 200, 40
    lines = [stack for stack in (listening(house, key) for _ in range(sockets_open))]
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(line) for line in lines]
        for number in range(messages):
            house.say(seen(number))
            time.sleep(0.05)
        for line in opened:
            assert [message["seq"] for message in heard(line, messages, 20)] == list(range(1, messages + 1))
