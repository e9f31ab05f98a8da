"""What every request needs: the project, its door, and the run that is shown."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from marketsofone.app.local_link import LocalLink
from marketsofone.project.people.signing import Door
from marketsofone.project.snapshots.shelf import Shelf
from marketsofone.project.snapshots.snapshot import check_files, latest_run, open_snapshot
from marketsofone.project.statements.entering import Notebook

_RUNS_HELD = 2


@dataclass(slots=True)
class Office:
    """A project as the app serves it; one for all requests and threads.

    Parameters
    ----------
    folder : Path
        The project folder.
    door : Door
        Who may come in.
    notebook : Notebook
        What people write.
    link : LocalLink or None
        The link of a local start, used once; None where people sign in.
    """

    folder: Path
    door: Door
    notebook: Notebook
    link: LocalLink | None = None
    _shelves: OrderedDict[str, Shelf] = field(default_factory=OrderedDict)
    _loading: Lock = field(default_factory=Lock)

    @property
    def local(self) -> bool:
        """Whether one person serves the app on the own machine."""
        return self.link is not None

    def close(self) -> None:
        """Let go of the databases."""
        self.notebook.close()
        self.door.people.close()

    def shelf(self, run: str = "latest") -> Shelf:
        """The results of a run, loaded once and kept while they are asked for.

        Raises
        ------
        RunMissing, SnapshotTooNew
            There is no such run, or it cannot be read.
        """
        with self._loading:
            held = self._shelves.get(latest_run(self.folder) if run == "latest" else run)
            if held is not None:
                check_files(held.snapshot)
            else:
                snapshot = open_snapshot(self.folder, run)
                held = self._shelves[snapshot.run_id] = Shelf(snapshot)
                while len(self._shelves) > _RUNS_HELD:
                    self._shelves.popitem(last=False)
            self._shelves.move_to_end(held.snapshot.run_id)
            return held
