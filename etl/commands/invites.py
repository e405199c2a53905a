"""The command `soundings invite`: invite an organisation, list the invitations, take one back."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from soundings.home import find_home

DEFAULT_ADDRESS = "http://localhost:8501"


def invite_command(
    organisation: Annotated[
        str | None, typer.Argument(help="The organisation's name, as its records are to say.")
    ] = None,
    days: Annotated[int, typer.Option(help="How many days the link works.")] = 30,
    address: Annotated[str, typer.Option(help="Where they reach the dashboard.")] = DEFAULT_ADDRESS,
    list_: Annotated[bool, typer.Option("--list", help="List the invitations; never their links.")] = False,
    revoke: Annotated[str | None, typer.Option(metavar="ID", help="Take an invitation back.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> int:
    """Invite an organisation to add its own activity: prints a signed link, once."""
    from etl.approval import invitations
    from etl.participants.wave_sheet import check_address, is_only_here
    from soundings.model import SoundingsError

    home = find_home()
    if sum((organisation is not None, list_, revoke is not None)) != 1:
        raise SoundingsError("Give one of: an organisation's name, --list, or --revoke with an invitation's id.")
    if list_:
        return show_list(invitations.list_invitations(home), as_json)
    if revoke is not None:
        gone = invitations.revoke(home, revoke)
        said = f"Invitation {gone.invitation_id} of {gone.organisation} opens nothing any more. What they sent is still here."
        print(json.dumps(asdict(gone), ensure_ascii=False) if as_json else said)
        return 0
    check_address(address)
    made, token = invitations.invite(home, organisation, days)
    link = link_to(address, token)
    if as_json:
        print(json.dumps({**asdict(made), "link": link}, ensure_ascii=False))
        return 0
    print(f"Invitation {made.invitation_id} for {made.organisation}, until {made.expires_at[:10]}:\n\n{link}\n")
    print("Whoever has this link can add records in their name. It is shown this once and is kept nowhere.")
    if is_only_here(address):
        print(
            "It opens on this machine only. To send it to others, say where they reach this one: --address",
            file=sys.stderr,
        )
    return 0


def link_to(address: str, token: str) -> str:
    """The link that opens an invitation."""
    return f"{address.rstrip('/')}/ours?invite={token}"


def show_list(found: list, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"invitations": [asdict(one) for one in found]}, ensure_ascii=False))
        return 0
    for one in found:
        print(f"{one.invitation_id}  {one.state:8} until {one.expires_at[:10]}  {one.organisation}")
    if not found:
        print("Nobody is invited. To invite an organisation: soundings invite ORGANISATION")
    return 0
