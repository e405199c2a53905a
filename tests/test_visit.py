"""Who is staff, and what anyone else is shown: by the rule alone, and through a real server, proxy and browser."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest
from playwright.sync_api import expect

from etl.approval.invitations import invite, revoke
from pages.ui.routes import PAGES
from pages.ui.visit import ORGANISER, PARTICIPANT, STAFF, STRANGER, Request, judge_visit
from soundings.home import PROJECT, Home
from tests.browser import guarded_page, open_chromium, serve
from tests.homes import TODAY, copy_home

HERE = (("Host", "localhost:8501"), ("User-Agent", "a browser"), ("Origin", "http://localhost:8501"))
NOTHING = "Nothing has been released yet"
LINKS = "a:not([data-testid=stSkipToContent])"
NAVIGATION = (
    "[data-testid=stTopNavLink], [data-testid=stTopNavDropdownLink], [data-testid=stSidebarNav], canvas, iframe"
)
EVERY_PAGE = ("", *(address for _, address, _, _ in PAGES))


def who(headers=HERE, bind: str | None = "localhost", has_sign_in: bool = False, **said: str) -> str:
    return judge_visit(Request(tuple(headers), bind, has_sign_in), said).who


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8501", "LOCALHOST:80", "127.0.0.1:8501", "127.8.8.8", "[::1]:8501", "[::1]"]
)
@pytest.mark.parametrize("bind", ["localhost", "127.0.0.1", "::1"])
def test_on_the_machine_itself_a_visit_is_staffs(host, bind):
    assert who([("host", host)], bind) == STAFF


@pytest.mark.parametrize(
    "host",
    [
        "soundings.example.org",
        "localhost.example.org",
        "example.org:localhost",
        "localhost:8501.example.org",
        "127.0.0.1.example.org",
        "192.168.1.4:8501",
        "0.0.0.0:8501",
        "[::]:8501",
        "[::ffff:192.0.2.1]",
        "[::1].example.org",
        "2130706433",
        "localhost@example.org",
        "localhost, example.org",
        " ",
        "",
    ],
)  # fmt: skip
def test_asked_for_by_another_name_a_visit_is_not_staffs(host):
    assert who([("Host", host)]) == STRANGER


@pytest.mark.parametrize("bind", [None, "", "0.0.0.0", "::", "192.168.1.4", "soundings.example.org", "unix:///run/x"])  # noqa: S104
def test_where_the_server_listens_to_others_nobody_is_staff(bind):
    assert who(bind=bind) == STRANGER


@pytest.mark.parametrize(
    "name",
    ["X-Forwarded-For", "x-forwarded-host", "X-FORWARDED-PROTO", "X-Forwarded", "Forwarded", "Via", "X-Real-IP", "True-Client-IP",
     "CF-Connecting-IP", "X-Client-IP", "X-Cluster-Client-IP", "X-Original-Forwarded-For", "X-Envoy-External-Address"],
)  # fmt: skip
@pytest.mark.parametrize("value", ["127.0.0.1", ""])
def test_passed_on_by_anything_a_visit_is_not_staffs(name, value):
    assert who([*HERE, (name, value)]) == STRANGER


def test_no_host_two_hosts_or_sign_in_make_nobody_staff():
    assert who(()) == STRANGER
    assert who([("Host", "localhost"), ("host", "localhost")]) == STRANGER
    assert who(has_sign_in=True) == STRANGER


def test_a_token_is_all_that_its_visit_is_wherever_it_comes_from():
    for headers in (HERE, (*HERE, ("Via", "1.1 proxy"))):
        assert who(headers, invite="x") == ORGANISER and who(headers, t="x") == PARTICIPANT
        assert who(headers, invite="x", t="y") == PARTICIPANT
    assert who(invite="") == ORGANISER and who(t="") == PARTICIPANT


@contextlib.contextmanager
def proxy_to(port: int, change):
    """The port of a proxy that changes the head of every connection's first request and hands on the rest."""
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(65536):
                target.sendall(content)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def hand_on(client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head and (more := client.recv(65536)):
                head += more
            if b"upgrade: websocket" not in head.lower():
                head = head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
            server = socket.create_connection(("127.0.0.1", port))
            server.sendall(change(head))
            threading.Thread(target=pump, args=(client, server), daemon=True).start()
            pump(server, client)

    def listen() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=hand_on, args=(client,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


@pytest.fixture(scope="module")
def home(tidewell, tmp_path_factory) -> Home:
    return copy_home(tidewell, tmp_path_factory.mktemp("visit") / "home")


@pytest.fixture(scope="module")
def address(home):
    with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with open_chromium() as browser:
        yield browser


def heading(page, words: str):
    return page.get_by_role("heading", name=words, level=1)


def sees_nothing(page, address: str, paths=EVERY_PAGE) -> None:
    for path in paths:
        page.goto(f"{address}{path}")
        expect(heading(page, NOTHING)).to_be_visible()
        expect(page.get_by_role("heading")).to_have_text([NOTHING])
        expect(page.locator(LINKS)).to_have_count(0)
        expect(page.locator(NAVIGATION)).to_have_count(0)


@pytest.mark.browser
def test_staff_find_every_page_on_the_machine_itself(browser, address):
    with guarded_page(browser) as (page, _):
        page.goto(f"{address.replace('127.0.0.1', 'localhost')}sources")
        expect(heading(page, "Sources and gaps")).to_be_visible()
        expect(page.locator("[data-testid=stTopNavLink]").filter(has_text="Inbox")).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize("how", ["forwarded", "another host"])
def test_behind_a_proxy_every_page_says_that_nothing_is_released(browser, address, how):
    port = int(address.rsplit(":", 1)[1].strip("/"))

    def change(head: bytes) -> bytes:
        if how == "forwarded":
            return head.replace(b"\r\n", b"\r\nX-Forwarded-For: 127.0.0.1\r\n", 1)
        own = f"127.0.0.1:{port_of_proxy[0]}".encode()
        return head.replace(b"Host: " + own, b"Host: soundings.example.org").replace(
            b"http://" + own, b"http://soundings.example.org"
        )

    port_of_proxy: list[int] = []
    with proxy_to(port, change) as proxy:
        port_of_proxy.append(proxy)
        with guarded_page(browser) as (page, _):
            sees_nothing(page, f"http://127.0.0.1:{proxy}/", EVERY_PAGE if how == "forwarded" else ("", "sources"))


@pytest.mark.browser
def test_bound_to_every_address_nobody_is_staff_and_a_deep_link_after_a_restart_shows_nothing(browser, home):
    said = {"SOUNDINGS_TODAY": TODAY}
    with serve(PROJECT / "dashboard.py", home.root, environ=said, bind="0.0.0.0") as open_address:  # noqa: S104
        with guarded_page(browser) as (page, _):
            sees_nothing(page, open_address, ("sources", "inbox", "activity", ""))


@pytest.mark.browser
def test_on_the_ipv6_loopback_a_visit_is_staffs(browser, home):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with serve(PROJECT / "dashboard.py", home.root, environ={"SOUNDINGS_TODAY": TODAY}, bind="::1") as own:
        with guarded_page(browser) as (page, _):
            page.goto(f"{own}sources")
            expect(heading(page, "Sources and gaps")).to_be_visible()


@pytest.mark.browser
def test_an_invitation_opens_its_three_pages_and_no_other_on_the_machine_itself(browser, home, address):
    _, token = invite(home, "Riverside Gardeners")
    open_pages = {"": "Our records", "ours": "Our records", "add": "Add activity", "upload": "Upload"}
    with guarded_page(browser) as (page, _):
        for path in EVERY_PAGE:
            page.goto(f"{address}{path}?invite={token}")
            if path in open_pages:
                expect(heading(page, open_pages[path])).to_be_visible()
            else:
                expect(heading(page, "This page is not part of your invitation")).to_be_visible()
                expect(page.get_by_role("heading")).to_have_count(1)
                expect(page.locator("canvas, iframe")).to_have_count(0)
            expect(page.locator("[data-testid=stTopNavLink]")).to_have_text(["Add activity", "Upload", "Our records"])
            for word in ("Inbox", "Sources and gaps", "steward"):
                expect(page.get_by_text(word)).to_have_count(0)


@pytest.mark.browser
def test_a_visit_keeps_to_its_invitation_when_the_address_changes(browser, home, address):
    _, token = invite(home, "Riverside Gardeners")
    with guarded_page(browser) as (page, _):
        page.goto(f"{address}ours?invite={token}")
        expect(heading(page, "Our records")).to_be_visible()
        page.locator("[data-testid=stTopNavLink]").filter(has_text="Upload").click()
        expect(heading(page, "Upload")).to_be_visible()
        page.wait_for_url(lambda url: "invite=" in url)
        page.evaluate(
            "() => { history.pushState({}, '', '/sources'); history.pushState({}, '', '/place'); history.back(); }"
        )
        expect(heading(page, "This page is not part of your invitation")).to_be_visible()
        page.reload()


@pytest.mark.browser
def test_an_invitation_that_was_taken_back_opens_one_page_that_says_so(browser, home, address):
    made, token = invite(home, "Riverside Gardeners")
    revoke(home, made.invitation_id)
    with guarded_page(browser) as (page, _):
        for path, said in (("ours", token), ("add", "nonsense"), ("sources", ""), ("upload", token[:-3])):
            page.goto(f"{address}{path}?invite={said}")
            expect(heading(page, "This invitation does not open")).to_be_visible()
            expect(page.get_by_role("heading")).to_have_count(1)
            expect(page.locator(NAVIGATION)).to_have_count(0)
