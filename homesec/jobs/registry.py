"""All kinds of jobs that this version knows."""

from typing import Any

from homesec.analyse import Analysis
from homesec.jobs.backup import backup
from homesec.jobs.context import Context, JobKind
from homesec.jobs.export import export
from homesec.jobs.reanalyze import reanalyze
from homesec.jobs.rename import rename
from homesec.jobs.retention import EVERY_S, keep_only_young
from homesec.people.erase import erase
from homesec.people.relabel import relabel


async def _judge_again(context: Context) -> dict[str, Any]:
    return await reanalyze(context, Analysis(context.engine, context.write, context.settings.timezone))


KINDS = {
    kind.name: kind
    for kind in (
        JobKind("backup", backup),
        JobKind("erase", erase),
        JobKind("export", export),
        JobKind("reanalyze", _judge_again),
        JobKind("relabel", relabel),
        JobKind("rename", rename),
        JobKind("retention", keep_only_young, every_s=EVERY_S, frees_disk=True),
    )
}
