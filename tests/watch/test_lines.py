"""Whose turn it is: live before backlog, backlog round by camera, unfinished files when they are due."""

from homesec.ingest import FoundFile
from homesec.watch.lines import Lines


def paths(taken: list[tuple[bytes, object]]) -> list[bytes]:
    return [path for path, _ in taken]


def a_file(path: bytes = b"a/1", size: int = 1, mtime_ns: int = 1) -> FoundFile:
    return FoundFile(path, size, mtime_ns, ctime_ns=0)


def test_live_files_go_first_and_backlog_only_when_none_is_left() -> None:
    lines = Lines(1.0)
    lines.add_backlog([b"old/1", b"old/2"])
    lines.add_live([b"new/1", b"new/2", b"new/3"])
    assert paths(lines.take(2, 2, 0.0)) == [b"new/1", b"new/2"]
    assert paths(lines.take(2, 2, 0.0)) == [b"new/3"]
    assert paths(lines.take(2, 2, 0.0)) == [b"old/1", b"old/2"]
    assert lines.take(2, 2, 0.0) == []


def test_backlog_waits_while_a_live_file_waits_for_room() -> None:
    lines = Lines(1.0)
    lines.add_backlog([b"old/1"])
    lines.add_live([b"new/1"])
    assert lines.take(0, 5, 0.0) == []
    assert lines.is_waited_for


def test_backlog_goes_round_by_camera() -> None:
    lines = Lines(1.0)
    lines.add_backlog([b"a/1", b"a/2", b"a/3", b"b/1", b"c/1", b"c/2"])
    assert paths(lines.take(9, 4, 0.0)) == [b"a/1", b"b/1", b"c/1", b"a/2"]
    assert paths(lines.take(9, 4, 0.0)) == [b"c/2", b"a/3"]


def test_a_path_is_in_one_hand_at_a_time() -> None:
    lines = Lines(1.0)
    lines.add_live([b"a/1"])
    assert paths(lines.take(9, 9, 0.0)) == [b"a/1"]
    lines.add_live([b"a/1"])  # it changed again while it is examined
    assert lines.take(9, 9, 0.0) == []
    assert not lines.is_waited_for
    lines.done(b"a/1")
    assert paths(lines.take(9, 9, 0.0)) == [b"a/1"]


def test_the_same_path_noticed_often_waits_once() -> None:
    lines = Lines(1.0)
    for _ in range(3):
        lines.add_live([b"a/1"])
        lines.add_backlog([b"a/2"])
    assert len(lines) == 2


def test_an_unfinished_file_is_due_after_the_settling_time_and_then_after_the_longest_wait() -> None:
    lines = Lines(2.0)
    lines.add_live([b"a/1"])
    ((_, before),) = lines.take(9, 9, 10.0)
    lines.wait(a_file(), before, 10.0)
    assert lines.next_due() == 12.0
    assert lines.take(9, 9, 11.9) == []
    ((path, quiet),) = lines.take(9, 9, 12.0)
    assert quiet is not None
    assert (path, quiet.since) == (b"a/1", 10.0)
    lines.wait(a_file(), quiet, 12.0)  # not broken off for sure: it is given three times the time
    assert lines.next_due() == 16.0
    ((_, quiet),) = lines.take(9, 9, 16.0)
    lines.wait(a_file(size=2), quiet, 16.0)  # it has grown: everything begins anew
    assert lines.next_due() == 18.0
    assert lines.knows(a_file(size=2))
    assert not lines.knows(a_file(size=1))
    lines.done(b"a/1")
    assert (lines.next_due(), len(lines)) == (None, 0)


def test_a_file_that_is_being_examined_is_not_due() -> None:
    """A large one is read for minutes; who waits for it to be due would look again at once, for ever."""
    lines = Lines(2.0)
    lines.add_live([b"a/1", b"b/1"])
    for path, before in lines.take(9, 9, 0.0):
        lines.wait(a_file(path), before, 0.0 if path == b"a/1" else 1.0)
    assert paths(lines.take(9, 9, 2.0)) == [b"a/1"]
    assert lines.next_due() == 3.0
    assert paths(lines.take(9, 9, 3.0)) == [b"b/1"]
    assert lines.next_due() is None
