"""What an action in words means: groups of verbs with a weight. Words that are in no group say nothing.

Models that name actions choose from lists of their owners, so it is the meaning that counts and not the wording.
"""

import re
from dataclasses import dataclass

from homesec.domain.scene_facts import Said

UNSURE = 0.35  # below this confidence an alarming action counts only as far as it is sure

_PARCEL = r"(parcel|package|box|deliver|mail|letter|bike|bicycle|bag|item|scooter|goods|plant|furniture|tool|catalytic)"
_OPENING = r"(door|handle|knob|window|gate|lock|latch|car|vehicle|van|garage|shed|hatch|cellar|shutter|boot|trunk)"
_OWN_CLIMB = r"(tree|frame|ladder|stair|step|out of|car\b|van\b|truck|playground|slide|scaffold|onto (a|the) bike|rock)"
_HURTFUL = r"(knife|gun|pistol|rifle|machete|axe|weapon|bat\b|crowbar|hammer)"


@dataclass(frozen=True)
class _Group:
    name: str
    weight: float
    """Log-odds at full confidence."""
    words: re.Pattern[str]
    explains: bool = False
    """It is a reason to be there, and to stay."""


def _group(name: str, weight: float, *words: str, explains: bool = False) -> _Group:
    return _Group(name, weight, re.compile("|".join(rf"(?:\b{one})" for one in words)), explains)


# The first group that matches counts: what calms by its words alone comes after what alarms with the same verb.
_GROUPS = (
    _group("play", -0.6, "toy ", "play", "pretend", "snowball", "water (gun|pistol|fight)", explains=True),
    _group("climbing about", 0.0, rf"climb\w*\W.*{_OWN_CLIMB}"),
    _group(
        "violence", 3.3, "threat", "attack", "assault", "fight", "punch", "hitting (a |the )?(person|man|woman|some)",
        "strangl", "stab", "shoot", "aim", "brandish", rf"(wav|point|swing|rais|hold|carry|draw)\w* .*{_HURTFUL}",
        "rob(bing)?\\b", "struggl", "choking", "drag\\w* (a |the )?(person|man|woman|some|child)", "kidnap",
        "arson", "set\\w* (a )?fire", "setting .*fire", "pour\\w* (petrol|gasoline|fuel)",
    ),
    _group(
        "breaking in", 3.3, "pry", "prie", "jimmy", "forc\\w+ ", "break\\w* (in|into|open|through|down|a|the)\\b",
        "smash\\w* .*(window|door|glass|pane)", "kick\\w* (in|down|open|at)", "kick\\w* (a|the) door",
        "pick\\w* (a |the )?.*lock", "lock.?pick", "burgl", "cut\\w* .*(fence|lock|wire|chain|cable|bolt|glass)",
        "drill\\w* .*lock", "lever", "climb\\w* .*(fence|wall|gate|window|balcon|roof|over|through|\\bin\\b|into)",
        "scal(e|ing) ", "jump\\w* .*(fence|wall|gate)", "vault", "hop\\w* .*(fence|wall|gate)", "clamber",
        "(enter|crawl|squeez|slip|go)\\w* .*(through|window)", "intrud", "hot.?wir", "unscrew", "remov\\w* .*(pane|hinge)",
        "swing\\w* .*over", "lift\\w* (a |the )?(gate|door|shutter|window)",
    ),
    _group("climbing", 2.8, "climb"),
    _group(
        "damage", 2.1, "spray\\w*(?!.*(water|plant|hose|weed|garden|lawn|insect|flower|window cleaner))", "graffiti",
        "vandal", "tagging", "smash", "scratch\\w* .*(car|paint|door)", "keying", "slash", "damag", "destroy", "deface",
        "throw\\w* .*(stone|rock|brick|egg|bottle|paint)", "egging", "kick\\w* .*(door|fence|car|bin|mirror|gate)",
        "cover\\w* .*(camera|lens)", "block\\w* .*(camera|lens)", "tamper", "break(ing)? off", "rip\\w* ", "tear\\w* ",
        "turn\\w* .*camera", "twist\\w* .*camera", "urinat", "knock\\w* over",
    ),
    _group(
        "theft", 2.0, "steal", "theft", "thie", "snatch", "loot", "siphon", "pilfer", "shoplift",
        rf"(grab|tak|pocket|mak|run|walk|carry|rid)\w* (off|away)? ?(with )?(a|the|someone|another|off|it)?.*(off|away) with",
        rf"(grab|pocket|swip|nick)\w* .*{_PARCEL}", r"tak\w* (a|the|up|away|somebody's) ?.*(parcel|package|delivery|bike|bicycle)",
        "open\\w* .*(someone|somebody|other people|neighbou?r)\\S* (mail|parcel|package)", "rummag", "rifling",
        "search\\w* (a|the|through|inside)", "wheel\\w* away",
    ),
    _group(
        "probing", 1.8, rf"(try|test|pull|rattl|jiggl|tug|wiggl|push|check|twist|fiddl|feel)\w*\W.*{_OPENING}",
        r"(look|peer|peek|shin|star|glanc|gaz)\w* .*(into|in|inside|through|under)\W.*"
        r"(car|vehicle|van|window|house|home|garage|letter ?box|shed|door|glass|truck)", "peer", "peek", "spy",
        "reach\\w* (through|into|inside|over)", "insert\\w* ", "probing", "prob(e|ing)",
        r"shin\w* .*(torch|flashlight|light)", "fumbl\\w* .*lock", "touch\\w* .*(handle|car)", "lift\\w* .*handle",
    ),
    _group("pickup", 0.8, r"pick\w* up .*(parcel|package|delivery|\bbox)", "(collect|lift)\\w* .*(parcel|package)"),
    _group(
        "lurking", 1.0, "lurk", "hid(e|ing)\\b", "sneak", "creep", "prowl", "skulk", "stalk", "casing", "scout",
        "crouch", "duck", "watch\\w* .*(house|window|home|door|property)", "star\\w* at", "observ\\w* .*(house|home)",
        "(photograph|film)\\w* .*(house|lock|door|window|car|camera|home)", "tak\\w* (photo|picture)s? of",
        "follow\\w* ", "conceal", "crawl", "scann?\\w* .*(house|street|car)", "tiptoe", "trespass", "suspicious",
        "mark\\w* .*(door|gate|wall|post)",
    ),
    _group("fleeing", 0.8, "flee", "escap", "run\\w* (away|off)", "sprint\\w* (away|off)", "bolt"),
    _group("distress", 1.0, "fall(s|en|ing)?\\b", "collaps", "lying", "unconscious", "crying for help", "call\\w* for help"),
    _group(
        "delivery", -1.0, "deliver", r"(plac|put|drop|leav|set|hand|bring|post|deposit|scan)\w* .*"
        r"(parcel|package|box|letter|mail|leaflet|flyer|newspaper|paper|food|pizza|groceries|flower|bouquet|meal|order|card|bag)",
        "signature", "courier", "postman", "mail carrier", explains=True,
    ),
    _group(
        "coming home", -1.0, "unlock", r"(open|clos|lock|us|turn|enter|com)\w* .*(key|home)", "key", "unload", "load",
        "park", "grocer", "shopping", "tak\\w* out .*(trash|rubbish|bin|garbage|recycling)", "arriv", "return\\w* home",
        r"(fetch|collect|check|empt|get)\w* .*(mail|post|letter|paper)", "leav\\w* (home|the house|for)",
        r"(carry|bring)\w* .*(bags|luggage|suitcase|child|baby|kid|laundry)", "get\\w* (in|into|out of) (a|the|their|his|her) car",
        "buckl", "strapp", explains=True,
    ),
    _group(
        "work", -1.0, "garden", "mow", "rak(e|ing)", "water", "trim", "prun", "plant", "weed", "sweep", "shovel", "paint",
        "wash", "clean", "repair", "fix", "install", "maint", "digg?", "hedg", "clip", "cut", "saw", "empt",
        "collect", "bins?\\b", "measur", "read\\w* .*meter", "meter", "inspect", "build", "blow\\w* .*lea", "leaf blow",
        "clear\\w* ", "de-?ic", "salt", "gritting", "spray", "tow", "service", "work", "lay\\w* ", "wip(e|ing)",
        "jump.?start", "chang\\w* .*(tyre|tire|bulb|wheel)", "pump", "fill", "hang\\w* .*(wash|laundry|light|decor)",
        "decorat", "harvest", "compost", "stack", "chop", explains=True,
    ),
    _group(
        "social", -0.6, "wav", "greet", "hug", "kiss", "talk", "chat", "laugh", "danc", "celebrat", "sing", "sitting",
        "eat", "drink", "barbecue", "grill", "smil", "shak\\w* hands", "pet(ting)?\\b", "throw\\w* .*ball", "kick\\w* .*ball",
        "bounc", "catch", "skat", "ball\\b", "sunbath", "read", "relax", "convers", "trick", "carol", "party", "photograph",
        "build\\w* .*snow", "fetch", "strok", "feed", "trampolin", "jump\\w* (rope|about)", "swing", "slid", "stretch", "exercis", "yoga", "smok", "nap", "rest", explains=True,
    ),
    _group("visit", -0.9, "wait(?!.*around)", "ring", "knock", "doorbell", "press\\w* .*(bell|button)", "introduc", "present", "canvass", "survey"),
    _group(
        "passing", -0.3, "walk", "jog", "cycl", "pass", "stroll", "rid(e|ing)", "push\\w* .*(stroller|pram|buggy|bike|wheelchair)",
        "run", "cross", "hik", "commut", "hurry", "leav", "skip", "scoot", "skateboard", "drive", "driving",
    ),
    _group("lingering", 0.5, "linger", "loiter", "pac(e|ing)\\b", "hang\\w* (around|about)", "stand\\w* (around|about)",
           "wait\\w* around", "wander"),
)  # fmt: skip


@dataclass(frozen=True)
class Deed:
    """An action that means something."""

    said: Said
    group: str
    weight: float
    """Log-odds, by meaning and confidence."""
    explains: bool
    is_shared: bool = False
    """It is a companion's."""

    @property
    def alarms(self) -> bool:
        """Worse than staying for long."""
        return self.weight >= ALARMING


ALARMING = 0.6  # log-odds


def deed(said: Said) -> Deed | None:
    """What an action means; None: nothing that is known."""
    words = said.name.lower().replace("_", " ").replace("-", " ")
    group = next((one for one in _GROUPS if one.words.search(words)), None)
    if group is None or group.weight == 0.0:
        return None
    return Deed(said, group.name, round(group.weight * _share(said.confidence, group.weight > 0), 4), group.explains)


def _share(confidence: float, alarms: bool) -> float:
    """A model that chooses among names is rarely sure, and rarely wrong by a whole group: half sure is much."""
    if not alarms or confidence < UNSURE:
        return confidence
    return min(0.5 + 0.6 * confidence, 1.0)
