"""`homesec audit`: whether the log of changes is whole."""

from pathlib import Path
from typing import Annotated

import typer

from homesec.client import Client
from homesec.settings import Settings

DataDir = Annotated[Path | None, typer.Option(help="Data folder; default ./homesec-data or HOMESEC_DATA_DIR.")]
audit = typer.Typer(help="The log of changes.", no_args_is_help=True)


@audit.callback()
def _group() -> None:
    """Without it, typer would make the only command the group itself."""


@audit.command()
def verify(data_dir: DataDir = None) -> None:
    """Compute every hash of the log again; exit status 1 and the first row that does not fit if one does not."""
    chain = Client(Settings.load(data_dir=data_dir).data_dir).ask("GET", "/api/system/audit-logs/verify")
    if not chain["ok"]:
        print(f"the log of changes is broken at row {chain['broken_at']}: it was changed, or rows before it are gone")
        raise typer.Exit(1)
    trimmed = "; older rows were cut off, and the anchor fits" if chain["trimmed"] else ""
    print(f"the log of changes is whole: {chain['rows']} rows{trimmed}")
