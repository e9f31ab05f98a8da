"""What the project file says: ``market.toml``, checked strictly and turned into frozen values."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any

from marketsofone.errors import SettingsInvalid, SourceMissing, command, without_passwords
from marketsofone.project.settings.keys import (
    AMOUNT,
    CURRENCY,
    DAY,
    FLAG,
    HOURS,
    INNER_SHARE,
    NAMES,
    PINS,
    SHARE,
    TEXT,
    ZONE,
    ProjectFile,
    one_of,
    read_section,
    whole,
)
from marketsofone.project.settings.plan import OF_BUYERS, PlanSettings
from marketsofone.project.settings.segments import CriterionSettings, SegmentSettings, read_criteria, read_segments
from marketsofone.project.settings.steps import Since, Steps, check_since, check_steps

FILE_NAME = "market.toml"


@dataclass(frozen=True, slots=True)
class Market:
    """The market and what its numbers are counted in.

    Parameters
    ----------
    currency : str
        ISO 4217 code of every amount that is reported.
    name : str
        What people call it; absent: the name of the project folder.
    as_of : date or None
        The day as of which everything is computed; absent: the last day anything happened in the files.
    time_zone : str
        Of dates, and of instants that come without a zone.
    buyer : str or None
        What a buyer is; absent: the first of contact, site, account, opportunity the data know.
    horizon_days : int
        The time over which contribution is counted.
    margin_rate : float or None
        Margin as a share of sales where costs are not known; what is built on it is labelled assumed.
    hour_cost : float
        What a selling hour costs, major units.
    approach_hours : float
        Selling hours that approaching one buyer takes.
    serve_cost : float
        What serving a buyer over the horizon costs, major units.
    seed : int
        Of everything that is drawn at random.
    """

    currency: Annotated[str, CURRENCY]
    name: Annotated[str, TEXT] = ""
    as_of: Annotated[date | None, DAY] = None
    time_zone: Annotated[str, ZONE] = "UTC"
    buyer: Annotated[str | None, one_of("contact", "site", "account", "opportunity")] = None
    horizon_days: Annotated[int, whole(1, 36_500, 365)] = 365
    margin_rate: Annotated[float | None, SHARE] = None
    hour_cost: Annotated[float, AMOUNT] = 0.0
    approach_hours: Annotated[float, HOURS] = 1.0
    serve_cost: Annotated[float, AMOUNT] = 0.0
    seed: Annotated[int, whole(0, 2**32 - 1, 1)] = 1


@dataclass(frozen=True, slots=True)
class StrataSettings:
    """How far the market is split.

    Parameters
    ----------
    handling_cost : float
        Major units that one more segment costs over the horizon. At 0, the default, only noise
        stops a branch; a split that gains less than it costs your team to tell apart needs a number.
    level : float
        The chance that a market without any segments is split at all.
    least_buyers : int
        A stratum with fewer is never made; 0 leaves that to the evidence.
    most_depth : int
        Levels below the market, the buyers themselves not counted.
    pin : sequence
        Splits that are made whatever the evidence: a dimension, at the whole market, or a place with
        its dimension.
    forbid : sequence of str
        Dimensions that never split.
    order : sequence of str
        A dimension listed here splits only below those listed before it.
    """

    handling_cost: Annotated[float, AMOUNT] = 0.0
    level: Annotated[float, SHARE] = 0.04
    least_buyers: Annotated[int, whole(0, 10**9, 20)] = 0
    most_depth: Annotated[int, whole(0, 32, 6)] = 6
    pin: Annotated[Sequence[str | Mapping[str, str]], PINS] = ()
    forbid: Annotated[Sequence[str], NAMES] = ()
    order: Annotated[Sequence[str], NAMES] = ()


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Models that may inform a buyer's prior.

    Parameters
    ----------
    traits : bool
        Whether a model on the marketing traits, predicted out of fold, informs it.
    """

    traits: Annotated[bool, FLAG] = False


@dataclass(frozen=True, slots=True)
class MarketingSettings:
    """Marketing's own segments, shown beside the sales segments.

    Parameters
    ----------
    column : str or None
        The trait or dimension that gives them; absent: latent classes of the traits.
    classes : int
        How many latent classes; 0 chooses the number that describes the traits best.
    most_classes : int
        The highest number tried.
    """

    column: Annotated[str | None, TEXT] = None
    classes: Annotated[int, whole(0, 100, 5)] = 0
    most_classes: Annotated[int, whole(1, 100, 10)] = 10


@dataclass(frozen=True, slots=True)
class RecordSettings:
    """Where what people state is kept.

    Parameters
    ----------
    url : str or None
        A PostgreSQL database that a team shares, as ``"${M1_RECORD}"``: its address, which may hold a
        password, stays out of the file. Absent: ``record.db`` in the project folder.
    """

    url: Annotated[str | None, TEXT] = None


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """When a leader is told that a sector is mixed, or that acting on its parts would pay.

    Parameters
    ----------
    sector : str or None
        The dimension whose values your team treats as one, asked beside the strata.
    margin : float
        A sector is mixed where more than this share of what sets its buyers apart lies inside it.
    level : float
        The chance that any alarm of a kind sounds in a market in which nothing differs.
    """

    sector: Annotated[str | None, TEXT] = None
    margin: Annotated[float, SHARE] = 0.5
    level: Annotated[float, INNER_SHARE] = 0.05


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the project file says.

    Parameters
    ----------
    folder : Path
        The project folder.
    sources : mapping
        The ``[sources]`` part as it stands; `marketsofone.sources` reads it.
    given : frozenset of str
        The keys the file states, as ``section.key``: what is not among them is a default.
    """

    folder: Path
    market: Market
    steps: Steps
    since: Since
    strata: StrataSettings
    model: ModelSettings
    marketing: MarketingSettings
    record: RecordSettings
    alarms: AlarmSettings
    plan: PlanSettings
    segments: Mapping[str, SegmentSettings]
    criteria: Mapping[str, CriterionSettings]
    sources: Mapping[str, Any]
    given: frozenset[str]


SECTIONS = ("market", "steps", "since", "strata", "model", "marketing", "record", "alarms", "plan", "segments",
            "criteria", "sources")


def read_settings(folder: Path) -> Settings:
    """The settings of the project in ``folder``.

    Raises
    ------
    SourceMissing
        There is no project file in the folder.
    SettingsInvalid
        It is not TOML, has a key or section that is not known, or a value that cannot be.
    """
    file = _read_file(folder / FILE_NAME)
    raw = _parsed(file)
    for name in raw:
        if name not in SECTIONS:
            raise file.unknown_section(name, SECTIONS)
    market = read_section(Market, "market", raw.get("market", {}), file)
    steps = read_section(Steps, "steps", raw.get("steps", {}), file)
    check_steps(steps, file)
    since = read_section(Since, "since", raw.get("since", {}), file)
    check_since(since, steps, file)
    strata = read_section(StrataSettings, "strata", raw.get("strata", {}), file)
    _check_steering(strata, _sources(raw, file), file)
    return Settings(
        folder=folder, market=replace(market, name=market.name or folder.resolve().name), steps=steps,
        since=since, strata=strata,
        model=read_section(ModelSettings, "model", raw.get("model", {}), file),
        marketing=read_section(MarketingSettings, "marketing", raw.get("marketing", {}), file),
        record=read_section(RecordSettings, "record", raw.get("record", {}), file),
        alarms=read_section(AlarmSettings, "alarms", raw.get("alarms", {}), file),
        plan=read_section(PlanSettings, "plan", raw.get("plan", {}), file),
        segments=read_segments(raw.get("segments", {}), file),
        criteria=read_criteria(raw.get("criteria", {}), file),
        sources=_sources(raw, file), given=_given(raw),
    )


def record_said(folder: Path) -> str | None:
    """Where the project file in ``folder`` keeps what people state, as it says so; None where it does not, or is none.

    Asked also of a file that cannot be followed otherwise.

    Raises
    ------
    SettingsInvalid
        It is not TOML.
    """
    if not (folder / FILE_NAME).is_file():
        return None
    record = _parsed(_read_file(folder / FILE_NAME)).get("record")
    url = record.get("url") if isinstance(record, Mapping) else None
    return url if isinstance(url, str) else None


def described(settings: Settings) -> dict[str, Any]:
    """The settings as plain JSON values, for the manifest; passwords in addresses are left out, and keys of buyers.

    A key may be the address of a person, and who objects is in no run: a fingerprint tells whether it is the same one.
    """
    said = asdict(settings)
    said["plan"] |= {name: _by_fingerprint(said["plan"][name]) for name in OF_BUYERS}
    return {name: _plain(said[name]) for name in SECTIONS}


def no_project(folder: Path) -> SourceMissing:
    """What is told of a folder that holds no project."""
    return SourceMissing(f"A project folder holds {FILE_NAME}.", f"none in {folder}.",
                         f"Name the project's folder; or make one from your files:\n  {command('init', folder)} "
                         "--from <folder of files>")


def _read_file(path: Path) -> ProjectFile:
    if not path.is_file():
        raise no_project(path.parent)
    try:
        return ProjectFile(path, path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SettingsInvalid(f"{path} must be UTF-8 text.",
                              f"byte {error.start:,} is not UTF-8.",
                              "Save the file again with the encoding UTF-8.") from None


def _parsed(file: ProjectFile) -> dict[str, Any]:
    try:
        return tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        repair = _toml_repair(str(error), file)
        raise SettingsInvalid(f"{file.path} must be TOML.", f"{error}.", repair) from None


def _toml_repair(message: str, file: ProjectFile) -> str:
    at = re.search(r"line (\d+)", message)
    if not at:
        return "Look at the end of the file: something was opened and not closed."
    line = without_passwords(file.text.splitlines()[int(at[1]) - 1].strip())
    return f'Line {at[1]} reads:\n  {line}\nTexts stand in quotation marks: name = "Acme".'


def _sources(raw: Mapping[str, Any], file: ProjectFile) -> Mapping[str, Any]:
    sources = raw.get("sources")
    if isinstance(sources, Mapping) and sources:
        return sources
    raise SettingsInvalid(
        "A project names at least one source.", f"no [sources.<name>] section in {file.path}.",
        'Add, for instance:\n  [sources.crm]\n  file = "deals.csv"\n'
        '  [sources.crm.opportunity]\n  opportunity_id = "deal"')


def _check_steering(strata: StrataSettings, sources: Mapping[str, Any], file: ProjectFile) -> None:
    if not (strata.pin or strata.forbid or strata.order):
        return
    from marketsofone.strata.steering import check_steering, steering_of

    tables = [table for source in sources.values() if isinstance(source, Mapping) for table in source.values()]
    named = [table.get("dimensions") for table in tables if isinstance(table, Mapping)]
    dimensions = [name for of in named if isinstance(of, Mapping) for name in of]
    check_steering(steering_of(strata.pin, strata.forbid, strata.order), dimensions, strata.most_depth,
                   lambda key: file.place("strata", key))


def _given(raw: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(f"{section}.{key}" for section, keys in raw.items() for key in keys)


def _by_fingerprint(named: Mapping[str, float] | Sequence[str]) -> Mapping[str, float] | Sequence[str]:
    """What is said of buyers by their keys, by a fingerprint of each key in its place."""
    told = {key: f"buyer {hashlib.sha256(key.encode()).hexdigest()[:12]}" for key in named}
    return {told[key]: value for key, value in named.items()} if isinstance(named, Mapping) else sorted(told.values())


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return without_passwords(value) if isinstance(value, str) else value
