"""`homesec`: the command line."""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from actors.audit_cli import audit
from actors.event_cli import event, score
from actors.jobs_cli import backup, export, jobs, restore, retention
from actors.keys_cli import keys
from actors.models_cli import models
from actors.sim_cli import sim
from homesec.client import Client, read_state
from homesec.errors import HomesecError, InvalidInput
from homesec.settings import Settings

cli = typer.Typer(
    help="Home-security intelligence on your own machines.", no_args_is_help=True, pretty_exceptions_enable=False
)
cli.add_typer(keys, name="keys")
cli.add_typer(models, name="models")
cli.add_typer(sim, name="sim")
cli.add_typer(event, name="event")
cli.command()(score)
cli.add_typer(audit, name="audit")
cli.add_typer(jobs, name="jobs")

out = Console(soft_wrap=True, highlight=False)
DataDir = Annotated[Path | None, typer.Option(help="Data folder; default ./homesec-data or HOMESEC_DATA_DIR.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def main() -> None:
    """Run a command; an error that homesec raises on purpose is one sentence and exit status 1."""
    try:
        cli()
    except HomesecError as error:
        print(f"homesec: {error}", file=sys.stderr)
        sys.exit(1)


@cli.command()
def up(
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the API and the page.")] = None,
    address: Annotated[str | None, typer.Option(help="Running Ray cluster to join: auto or host:port.")] = None,
    detector: Annotated[
        str | None, typer.Option(help="hog, null, ultralytics:<weights>, transformers:<folder>.")
    ] = None,
) -> None:
    """Run everything in the foreground; Ctrl-C ends it in order."""
    given: dict[str, Any] = {"data_dir": data_dir, "host": host, "port": port, "ray_address": address}
    if detector is not None:
        given["detector"] = {"name": detector}
    from actors.up import up as run

    run(Settings.load(**given), lambda line: print(line, flush=True))


@cli.command()
def demo(
    data_dir: Annotated[
        Path, typer.Option(help="Data folder: new, or of an earlier demo, which is emptied first.")
    ] = Path("homesec-demo"),
    port: Annotated[int | None, typer.Option(help="Port of the API and the page.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="From which everything in the household follows.")] = 1,
    speed: Annotated[float, typer.Option(min=1, max=60, help="How much faster than life it lives.")] = 10.0,
    minutes: Annotated[float, typer.Option(min=0, help="How long; 0: until Ctrl-C, and as fast as life later.")] = 0.0,
    report: Annotated[Path | None, typer.Option(help="Write what became of everything to this file (JSON).")] = None,
    detector: Annotated[str | None, typer.Option(help="As in `up`; default: the one made for the household.")] = None,
    ftp: Annotated[bool, typer.Option("--ftp", help="Cameras upload by FTP, not into their folders.")] = False,
) -> None:
    """Run everything beside a simulated household with four cameras; Ctrl-C ends it and reports."""
    from actors.demo import Wish
    from actors.demo import demo as run

    run(Wish(data_dir, seed, speed, minutes, report, port, detector, ftp), lambda line: print(line, flush=True))


@cli.command()
def status(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """What runs, which model looks at the pictures, and what waits."""
    health = Client(Settings.load(data_dir=data_dir).data_dir).ask("GET", "/api/health")
    if as_json:
        print(json.dumps(health))
        return
    table = Table("part", "state", "", box=None)
    for part in health["parts"]:
        table.add_row(part["name"], part["state"], part_line(part))
    out.print(table)


def part_line(part: dict[str, Any]) -> str:
    """One part's facts in one line: first why it waits, then the rest."""
    detail = part.get("detail") or {}
    words = [str(detail.pop("because"))] if detail.get("because") else []
    return ", ".join(words + [f"{name} {value}" for name, value in detail.items() if value not in (None, "", {}, [])])


@cli.command()
def down(data_dir: DataDir = None) -> None:
    """End the running system in order, and wait for it."""
    state = read_state(Settings.load(data_dir=data_dir).data_dir)
    if state is None:
        print("homesec does not run")
        return
    os.kill(state["pid"], signal.SIGTERM)
    for _ in range(1200):
        try:
            os.kill(state["pid"], 0)
        except ProcessLookupError:
            print("stopped")
            return
        time.sleep(0.1)
    raise HomesecError(f"process {state['pid']} does not end; kill it")


@cli.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Pictures and clips.")],
    camera: Annotated[str, typer.Option(help="Camera they belong to.")],
    wait: Annotated[bool, typer.Option("--wait", help="Until all of them are done.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Upload files through the API, as a camera would."""
    client = Client(Settings.load(data_dir=data_dir).data_dir)
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        raise InvalidInput(f"no such file: {', '.join(missing)}")
    before = time.time()
    with Progress(console=out) as progress:
        task = progress.add_task("uploading", total=len(paths))
        for path in paths:
            with path.open("rb") as file:
                client.ask("POST", f"/api/cameras/{camera}/uploads", params={"filename": path.name}, content=file)
            progress.advance(task)
        if wait:
            _wait_until_done(client, camera, progress)
    print(f"{len(paths)} uploaded to {camera} in {time.time() - before:.1f} s")


def _wait_until_done(client: Client, camera: str, progress: Progress) -> None:
    task = progress.add_task("detecting", total=None)
    quiet = 0
    while quiet < 3:  # nothing unfinished on three looks in a row: also the watcher has seen all
        waiting = sum(
            len(client.ask("GET", "/api/uploads", params={"camera": camera, "state": state, "limit": 200})["items"])
            for state in ("pending", "detected")
        )
        quiet = 0 if waiting else quiet + 1
        progress.update(task, description=f"detecting ({waiting} to go)")
        time.sleep(0.5)


@cli.command()
def migrate(data_dir: DataDir = None) -> None:
    """Bring the database to this version's tables; dumps it before when it holds data."""
    from actors.up import migrate_alone

    migrate_alone(Settings.load(data_dir=data_dir), print)


@cli.command()
def env(data_dir: DataDir = None) -> None:
    """Addresses of the running PostgreSQL and Redis, for psql and redis-cli."""
    settings = Settings.load(data_dir=data_dir)
    from actors.up import running_urls

    database_url, redis_url = running_urls(settings)
    print(f"HOMESEC_DATABASE_URL={database_url}")
    print(f"HOMESEC_REDIS_URL={redis_url}")


@cli.command()
def doctor(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """What is wrong on this machine, and what to do."""
    from dataclasses import asdict

    from homesec.doctor import examine

    findings = examine(Settings.load(data_dir=data_dir))
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            out.print(f"{finding.level:8} {finding.subject}: {finding.text}")
    if any(finding.level == "problem" for finding in findings):
        raise typer.Exit(1)


@cli.command()
def bench(
    name: Annotated[
        str,
        typer.Argument(help="pipeline, latency, writer, scale, api, search, sockets, start, idle, memory, accuracy."),
    ],
    as_json: AsJson = False,
    model: Annotated[str, typer.Option(help="pipeline, accuracy: null, yolo, or a detector as in `up`.")] = "null",
    minutes: Annotated[float, typer.Option(min=0.1, help="memory: how long the load lasts.")] = 20.0,
    quick: Annotated[bool, typer.Option("--quick", help="A small run, to see that it works.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="accuracy: which household.")] = 1,
    days: Annotated[float | None, typer.Option(help="accuracy: how long it is watched.")] = None,
    fps: Annotated[float | None, typer.Option(help="accuracy: pictures a second while something moves.")] = None,
    facts: Annotated[bool, typer.Option("--facts", help="accuracy: detections from the truth, no pictures.")] = False,
    errors: Annotated[str, typer.Option(help="accuracy: file for the worst mistakes.")] = "accuracy-errors.png",
    part: Annotated[
        str,
        typer.Option(
            help="accuracy: events (with detections), tracks (with zones, lines and what is left or taken), "
            "habits (weeks of baselines and anomalies; with --facts), scenes (views that change), identity (who is "
            "seen again, and whether strangers pass for members; with --facts), alerts (what the rules tell; with "
            "--facts)."
        ),
    ] = "events",
) -> None:
    """Measure this machine."""
    from actors.bench import Wish, run

    if not run(name, as_json, Wish(model, minutes, quick, seed, days, fps, facts, errors, part)).ok:
        raise typer.Exit(1)


for command in (backup, restore, export, retention):
    cli.command()(command)


if __name__ == "__main__":
    main()
