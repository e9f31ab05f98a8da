"""The app, from the terminal."""

from __future__ import annotations

from pathlib import Path

LOOPBACK = "127.0.0.1"


def serve(project: Path = Path(), /, *, port: int = 8311, team: bool = False, host: str = LOOPBACK,
          https: bool = False) -> None:
    """Open the market in the browser.

    A local start is for one person: it listens on this machine only and prints the link that opens it once,
    and the next one as soon as that was used.
    With --team people sign in; an admin is made with m1 people add.

    Parameters
    ----------
    project : Path
        The project folder.
    port : int
        Where it listens.
    team : bool
        People sign in; needed to listen on anything but this machine.
    host : str
        The address it listens on.
    https : bool
        Browsers reach it by HTTPS, through a proxy on this machine that says X-Forwarded-For and X-Forwarded-Proto:
        cookies travel that way only.
    """
    from marketsofone.app import serve as serve_app
    from marketsofone.errors import SettingsInvalid

    if host != LOOPBACK and not team:
        raise SettingsInvalid("A local start listens on this machine only.", f"--host {host}.",
                              "Let people sign in:  m1 serve --team --host <address>")
    serve_app(project, host, port, team=team, secure=https)
