"""`homesec backup`, `restore`, `export`, `retention` and `jobs`: work in the background, asked for and waited for."""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table

from homesec.client import Client
from homesec.errors import HomesecError, InvalidInput
from homesec.settings import Settings

POLL_S = 0.5  # between two looks at a job that runs

jobs = typer.Typer(help="Work in the background.", no_args_is_help=True)

DataDir = Annotated[Path | None, typer.Option(help="Data folder; default ./homesec-data or HOMESEC_DATA_DIR.")]
When = Annotated[str | None, typer.Option(help="With its time zone: 2026-03-03T14:00+01:00.")]
out = Console(soft_wrap=True, highlight=False)


def backup(data_dir: DataDir = None) -> None:
    """Write all rows and all files into a new folder below `backups` of the data folder, and check it."""
    data_dir = Settings.load(data_dir=data_dir).data_dir
    result = _done(Client(data_dir), "/api/system/jobs", {"kind": "backup"})
    print(f"{data_dir / result['folder']}: {result['rows']} rows, {result['files']} files, {result['bytes']} bytes")


def restore(
    folder: Annotated[Path, typer.Argument(help="A folder that `homesec backup` made.")], data_dir: DataDir = None
) -> None:
    """Put a backup back into an empty data folder, while homesec does not run on it."""
    from actors.up import restore_alone

    with Progress(console=out) as progress:
        task = progress.add_task("checking", total=100)
        result = restore_alone(
            Settings.load(data_dir=data_dir), folder,
            lambda percent, step: progress.update(task, completed=percent, description=step),
        )  # fmt: skip
    print(f"restored what was backed up at {result['made_at']}: {result['files']} files, {result['bytes']} bytes")


def export(
    to: Annotated[Path, typer.Argument(help="ZIP to write.")],
    since: When = None,
    until: When = None,
    camera: Annotated[list[str] | None, typer.Option(help="Only of this camera; may be repeated.")] = None,
    event: Annotated[list[int] | None, typer.Option(help="Only this event; may be repeated.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Events with their pictures as a ZIP with JSON and CSV."""
    asked = {"since": _time("since", since), "until": _time("until", until), "cameras": camera, "ids": event}
    client = Client(Settings.load(data_dir=data_dir).data_dir)
    body = {name: value for name, value in asked.items() if value}
    result = _done(client, "/api/events/export", body)
    client.fetch(f"/api/system/jobs/{result['job_id']}/result", to)
    print(f"{to}: {result['events']} events, {result['pictures']} pictures")


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much it would be.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Delete now what is older than the ages of the settings, as happens every day."""
    body = {"kind": "retention", "dry_run": dry_run}
    result = _done(Client(Settings.load(data_dir=data_dir).data_dir), "/api/system/jobs", body)
    counts = {name: count for name, count in result.items() if name not in ("job_id", "dry_run")}
    said = ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing is old enough"
    print(f"would go: {said}" if dry_run else f"gone: {said}")


@jobs.command("list")
def list_jobs(
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
) -> None:
    """The newest jobs."""
    items = Client(Settings.load(data_dir=data_dir).data_dir).ask("GET", "/api/system/jobs")["items"]
    if as_json:
        print(json.dumps(items))
        return
    whole = Column("id", min_width=max((len(job["id"]) for job in items), default=0))  # it is to be copied
    table = Table(whole, "status", "%", "", "created", box=None)
    for job in items:
        words = job["error"] or job["step"] or ""
        table.add_row(job["id"], job["status"], str(job["progress"]), words, job["created_at"])
    out.print(table)


@jobs.command("cancel")
def cancel_job(job_id: str, data_dir: DataDir = None) -> None:
    """End a job that waits or runs."""
    job = Client(Settings.load(data_dir=data_dir).data_dir).ask("POST", f"/api/system/jobs/{job_id}/cancel")
    print(f"{job['id']} is {'being cancelled' if job['status'] == 'running' else job['status']}")


def _done(client: Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask for a job and wait for its end; its result, with its id. Ctrl-C only ends the waiting."""
    job = client.ask("POST", path, json=body)
    with Progress(console=out) as progress:
        task = progress.add_task(job["kind"], total=100)
        while job["status"] in ("queued", "running"):
            time.sleep(POLL_S)
            job = client.ask("GET", f"/api/system/jobs/{job['id']}")
            progress.update(task, completed=job["progress"], description=f"{job['kind']}: {job['step'] or 'waits'}")
    if job["status"] != "completed":
        raise HomesecError(job["error"] or f"the job is {job['status']}")
    return {**job["result"], "job_id": job["id"]}


def _time(name: str, given: str | None) -> str | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise InvalidInput(f"{name}: {given!r} is no time like 2026-03-03T14:00+01:00") from error
    return moment.astimezone().isoformat()
