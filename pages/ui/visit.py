"""Who is visiting: staff, someone with a token and exactly its reach, or anyone else, who sees one page."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from etl.approval.invitations import LIVE, Invitation, read_invitation
from pages.ui import keys
from soundings.home import find_home

STAFF, ORGANISER, PARTICIPANT, STRANGER = "staff", "organiser", "participant", "stranger"
FORWARDED_STARTS = ("x-forwarded", "x-original-", "x-envoy-", "cf-", "fastly-", "fly-")
FORWARDED = {
    "forwarded",
    "via",
    "x-real-ip",
    "x-real-port",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-proxyuser-ip",
    "x-remote-addr",
    "x-remote-ip",
    "x-host",
    "true-client-ip",
    "client-ip",
    "proxy-connection",
    "x-amzn-trace-id",
    "x-request-start",
}
# `streamlit run` listens where its settings say; another server that was given the app may listen anywhere.
OWN_SERVER = ("starlette-app", "starlette-managed")
INVITE, CODE = "invite", "t"


@dataclass(frozen=True)
class Request:
    """What a visit came with: its headers, each name as often as it was sent; the address that the server is bound to (None:
    every address, or not known); and whether sign-in is set up."""

    headers: tuple[tuple[str, str], ...]
    bind: str | None
    has_sign_in: bool = False


@dataclass(frozen=True)
class Visit:
    """Who is visiting. `code` is a participant's, `token` an organiser's, whose `invitation` is known once it was read.

    `state`: of the invitation; only a live one opens anything.
    """

    who: str
    code: str | None = None
    token: str | None = None
    invitation: Invitation | None = None
    state: str = LIVE

    @property
    def has_pages(self) -> bool:
        """Whether there is any page to choose from."""
        return self.who == STAFF or (self.who == ORGANISER and self.state == LIVE)


def judge_visit(request: Request, said: Mapping[str, str]) -> Visit:
    """Who this is, from the request and what the address said; a token is all that its visit is, wherever it comes from.

    Of two tokens the one that reaches less counts.
    """
    if said.get(CODE) is not None:
        return Visit(PARTICIPANT, code=said[CODE])
    if said.get(INVITE) is not None:
        return Visit(ORGANISER, token=said[INVITE])
    return Visit(STAFF if is_staff(request) else STRANGER)


def is_staff(request: Request) -> bool:
    """Whether nothing is configured, the server is bound to this machine alone, and the visit came straight from it."""
    if request.has_sign_in or request.bind is None or not is_this_machine(request.bind):
        return False
    hosts = [value for name, value in request.headers if name.lower() == "host"]
    if len(hosts) != 1 or not is_this_machine(cut_port(hosts[0])):
        return False
    return not any(is_forwarding(name.lower()) for name, _ in request.headers)


def is_forwarding(name: str) -> bool:
    """Whether a header of this name says that something stands between the visitor and the server."""
    return name in FORWARDED or name.startswith(FORWARDED_STARTS)


def is_this_machine(host: str) -> bool:
    """Whether this names the machine itself: localhost, or a loopback address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


def cut_port(host: str) -> str:
    """A Host header without its port: “[::1]:8501” → “[::1]”. What is no host with a port stays as it is."""
    if host.startswith("["):
        inside, bracket, rest = host.partition("]")
        return inside + bracket if rest == "" or (rest[0] == ":" and rest[1:].isdigit()) else host
    name, colon, port = host.partition(":")
    return name if not colon or port.isdigit() else host


def read_request() -> Request:
    """What this visit came with, from the server."""
    from streamlit import config
    from streamlit.runtime.secrets import secrets_singleton

    headers = st.context.headers
    told = tuple((name, value) for name in dict.fromkeys(headers.keys()) for value in headers.get_all(name))
    bind = st.get_option("server.address") if config._server_mode in OWN_SERVER else None
    has_sign_in = secrets_singleton.load_if_toml_exists() and "auth" in secrets_singleton
    return Request(told, bind, bool(has_sign_in))


def hold_visit() -> Visit:
    """Who is visiting, for as long as they stay: a visit that came with a token keeps to it, and its address keeps naming it."""
    token = st.query_params.get(INVITE)
    if token is not None:
        st.session_state[keys.INVITED] = token[:600]
    said = {CODE: keys.hold_feedback_code(), INVITE: st.session_state.get(keys.INVITED)}
    visit = judge_visit(read_request(), said)
    if visit.who != ORGANISER:
        return visit
    state, invitation = read_invitation(find_home(), visit.token)
    if state == LIVE and token is None:
        st.query_params[INVITE] = visit.token
    return Visit(ORGANISER, token=visit.token, invitation=invitation, state=state)
