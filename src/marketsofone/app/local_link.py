"""The link of a local start: it opens the app once, and the next one is told where the app was started."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from threading import Lock


class LocalLink:
    """The one way in to an app that one person started; safe to share by threads.

    A link that stays behind, in the history of a browser or in a note, opens nothing. Whoever started the app opens
    it again, or in another browser, by the link told last.

    Parameters
    ----------
    key : str
        What the first link holds.
    tell : callable
        Takes the key of the next link as soon as one was used.
    """

    def __init__(self, key: str, tell: Callable[[str], None]) -> None:
        self._key, self._tell, self._turn = key, tell, Lock()
        self.mark = secrets.token_urlsafe(24)
        """What the sessions of this start hold, and of no other."""

    def opens(self, key: str) -> bool:
        """Whether the key is that of the link told last; it is used up then."""
        with self._turn:
            if not hmac.compare_digest(key.encode(), self._key.encode()):
                return False
            self._key = secrets.token_urlsafe(24)
            self._tell(self._key)
            return True
