"""`manage.py serve`: what it refuses, and one run from start to end with real processes."""

import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.ports import free_port
from tests.process_table import are_gone, children_of, group_of

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def port():
    return free_port()


@pytest.mark.parametrize("wrong", ["", "abc", "-1", "0", "65536", "٨٠٨٠"])
def test_serve_refuses_wrong_port(wrong):
    with pytest.raises(CommandError, match="PORT must be a number"):
        call_command("serve", port=wrong)


def test_serve_refuses_taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {taken} is taken by another program.*PORT={taken + 1}"):
            call_command("serve", host="127.0.0.1", port=str(taken))


def test_serve_refuses_unknown_host(port):
    with pytest.raises(CommandError, match=r"HOST 'nowhere\.invalid' is no address of this machine"):
        call_command("serve", host="nowhere.invalid", port=str(port))


def test_serve_refuses_folder_it_cannot_write(port, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.VAR = tmp_path / "file"
    with pytest.raises(CommandError, match=r"STRIDEWELL_VAR is '.*file'; it must be a folder that can be written to"):
        call_command("serve", host="127.0.0.1", port=str(port))


def test_serve_refuses_second_run_on_same_data(port, settings, tmp_path):
    settings.VAR = tmp_path
    with (tmp_path / "serve.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="is running already with the data in"):
            call_command("serve", host="127.0.0.1", port=str(port))


def test_serve_starts_answers_and_leaves_nothing_behind(port, tmp_path):
    clean = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL", "SITE_URL"}}
    clean |= {"STRIDEWELL_DEMO": "1", "STRIDEWELL_VAR": str(tmp_path), "PORT": str(port)}
    with subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=clean | {"DJANGO_SETTINGS_MODULE": "clinic.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as serve:
        watchdog = threading.Timer(240, serve.kill)
        watchdog.start()
        try:
            said = read_until(serve, "Ctrl-C stops everything.")
            programs, groups = running_below(serve.pid)
            address = f"http://127.0.0.1:{port}"
            with urllib.request.urlopen(f"{address}/") as home:
                page = home.read().decode()
            style = re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)
            assert style, "the page names no hashed stylesheet"
            asked = urllib.request.Request(address + style[1], headers={"Accept-Encoding": "br, gzip"})
            with urllib.request.urlopen(asked) as sheet:
                assert sheet.headers["Content-Encoding"] == "br"
                assert "immutable" in sheet.headers["Cache-Control"]
            serve.send_signal(signal.SIGINT)
            said += serve.stdout.read()
            assert serve.wait() == 0
        finally:
            watchdog.cancel()
            serve.kill()
    assert f"http://localhost:{port}/desk/" in said
    assert said.rstrip().endswith("Stopped.")
    assert len(programs) == 2
    assert are_gone(groups)


def running_below(pid: int) -> tuple[list[int], list[int]]:
    """Wait for all: granian and its two workers, Celery and its beat and pool. Celery may start after the web server."""
    until, groups = time.monotonic() + 120, [0]
    while len(groups) < 5:
        assert time.monotonic() < until, f"no more than {groups} were started"
        time.sleep(0.1)
        programs = children_of(pid)
        groups = [member for program in programs for member in group_of(program)]
    return programs, groups


def read_until(process: subprocess.Popen[str], words: str) -> str:
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    pytest.fail(f"serve ended before it said {words!r}:\n{said}", pytrace=False)
