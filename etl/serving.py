"""Serving the dashboard: the store brought up to date first, and Tidewell put into a home that never held anything."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

from etl.commands.printing import progress
from etl.demo.illustrating import add_demo, has_ever_held
from etl.replay import sync
from etl.undoing import rebuild
from soundings.home import PROJECT, Home
from soundings.model import BrokenStore, Busy, OtherVersion, SoundingsError
from soundings.store import open_writer

DASHBOARD = PROJECT / "dashboard.py"
PATIENCE = 5  # seconds that the dashboard has to stop by itself


def serve(home: Home, host: str, port: int) -> int:
    """The dashboard's exit code, once it is stopped. Raises SoundingsError where the port is taken."""
    check_port(host, port)
    prepare(home)
    print(f"Soundings is at http://{host}:{port} (Ctrl-C stops it). Home: {home.root}", flush=True)
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(DASHBOARD)),
        *(f"--server.port={port}", f"--server.address={host}", "--server.headless=true"),
        "--browser.gatherUsageStats=false",
    ]
    environment = {**os.environ, "SOUNDINGS_HOME": str(home.root)}
    with subprocess.Popen(command, cwd=PROJECT, env=environment) as dashboard:
        # Asked to end (by a service manager, say), this process takes the dashboard with it: it would keep the port.
        signal.signal(signal.SIGTERM, lambda *_: dashboard.terminate())
        try:
            return dashboard.wait()
        except KeyboardInterrupt:
            try:
                dashboard.wait(PATIENCE)  # Ctrl-C reaches it as well
            except subprocess.TimeoutExpired:
                dashboard.terminate()
            return 0


def check_port(host: str, port: int) -> None:
    """Raises SoundingsError where something else listens there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise SoundingsError(
            f"Soundings cannot listen on {host}:{port} ({error.strerror or error}). Something else may be there: choose another "
            "port with --port (or: make run PORT=8600)."
        ) from error


def bring_up_to_date(home: Home) -> None:
    """Replays what the inbox has and the store has not; a store of another version is built again from the inbox."""
    try:
        with open_writer(home) as writer:
            sync(writer)
    except OtherVersion:
        with progress("Building the store again for this version of Soundings"):
            rebuild(home)


def prepare(home: Home) -> None:
    """Loads the demo into a home that never held a batch; else replays what an interrupted load left in the inbox."""
    try:
        if has_ever_held(home):
            bring_up_to_date(home)
        else:
            with progress("Making Tidewell") as report:
                add_demo(home, report=report)
    except (BrokenStore, Busy) as error:
        print(error, file=sys.stderr)  # the pages say so too, and how to recover
