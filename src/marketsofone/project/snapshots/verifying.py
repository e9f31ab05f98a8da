"""Whether the files of runs still hold, to the last bit, what was written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from marketsofone.project.snapshots.snapshot import RunListed, Snapshot, list_snapshots, open_snapshot
from marketsofone.project.snapshots.writing import digest_of, fingerprint


def verify_runs(project_folder: Path) -> tuple[RunListed, ...]:
    """The runs of a project, oldest first, the content of every file of theirs held against the manifest.

    Opening a run looks at the sizes of its files alone: it stays fast, and does not notice a flipped
    bit. This reads every byte. A run that is not whole says so in its ``state``.
    """
    return tuple(_verified(project_folder, run) for run in list_snapshots(project_folder))


def changed_files(snapshot: Snapshot) -> tuple[str, ...]:
    """Names of the files of a run whose content is not what was written: tables, its page, what it says of itself.

    A page that somebody took away says nothing false, and is passed over.
    """
    manifest = snapshot.manifest
    written = {f"{name}.parquet": told for name, told in manifest["files"].items()}
    written |= {name: told for name, told in manifest.get("pages", {}).items() if (snapshot.path / name).exists()}
    changed = [name for name in sorted(written) if fingerprint(snapshot.path / name) != written[name]]
    holds = "digest" not in manifest or manifest["digest"] == digest_of(manifest)
    return tuple(changed) if holds else (*changed, "manifest.json")


def _verified(folder: Path, run: RunListed) -> RunListed:
    if run.state != "good":
        return run
    snapshot = open_snapshot(folder, run.run_id)
    if snapshot.run_id != run.run_id:
        return replace(run, state=f"a folder of another name: it was written as {snapshot.run_id}")
    changed = changed_files(snapshot)
    return replace(run, state=f"changed since it was written: {', '.join(changed)}") if changed else run
