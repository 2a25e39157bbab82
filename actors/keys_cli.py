"""`homesec keys`: who may ask the API."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from homesec.client import Client
from homesec.settings import Settings

keys = typer.Typer(help="Keys to the API.", no_args_is_help=True)

DataDir = Annotated[Path | None, typer.Option(help="Data folder; default ./homesec-data or HOMESEC_DATA_DIR.")]
out = Console(soft_wrap=True, highlight=False)


@keys.command("create")
def create_key(
    name: str,
    role: Annotated[str, typer.Option(help="admin, operator or viewer.")] = "viewer",
    camera: Annotated[list[str] | None, typer.Option(help="Limit the key to this camera; may be repeated.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Make a key; it is shown once."""
    client = Client(Settings.load(data_dir=data_dir).data_dir)
    made = client.ask("POST", "/api/keys", json={"name": name, "role": role, "cameras": camera})
    print(made["key"])


@keys.command("list")
def list_keys(data_dir: DataDir = None) -> None:
    """All keys, without the keys themselves."""
    table = Table("id", "name", "role", "cameras", "created", "last used", "revoked", box=None)
    for key in Client(Settings.load(data_dir=data_dir).data_dir).ask("GET", "/api/keys")["items"]:
        cameras = "all" if key["cameras"] is None else ", ".join(key["cameras"])
        times = (key["created_at"], key["last_used_at"], key["revoked_at"])
        cells = (key["id"], key["name"], key["role"], cameras, *times)
        table.add_row(*("" if cell is None else str(cell) for cell in cells))
    out.print(table)


@keys.command("revoke")
def revoke_key(key_id: int, data_dir: DataDir = None) -> None:
    """End a key, its sessions and its sockets."""
    Client(Settings.load(data_dir=data_dir).data_dir).ask("DELETE", f"/api/keys/{key_id}")
    print(f"key {key_id} is revoked")
