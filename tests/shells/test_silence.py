"""When the root ends an actor that does not answer."""

from actors.silence import HUNG_S, START_S, Silence


def test_one_that_has_answered_is_given_less_time_than_one_that_starts() -> None:
    silence = Silence()
    silence.starts("detector:0", 100.0)
    assert not silence.is_too_long("detector:0", 100.0 + START_S)
    assert silence.is_too_long("detector:0", 100.1 + START_S)
    silence.ends("detector:0", 200.0)
    assert not silence.is_too_long("detector:0", 200.0 + HUNG_S)
    assert silence.is_too_long("detector:0", 200.1 + HUNG_S)
    assert silence.lasts_s("detector:0", 203.0) == 3.0


def test_one_that_is_started_again_has_the_time_of_a_start() -> None:
    silence = Silence()
    silence.ends("writer", 0.0)
    silence.starts("writer", 20.0)
    assert not silence.is_too_long("writer", 20.0 + HUNG_S + 60.0)


def test_an_actor_of_which_nothing_is_known_is_left_alone() -> None:
    assert not Silence().is_too_long("writer", 1e9)
