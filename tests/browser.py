"""A real Chromium with the network cut, and a real dashboard for it to look at. `python -m tests.browser` says whether there is one."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

T = TypeVar("T")
PROJECT = Path(__file__).resolve().parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}


def find_chromium() -> str | None:
    """The path of a Chromium: SOUNDINGS_CHROMIUM, the system's, or Playwright's own; None where there is none."""
    named = os.environ.get("SOUNDINGS_CHROMIUM")
    if named:
        return named
    for name in CHROMIUM_NAMES:
        found = shutil.which(name)
        if found:
            return found
    mac = Path("/Applications/Chromium.app/Contents/MacOS/Chromium")
    if mac.exists():
        return str(mac)
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if own and Path(own).exists() else None


def start_chromium(playwright: Playwright) -> Browser:
    """A headless Chromium with a new profile and none of its own errands on the network."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGS)


@contextlib.contextmanager
def open_chromium(patience: int = 5_000) -> Iterator[Browser]:
    """A Chromium until the block ends; `expect` waits for up to `patience` ms meanwhile."""
    with sync_playwright() as playwright:
        browser = start_chromium(playwright)
        expect.set_options(timeout=patience)
        yield browser
        expect.set_options(timeout=5_000)
        browser.close()


def find_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serve(
    script: Path | str,
    home: Path,
    port: int | None = None,
    base_path: str | None = None,
    environ: dict[str, str] | None = None,
    bind: str = "127.0.0.1",
) -> Iterator[str]:
    """The address of a dashboard running this script in its own process, until the block ends. Ends with a slash."""
    port = port or find_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    command += ["--server.address", bind, "--server.headless", "true", "--browser.gatherUsageStats", "false"]
    command += ["--server.fileWatcherType", "none"]
    if base_path:
        command += ["--server.baseUrlPath", base_path]
    settings = os.environ | {"SOUNDINGS_HOME": str(home), "PYTHONPATH": str(PROJECT)} | (environ or {})
    host = "[::1]" if bind == "::1" else "127.0.0.1"
    address = f"http://{host}:{port}/" + (f"{base_path.strip('/')}/" if base_path else "")
    home.mkdir(parents=True, exist_ok=True)
    with open(home / "server.log", "wb") as log:
        process = subprocess.Popen(command, cwd=PROJECT, env=settings, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_until_healthy(process, address, home / "server.log")
        yield address
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(process: subprocess.Popen, address: str, log: Path, seconds: float = 40) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"The dashboard stopped while starting:\n{log.read_text(errors='replace')[-3000:]}")
        try:
            with urllib.request.urlopen(f"{address}_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.15)
    raise RuntimeError(f"The dashboard did not start in {seconds:.0f} s:\n{log.read_text(errors='replace')[-3000:]}")


@dataclass
class Watch:
    """What a page did while it was open: every request, what left this machine, errors, dialogs and socket bytes."""

    requests: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    socket_bytes: int = 0
    response_bytes: int = 0


@contextlib.contextmanager
def guarded_page(
    browser: Browser, width: int = 1440, height: int = 900, **context_options
) -> Iterator[tuple[Page, Watch]]:
    """A page and its watch. On leaving, fails where anything was asked of another machine, a script threw or a dialog opened."""
    context = browser.new_context(viewport={"width": width, "height": height}, **context_options)
    watch = Watch()

    def guard(route):
        if is_local(route.request.url):
            route.continue_()
        else:
            watch.strays.append(route.request.url)
            route.abort()

    context.route(lambda url: not is_local(url), guard)
    page = context.new_page()
    page.on("request", lambda request: watch.requests.append(request.url))
    page.on("pageerror", lambda error: watch.errors.append(str(error)))
    page.on("websocket", lambda socket_: _count_socket(socket_, watch))

    def dismiss(dialog):
        watch.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    try:
        yield page, watch
    finally:
        context.close()
    watch.strays += [url for url in watch.requests if not is_local(url) and url not in watch.strays]
    assert not watch.strays, f"asked of another machine: {watch.strays}"
    assert not watch.dialogs, f"a script ran and opened: {watch.dialogs}"
    assert not watch.errors, f"the page's scripts failed: {watch.errors}"


def wait_until_still(page: Page, read: Callable[[], T], seconds: float = 15, rest: int = 300) -> T:
    """What `read` gives, once it gives the same twice running and something at all: pages move for a moment after they are drawn."""
    until, seen = time.monotonic() + seconds, read()
    while time.monotonic() < until:
        page.wait_for_timeout(rest)
        now = read()
        if now and now == seen:
            return now
        seen = now
    raise AssertionError(f"still changing after {seconds:.0f} s: {seen}")


def wait_until(page: Page, read: Callable[[], T], is_wanted: Callable[[T], bool], seconds: float = 15) -> T:
    """What `read` gives, once it is what is wanted."""
    until = time.monotonic() + seconds
    while not is_wanted(seen := read()):
        assert time.monotonic() < until, f"after {seconds:.0f} s it is {seen}"
        page.wait_for_timeout(100)
    return seen


MARKED = """(text) => {
  const box = document.activeElement, marked = document.getElementById(box.getAttribute("aria-activedescendant") || "none");
  return marked !== null && marked.textContent.toLowerCase().includes(text.toLowerCase());
}"""


def take_from_list(page: Page, text: str) -> None:
    """Types into the box that has the focus, and takes what its list then marks: Enter pressed sooner closes the list and takes none."""
    page.keyboard.type(text)
    page.wait_for_function(MARKED, arg=text)
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.getAttribute('aria-expanded') !== 'true'")


def read_views(page: Page) -> list[str]:
    """The centre and zoom of every sheet of the chart, read in one moment."""
    return page.locator(".chart-holder").evaluate_all("nodes => nodes.map((node) => node.dataset.view)")


def wait_for_view(page: Page, before: str | None = None, sheets: int = 1) -> str:
    """Where the chart has come to rest, all of its sheets at one view, other than the view before."""

    def read() -> list[str]:
        views = read_views(page)
        return views if len(views) == sheets and len(set(views)) == 1 and views[0] != before else []

    return wait_until_still(page, read)[0]


def is_local(url: str) -> bool:
    """Whether an address stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob", "about") or parts.hostname in LOCAL_HOSTS


def _count_socket(socket_, watch: Watch) -> None:
    if not is_local(socket_.url.replace("ws", "http", 1)):
        watch.strays.append(socket_.url)

    def count(frame):
        watch.socket_bytes += len(frame)

    socket_.on("framereceived", count)
    socket_.on("framesent", count)


if __name__ == "__main__":
    chromium = find_chromium()
    print(chromium or "There is no Chromium on this machine.")
    sys.exit(0 if chromium else 1)
