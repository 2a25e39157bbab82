"""`homesec models`: which models there are, and bringing them here. The one command that asks another machine."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from homesec.settings import Settings

models = typer.Typer(help="Models: what there is, what is here.", no_args_is_help=True)
out = Console(soft_wrap=True, highlight=False)
DataDir = Annotated[Path | None, typer.Option(help="Data folder; default ./homesec-data or HOMESEC_DATA_DIR.")]


@models.command("list")
def list_models(
    check: Annotated[bool, typer.Option("--check", help="Compare the files with their checksums.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Models of the catalogue and those that were pulled, with licence, size and revision."""
    from homesec.vision.catalogue import CATALOGUE
    from homesec.vision.pull import changed, pulled_models

    models_dir = Settings.load(data_dir=data_dir).models_dir
    here = {found.name: found for found in pulled_models(models_dir)}
    table = Table("name", "for", "licence", "size", "revision", "checksums", box=None)
    broken = False
    for known in CATALOGUE:
        if known.name not in here:
            table.add_row(known.name, known.capability, known.licence, "", "not here", "")
    for found in here.values():
        entries = [known for known in CATALOGUE if known.name == found.name]
        wrong = changed(found, models_dir) if check else []
        broken = broken or bool(wrong)
        sums = f"changed: {', '.join(wrong)}" if wrong else "ok" if check else f"{len(found.files)} kept"
        table.add_row(
            found.name, entries[0].capability if entries else "", found.licence, f"{found.bytes / 1e6:.0f} MB",
            found.revision[:12], sums,
        )  # fmt: skip
    out.print(table)
    if broken:
        raise typer.Exit(1)


@models.command("pull")
def pull_model(
    name: Annotated[str, typer.Argument(help="Of the catalogue, or a repository of the hub: owner/name.")],
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit; default the newest.")] = None,
    endpoint: Annotated[str | None, typer.Option(help="Address of another hub that speaks the same protocol.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Bring a model here from the hub, whole or not at all, and keep its checksums."""
    from homesec.vision.catalogue import entry
    from homesec.vision.pull import pull

    found = pull(name, Settings.load(data_dir=data_dir).models_dir, revision, endpoint, print)
    print(f"{found.name}: {len(found.files)} files, {found.bytes / 1e6:.1f} MB")
    known = entry(name)
    if known is not None:
        print(f"to use it, set in homesec.toml: {known.setting}")


@models.command("remove")
def remove_model(name: str, data_dir: DataDir = None) -> None:
    """Remove a model that was pulled; files that you put there yourself are left alone."""
    from homesec.vision.pull import remove

    found = remove(name, Settings.load(data_dir=data_dir).models_dir)
    print(f"{found.name} is removed, {found.bytes / 1e6:.1f} MB are free")
