"""All kinds of jobs that this version knows."""

from homesec.jobs.backup import backup
from homesec.jobs.context import JobKind
from homesec.jobs.export import export
from homesec.jobs.rename import rename
from homesec.jobs.retention import EVERY_S, keep_only_young

KINDS = {
    kind.name: kind
    for kind in (
        JobKind("backup", backup),
        JobKind("export", export),
        JobKind("rename", rename),
        JobKind("retention", keep_only_young, every_s=EVERY_S, frees_disk=True),
    )
}
