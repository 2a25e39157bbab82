"""`homesec doctor`: what is wrong on this machine, and what to do. Looks only; repairs, starts and sends nothing."""

from homesec.client import read_state
from homesec.doctor import machine, models, ports, servers, software, storage
from homesec.doctor.finding import Finding
from homesec.settings import Settings

__all__ = ["Finding", "examine"]


def examine(settings: Settings) -> list[Finding]:
    """Look at everything that a start or a running system of these settings depends on."""
    state = read_state(settings.data_dir)
    running = None if state is None else int(state["pid"])
    return [
        *software.examine(),
        *machine.examine(settings),
        *storage.examine(settings),
        *models.examine(settings),
        *servers.examine(settings),
        *ports.examine(settings, running),
        *ports.listeners(settings, running),
    ]
