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
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, Page, Playwright, WebSocket, expect, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from pages.ui.add.asking import PAUSE
from tests.waiting import HANGING

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
def open_chromium() -> Iterator[Browser]:
    """A Chromium until the block ends; `expect` waits meanwhile until the page is taken to hang."""
    with sync_playwright() as playwright:
        browser = start_chromium(playwright)
        expect.set_options(timeout=HANGING * 1000)
        yield browser
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
            process.wait(HANGING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(process: subprocess.Popen, address: str, log: Path, seconds: float = HANGING) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address}_stcore/health", timeout=seconds) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.15)
                raise RuntimeError(
                    f"The dashboard stopped while starting:\n{log.read_text(errors='replace')[-3000:]}"
                ) from None
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
    talks: list[Talk] = field(default_factory=list)


@dataclass
class Talk:
    """What the browser and the dashboard say to one another over one socket."""

    is_asked: bool = False  # a run was asked for that has not begun
    is_running: bool = False

    def hear_browser(self, frame: bytes | str) -> None:
        self.is_asked |= BackMsg.FromString(frame).WhichOneof("type") == "rerun_script"

    def hear_dashboard(self, frame: bytes | str) -> None:
        message = ForwardMsg.FromString(frame)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.is_asked, self.is_running = False, True
        elif kind == "script_finished":
            self.is_running = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
            self.is_asked |= self.is_running

    def end(self, *_) -> None:
        self.is_asked = self.is_running = False


_watches: WeakKeyDictionary[Page, Watch] = WeakKeyDictionary()


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
    context.set_default_timeout(HANGING * 1000)
    page = context.new_page()
    _watches[page] = watch
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


FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"


def wait_for_frames(page: Page) -> None:
    """Returns once the page has drawn twice: what a click or a key has set off in the browser has begun."""
    page.evaluate(FRAMES)


def settle(page: Page) -> None:
    """Returns once every run that the browser asked the dashboard for has ended and is drawn."""

    def is_answered() -> bool:
        wait_for_frames(page)
        talks = _watches[page].talks
        return bool(talks) and not any(talk.is_asked or talk.is_running for talk in talks)

    at_rest = '[data-testid="stApp"][data-test-script-state="notRunning"]'
    wait_until(page, lambda: is_answered() and page.locator(at_rest).count() == 1 and is_answered(), bool)


# A timer that is set now runs out after every timer of the same length or less that was set before, on a slow machine too.
AFTER_TYPING = "pause => new Promise(done => setTimeout(done, pause + 50))"


def settle_typing(page: Page) -> None:
    """The same of the form Add activity, whose boxes send what was typed after a pause."""
    page.evaluate(AFTER_TYPING, int(PAUSE.removesuffix("ms")))
    settle(page)


def wait_until_drawn(page: Page) -> None:
    """Returns once nothing on the page moves or changes its colour any more."""
    settle(page)
    wait_until_still(page, page.screenshot)


def wait_until_still(page: Page, read: Callable[[], T], seconds: float = HANGING, rest: int = 300) -> T:
    """What `read` gives, once it gives the same twice running and something at all: pages move for a moment after they are drawn."""
    until, seen = time.monotonic() + seconds, read()
    while time.monotonic() < until:
        page.wait_for_timeout(rest)
        now = read()
        if now and now == seen:
            return now
        seen = now
    raise AssertionError(f"still changing after {seconds:.0f} s: {seen}")


def wait_until(page: Page, read: Callable[[], T], is_wanted: Callable[[T], bool], seconds: float = HANGING) -> T:
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


def _count_socket(socket_: WebSocket, watch: Watch) -> None:
    if not is_local(socket_.url.replace("ws", "http", 1)):
        watch.strays.append(socket_.url)

    def count(frame):
        watch.socket_bytes += len(frame)

    socket_.on("framereceived", count)
    socket_.on("framesent", count)
    talk = Talk()
    watch.talks.append(talk)
    socket_.on("framesent", talk.hear_browser)
    socket_.on("framereceived", talk.hear_dashboard)
    socket_.on("close", talk.end)


if __name__ == "__main__":
    chromium = find_chromium()
    print(chromium or "There is no Chromium on this machine.")
    sys.exit(0 if chromium else 1)
