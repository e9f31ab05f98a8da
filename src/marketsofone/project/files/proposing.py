"""The project file as the files suggest it: shown first, written once someone agreed to what was shown."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import SettingsInvalid
from marketsofone.project.files.connecting import check_secrets
from marketsofone.project.files.uploading import FOLDER, list_files
from marketsofone.project.settings.market_file import FILE_NAME, record_said
from marketsofone.project.snapshots.writing import disk_problems_told

if TYPE_CHECKING:
    from marketsofone.sources.profiling.connected import Connected


@dataclass(frozen=True, slots=True)
class Proposed:
    """A project file as it would be written.

    Parameters
    ----------
    text : str
    digest : str
        Tells this text from any other: whoever agrees says to which.
    guessed, unsure : tuple of str
        What was guessed, with the reason, and what could not be told; a sentence each.
    """

    text: str
    digest: str
    guessed: tuple[str, ...]
    unsure: tuple[str, ...]


def proposed(project_folder: Path, connected: Connected | None = None) -> Proposed:
    """Reads the files of a project, and tables of a database, and says how they could be mapped. Nothing is written.

    What people state, objections and accounts among it, stays where the project file that is there keeps it.

    Raises
    ------
    SourceMissing
        No file is there that could be a source, or none that fills a customer table.
    SettingsInvalid
        The project file that is there cannot tell where it keeps what people state, or tells a password by it.
    """
    stamps = tuple((file.name, file.bytes, file.written_at) for file in list_files(project_folder))
    return _proposed(project_folder, stamps, connected, _record_kept(project_folder))


def _record_kept(project_folder: Path) -> str:
    """The lines of a project file by which the record stays where it is; none where it stands in the folder."""
    from marketsofone.sources.spelling import quoted_as_toml

    url = record_said(project_folder)
    if url is None:
        return ""
    check_secrets(url)
    return f"\n[record]\nurl = {quoted_as_toml(url)}\n"


@lru_cache(maxsize=2)
def _proposed(project_folder: Path, stamps: tuple[object, ...], connected: Connected | None, kept: str) -> Proposed:
    """The proposal, kept while the files stand as they did: agreeing to it need not read them again."""
    from marketsofone.sources.proposing.proposal import propose

    folder = project_folder / FOLDER
    found = propose(folder, project_folder.resolve().name, connected)
    text = found.text.replace(f"{folder.resolve().as_posix()}/", f"{FOLDER}/") + kept
    return Proposed(text, hashlib.sha256(text.encode()).hexdigest(), found.guessed, found.unsure)


def accept(project_folder: Path, digest: str, connected: Connected | None = None, *, replace: bool = False,
           now: datetime | None = None) -> Path:
    """Writes the proposed project file, as it was shown.

    It is proposed here, not sent, so that nothing but a proposal can be written this way.

    Parameters
    ----------
    digest : str
        Of the proposal that was agreed to.
    connected : Connected, optional
        The database whose tables it maps.
    replace : bool
        Whether a project file that is there may give way; it is kept beside the new one.
    now : datetime, optional
        The wall clock, for the name of what is kept.

    Raises
    ------
    SettingsInvalid
        The files suggest something else by now, or there is a project file that may not give way.
    SourceMissing
        The files are gone.
    RunInterrupted
        The disk is full or cannot be written to.
    """
    found, target = proposed(project_folder, connected), project_folder / FILE_NAME
    if found.digest != digest:
        raise SettingsInvalid("What was shown is what is written.", "files that suggest something else by now.",
                              "Look at the proposal again.")
    kept = project_folder / f"{FILE_NAME}.{now or datetime.now(UTC):%Y%m%d-%H%M%S}"
    with disk_problems_told("The project file is written", project_folder, "Agree to it once more."):
        _write(target, found.text, kept if replace else None)
    return target


def _write(target: Path, text: str, kept: Path | None) -> None:
    """Writes a file whole; one that is there gives way only where it is said under which name it is kept."""
    with tempfile.TemporaryDirectory(prefix=".proposal-", dir=target.parent) as hidden:
        part = Path(hidden) / target.name
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if kept is not None and target.exists():
            os.link(target, kept)
            part.replace(target)
            return
        try:
            os.link(part, target)
        except FileExistsError:
            raise SettingsInvalid(f"A project has one {FILE_NAME}.", "one that is there already, written by someone.",
                                  "Say that it may give way: it is then kept beside the new one.") from None
