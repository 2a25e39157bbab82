"""`homesec event` and `homesec score`: why a score is what it is, and how good scores are."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from homesec.client import Client
from homesec.settings import Settings

event = typer.Typer(help="Events of the running system.", no_args_is_help=True)

DataDir = Annotated[Path | None, typer.Option(help="Data folder; default ./homesec-data or HOMESEC_DATA_DIR.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@event.command()
def explain(event_id: int, data_dir: DataDir = None) -> None:
    """The evidence of an event with its weights, and its score computed again."""
    from homesec.explain import explained

    client = Client(Settings.load(data_dir=data_dir).data_dir)
    found = client.ask("GET", f"/api/events/{event_id}")
    for line in explained(found, client.ask("GET", f"/api/events/{event_id}/audit")["items"]):
        print(line)


def score(
    file: Annotated[Path, typer.Argument(help="Scenes as facts (YAML).")],
    as_json: AsJson = False,
) -> None:
    """Score scenes that are written down as facts, with the code that judges real ones."""
    from homesec.domain.judgement import judge
    from homesec.domain.quality import Judged, quality
    from homesec.scenarios import read_scenarios

    scenes = read_scenarios(file)
    risks = [judge(one.scene) for one in scenes]
    judged = [Judged(risk.score, one.label, one.expect) for one, risk in zip(scenes, risks, strict=True)]
    measured = quality(judged)
    if as_json:
        rows: list[dict[str, Any]] = [
            {
                "name": one.name, "score": risk.score, "level": risk.level, "label": one.label, "expect": one.expect,
                "met": verdict.is_met, "evidence": [item.to_json() for item in risk.evidence],
            }
            for one, risk, verdict in zip(scenes, risks, judged, strict=True)
        ]  # fmt: skip
        print(json.dumps({"scenes": rows, "quality": asdict(measured)}))
        return
    for one, risk, verdict in zip(scenes, risks, judged, strict=True):
        low, high = one.expect or (0, 100)
        wanted = f"  (expected {low}-{high})" if verdict.is_met is False else ""
        print(f"{risk.score:3d} {risk.level:8} {one.name}{wanted}")
        for item in sorted(risk.evidence, key=lambda item: -abs(item.weight)):
            print(f"    {item.weight:+6.2f}  {item.text}")
    for name, share in asdict(measured).items():
        if share is not None:
            print(f"{name.replace('_', ' ')}: {share}")
