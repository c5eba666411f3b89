"""The system's table of processes, for tests of what starts and stops them."""

import subprocess
import time
from collections.abc import Iterable


def processes() -> dict[int, tuple[int, int]]:
    """Return pid -> (pid of the parent, id of the group) of all processes that are alive; zombies are not."""
    lines = subprocess.run(["ps", "-axo", "pid=,ppid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in lines.splitlines())
    return {int(pid): (int(parent), int(group)) for pid, parent, group, state in rows if not state.startswith("Z")}


def children_of(pid: int) -> list[int]:
    return [child for child, (parent, _) in processes().items() if parent == pid]


def group_of(leader: int) -> list[int]:
    return [pid for pid, (_, group) in processes().items() if group == leader]


def are_gone(pids: Iterable[int], seconds: float = 60) -> bool:
    """Wait for processes to end, as long as a busy machine may need: what was killed is for a moment still in the table."""
    wanted, end = set(pids), time.monotonic() + seconds
    while wanted & processes().keys():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
