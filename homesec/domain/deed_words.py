"""Words for what persons do, by meaning. Models that name actions choose from lists of their owners, so wordings vary.

The first group that matches counts: what calms by its words alone comes after what alarms with the same verb.
Words are regular expressions from the beginning of a word on; `<goods>` and the like stand for the lists of THINGS.
"""

import re
from dataclasses import dataclass

THINGS = {
    "goods": r"(parcel|package|box\b|deliver|bike|bicycle|scooter|catalytic|laptop|handbag|purse)",
    "opening": (
        r"(door|handle|knob|window|gate|lock|latch|\bcars?\b|vehicle|\bvans?\b|garage|shed|hatch|cellar|"
        "shutter|boot|trunk)"
    ),
    "repair": r"(engine|tyre|tire|\boil\b|bonnet|hood|meter|gauge|gutter|roof)",
    "inside": r"(\bcars?\b|vehicle|\bvans?\b|truck|window|house|home|garage|letter ?box|shed|door|glass)",
    "own_climb": (
        r"(tree|frame|ladder|stair|step|out of (a|the|their) (car|van|truck|pool|bus)|\bcars?\b|\bvans?\b|"
        "truck|playground|slide|scaffold|rock|onto (a|the) (bike|bicycle|horse))"
    ),
    "hurtful": r"(knife|gun|pistol|rifle|machete|\baxe|weapon|crowbar)",
    "somebody": "(person|man|woman|girl|boy|child|kid|somebody|someone|resident|people|homeowner)",
    "brought": (
        "(parcel|package|box|letter|mail|leaflet|flyer|paper|food|pizza|groceries|flower|bouquet|meal|order|"
        r"card|\bbag|brochure|milk|gift|delivery)"
    ),
}


@dataclass(frozen=True)
class Group:
    """Deeds of one meaning."""

    name: str
    weight: float
    """Log-odds at full confidence."""
    words: re.Pattern[str]
    explains: bool
    """It is a reason to be there, and to stay."""


def _group(name: str, weight: float, *words: str, explains: bool = False) -> Group:
    joined = "|".join(rf"\b(?:{one})" for one in words)
    for key, things in THINGS.items():
        joined = joined.replace(f"<{key}>", things)
    return Group(name, weight, re.compile(joined), explains)


GROUPS = (
    _group(
        "play", -0.6,
        "toy ", "play", "pretend", "snowball", "water (gun|pistol|fight)", "hide.and.seek",
        r"shoot\w* (hoops|basket)", "costume",
        explains=True,
    ),
    _group(
        "climbing about", 0.0,
        r"climb\w*\W.*<own_climb>",
    ),
    _group(
        "violence", 3.3,
        "threat", "attack", "assault", "fight", "punch", r"(hit|beat|kick|push|grab)\w* (a |the )?<somebody>",
        "strangl", r"stab(s|bing|bed)?\b", "shoot(?!.*(photo|picture|video))", r"aim(s|ing)?\b", "brandish",
        r"(wav|point|swing|rais|hold|carry|draw)\w* .*<hurtful>", "mugging", r"robb?(s|ing|ery)?\b", "struggl",
        "chok(e|ing)", r"drag\w* (a |the )?<somebody>", "kidnap", "abduct", "arson", "ignit",
        r"light(s|ing)? (a )?fire", "set(s|ting)? .*fire",
        r"pour\w* .*(petrol|gasoline|fuel)",
    ),
    _group(
        "breaking in", 3.3,
        "pry", "prie", "jimmy", r"forc\w+ ", r"break\w* (in|into|open|through|a|the)\b", r"break[ -]ins?\b",
        r"smash\w* .*(window|door|glass|pane)", r"kick\w* (in|down|open)", r"kick\w* (a|the) door",
        r"ramm?(s|ing)\b", r"pick\w* (a |the |\w+ )?locks?\b", "lock.?pick", "burgl",
        r"cut\w* .*(fence|lock|wire|chain|cable|bolt|glass)", r"drill\w* .*lock", r"lever(s|ing)\b", "hot.?wir",
        "intrud", r"trespass\w* .*(house|home)",
        r"climb\w* .*(fence|wall|gate|window|balcon|roof|over|through|\bin\b|into|onto)", "scal(e|es|ing) ",
        "clamber", r"(jump|hop|swing|leap)\w* .*(fence|wall|gate)", "vault",
        r"(enter|squeez|slip|slid|com|go|reach)\w* .*window", r"crawl\w* .*(through|under|\bin\b|into)",
        r"remov\w* .*(pane|hinge|screen)", "crowbar",
    ),
    _group(
        "climbing", 2.8,
        "climb",
    ),
    _group(
        "damage", 2.1,
        r"spray\w*(?!.*(water|plant|hose|weed|garden|lawn|insect|flower|cleaner|tree))", "graffiti", "vandal",
        "tagging", "smash", r"scratch\w* .*(car|paint|door|vehicle)", "keying", "slash", "damag", "destroy", "defac",
        r"throw\w* .*(stone|rock|brick|egg|bottle|paint)", "egging",
        r"kick\w* .*(door|fence|car|bin|mirror|gate|box)", r"(cover|block|obstruct|paint)\w* .*(camera|lens)",
        "tamper", "dismantl",
        r"(break|snap|rip|tear)\w* .*(off|out|down)\b(?!.*box)", r"(turn|twist|mov|push)\w* .*camera",
        "urinat", r"knock\w* over", "sabotag",
    ),
    _group(
        "theft", 2.0,
        "steal", "theft", "thie", "snatch", "loot", "siphon", "pilfer", "shoplift", "porch pira", "rummag",
        "rifling", r"(mak|run|walk|rid|driv|go|slip|leav|hurr|flee)\w* (off |away )?with .*<goods>",
        "(off|away) with ", r"(grab|pocket|swip|nick|carry|wheel)\w* .*<goods>.*\b(away|off)\b",
        r"(grab|pocket|swip|nick)\w* .*<goods>", r"tak\w* (?!(in|out|delivery)\b).*<goods>",
        r"remov\w* .*(parcel|package|bike|bicycle|catalytic|plate)", r"search\w* (a|the|through|inside)\b",
        r"wheel\w* away", r"saw\w* off", "unauthori[sz]ed",
    ),
    _group(
        "probing", 1.8,
        r"(try|test|rattl|jiggl|tug|wiggl|push|check|twist|fiddl|feel|inspect|examin)\w*\W(?!.*<repair>).*<opening>",
        r"pull\w*\W(?!(in|out|up|over|into)\b).*<opening>",
        r"(look|peer|peek|shin|star|glanc|gaz|lean)\w* .*(into|in|inside|through|under)\W.*<inside>", "peer", "peek",
        "spy", r"reach\w* (through|into|inside|over)", r"prob(e|es|ing)\b", r"shin\w* .*(torch|flashlight|light)",
        r"fumbl\w* .*(lock|door)", r"touch\w* .*(handle|car)", r"lift\w* .*handle", r"attempt\w* (to|entry)",
        r"insert\w* (?!.*keys?\b)", r"try\w* to (enter|get in|open)",
    ),
    _group(
        "pickup", 0.8,
        r"pick\w* up .*(parcel|package|delivery|\bbox)", r"(collect|lift)\w* .*(parcel|package)",
    ),
    _group(
        "lurking", 1.0,
        "lurk", r"hid(e|es|ing)\b", "sneak", "creep", "prowl", "skulk", "stalk", "casing", "scout",
        r"crouch\w*(?!.*(tie|tying|shoe|pet|flower|weed|plant|child|dog|cat))", "duck(s|ing) ",
        r"(watch|observ|monitor|surveil)\w* .*(house|window|home|door|property|building)", r"star\w* at",
        r"(photograph|film|record)\w* .*(house|lock|door|window|car|camera|home|property|plate)",
        r"tak\w* (a |some )?(photo|picture)\w* of .*(house|door|lock|window|\bcars?\b|camera|property|home)",
        r"chas\w* (a |the )?<somebody>", r"follow\w* (a |the )?<somebody>", "conceal", "crawl",
        r"scan\w* .*(house|street|car|area)", "tiptoe", "trespass", "suspicious", r"mark\w* .*(door|gate|wall|post)",
        r"(circl|walk|go)\w* (a)?round the (house|property|building)",
    ),
    _group(
        "fleeing", 0.8,
        "flee", "escap", r"(run|sprint|dash)\w* (away|off)",
    ),
    _group(
        "dispute", 0.6,
        "argu", "shout", "yell", "scream", "quarrel",
    ),
    _group(
        "delivery", -1.0,
        "deliver", r"(plac|put|drop|leav|set|hand|bring|post|deposit|scan|carry)\w* .*<brought>", "signature",
        "courier", "postman", "mail carrier",
        explains=True,
    ),
    _group(
        "coming home", -1.0,
        "unlock", r"(open|clos|lock|us|turn|enter|com)\w* .*(keys?\b|home\b)", r"keys?\b", "unload", "load",
        r"park(s|ing|ed)?\b", "grocer", "shopping", r"tak\w* out .*(trash|rubbish|bin|garbage|recycling)", "arriv",
        r"(fetch|collect|check|empt|get|grab|tak)\w* .*(mail|post|letter|paper)", r"leav\w* (home|the house|for)",
        r"(carry|bring|tak)\w* .*(bags|luggage|suitcase|child|baby|kid|laundry)",
        r"(get|climb|step)\w* (in|into|out of) (a|the|their|his|her) (car|van|taxi)", "buckl", "strapp",
        explains=True,
    ),
    _group(
        "work", -1.0,
        "garden", "mow", "lawn", "rak(e|es|ing)", "water", "trim", "prun", "plant", "weed", "sweep", "shovel",
        "paint", "wash", "clean", "repair", "fix", "install", "maint", "dig", "hedg", "clip", "cut", "saw", "empt",
        "collect", r"bins?\b", "measur", "meter", "inspect", "build", r"blow\w* .*lea", "leaf blow", "clear",
        "de.?ic", "salt", "gritting", "spray", r"tow(s|ing)\b", "service", "work", r"lay(s|ing)\b", "wip(e|es|ing)",
        "jump.?start", "hammer", r"chang\w* .*(tyre|tire|bulb|wheel)", "pump", "fill",
        r"hang\w* .*(wash|laundry|light|decor)", "decorat", "harvest", "compost", "recycl", "stack", "chop",
        "check", "polish",
        "scrub", "vacuum", "trash", "rubbish", "garbage", "litter",
        explains=True,
    ),
    _group(
        "social", -0.6,
        r"wav(e|es|ing)\b", "greet", r"hug(s|ging)?\b", "kiss", "talk", "chat", "laugh", "danc", "celebrat",
        r"sing(s|ing)\b", "sitting", r"eat(s|ing)?\b", "drink", "barbecue", "grill", "smil", r"shak\w* hands",
        r"pet(s|ting)?\b", r"(throw|kick|catch)\w* .*(ball|frisbee)", "bounc", "skat", r"ball\b", "sunbath",
        r"read(s|ing)?\b", "relax", "convers", "trick", "carol", "party", "photo", "picture", "snowman",
        "fetch", "strok", "feed", "trampolin", r"jump\w* (rope|about)", "swing", "slid", "stretch", "exercis",
        "yoga", "smok", r"nap(s|ping)?\b", r"rest(s|ing)?\b", "helping", "knit", r"games?\b", "medit", "phone",
        "tie", "tying",
        explains=True,
    ),
    _group(
        "distress", 1.0,
        r"fall(s|en|ing)?\b", "collaps", "lying", "unconscious", "help",
    ),
    _group(
        "visit", -0.9,
        "wait(?!.*around)", "ring", "knock", "doorbell", r"press\w* .*(bell|button)", "introduc", "canvass",
        "survey", "intercom",
    ),
    _group(
        "passing", -0.3,
        "walk", "jog", "cycl", "pass", "stroll", "rid(e|es|ing)", r"push\w* ", "run", "cross", "hik", "commut",
        "hurry", "leav", "skip", "scoot", "skateboard", "driv",
    ),
    _group(
        "lingering", 0.5,
        "linger", "loiter", r"pac(e|es|ing)\b", r"hang\w* (around|about)", r"stand\w* (around|about)", "idl",
        r"wait\w* around", "wander",
    ),
)  # fmt: skip
