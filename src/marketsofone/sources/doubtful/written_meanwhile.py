"""Files that were written to while they were read: what was read may be neither what they held nor what they hold.

They are read all the same, for some are written to all day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from marketsofone.sources.findings import Finding, Input
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.rows.reopening import origins

Stamps = Mapping[str, tuple[int, int]]
"""Of each file of the sources, as the inputs of a run name it: when it was last written, and its size."""

_UNKNOWN = ""


def stamps(sources: Iterable[Source]) -> Stamps:
    """When each file of the sources was last written, and its size; of those that are there."""
    files = [file for source in sources for file in origins(source).items()]
    seen = {name: path.stat() for name, path in files if path and path.is_file()}
    return {name: (file.st_mtime_ns, file.st_size) for name, file in seen.items()}


def written_meanwhile(before: Stamps, after: Stamps) -> list[Finding]:
    """Files that are not what they were when reading began."""
    return [Finding("written_meanwhile", "warning", name,
                    "The file was written to while it was read: rows may be missing, or count as they stood then, and "
                    "m1 rows opens none of them.", "Run again once nothing writes to it.")
            for name in sorted(before) if after.get(name) != before[name]]


def without_print(inputs: Mapping[str, Input], changed: Collection[str]) -> dict[str, Input]:
    """Inputs of which those that changed have no fingerprint, so that no file is taken for what was read."""
    return {name: replace(read, sha256=_UNKNOWN) if name in changed else read for name, read in inputs.items()}
