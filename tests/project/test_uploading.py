import io
import resource
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketsofone.errors import FileRefused, RunInterrupted, SettingsInvalid, SourceMissing
from marketsofone.project.files.mapped import mapped_sources
from marketsofone.project.files.proposing import accept, proposed
from marketsofone.project.files.uploading import ENDINGS, list_files, receive, safe_name
from marketsofone.project.settings.market_file import read_settings

DEALS = b"opportunity_id,account,stage,close_date,amount\n" + b"".join(
    b"o%d,a%d,%s,2026-01-15,%d\n" % (n, n % 7, b"won" if n % 2 else b"lost", 100 + n) for n in range(60))


def everything(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@contextmanager
def room_for(limit):
    """As if the disk had room for that many bytes a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_that_was_sent_lies_in_the_folder_of_files_as_it_was(tmp_path):
    received = receive(tmp_path, "deals.csv", io.BytesIO(DEALS))
    assert (received.name, received.bytes) == ("deals.csv", len(DEALS))
    assert (tmp_path / "files/deals.csv").read_bytes() == DEALS
    assert (tmp_path / "files/deals.csv").stat().st_mode & 0o077 == 0, "its owner's alone, as the record is"
    assert [file.name for file in list_files(tmp_path)] == ["deals.csv"]
    assert everything(tmp_path) == ["files", "files/deals.csv"]


@given(st.text(max_size=40), st.sampled_from(ENDINGS))
def test_no_name_leads_out_of_the_folder(start, ending):
    try:
        name = safe_name(start + ending)
    except FileRefused:
        return
    assert "/" not in name
    assert "\\" not in name
    assert not name.startswith(".")
    assert name.replace(" ", "").isprintable()


def test_blanks_of_other_kinds_become_the_ordinary_one():
    assert safe_name("sales\u202f2026\u00a0june.csv") == "sales 2026 june.csv"


@pytest.mark.parametrize("name", ["", ".csv", "..", "a\0.csv", "run.sh", "x" * 200 + ".csv", "\u202egpj.csv",
                                  "a\u2028b.csv", "a.csv\n.csv"])
def test_a_name_that_cannot_be_kept_is_refused(tmp_path, name):
    with pytest.raises(FileRefused):
        receive(tmp_path, name, io.BytesIO(DEALS))
    assert everything(tmp_path) == []


def test_a_file_that_is_there_gives_way_only_where_it_is_said(tmp_path):
    receive(tmp_path, "deals.csv", io.BytesIO(b"old"))
    with pytest.raises(FileRefused, match="already"):
        receive(tmp_path, "deals.csv", io.BytesIO(b"new"))
    assert (tmp_path / "files/deals.csv").read_bytes() == b"old"
    receive(tmp_path, "deals.csv", io.BytesIO(b"new"), replace=True)
    assert (tmp_path / "files/deals.csv").read_bytes() == b"new"
    assert everything(tmp_path) == ["files", "files/deals.csv"]


def test_a_link_is_replaced_and_not_written_through(tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_bytes(b"theirs")
    (tmp_path / "p/files").mkdir(parents=True)
    (tmp_path / "p/files/deals.csv").symlink_to(outside)
    receive(tmp_path / "p", "deals.csv", io.BytesIO(b"new"), replace=True)
    assert outside.read_bytes() == b"theirs"


def test_an_empty_file_and_one_that_breaks_off_leave_nothing(tmp_path):
    class Broken(io.BytesIO):
        def read(self, *_):
            raise ConnectionError

    with pytest.raises(FileRefused, match="empty"):
        receive(tmp_path, "deals.csv", io.BytesIO())
    with pytest.raises(ConnectionError):
        receive(tmp_path, "deals.csv", Broken())
    assert everything(tmp_path) == ["files"]


def test_a_full_disk_is_said_and_leaves_the_file_that_was_there(tmp_path):
    receive(tmp_path, "deals.csv", io.BytesIO(b"old"))
    with room_for(1000), pytest.raises(RunInterrupted, match="File too large"):
        receive(tmp_path, "deals.csv", io.BytesIO(DEALS), replace=True)
    assert (tmp_path / "files/deals.csv").read_bytes() == b"old"
    assert everything(tmp_path) == ["files", "files/deals.csv"]


def test_what_a_killed_server_left_half_written_goes_with_the_next_file(tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files/.part-left").write_bytes(b"half")
    assert list_files(tmp_path) == ()
    receive(tmp_path, "deals.csv", io.BytesIO(DEALS))
    assert everything(tmp_path) == ["files", "files/deals.csv"]


def test_a_proposal_is_written_as_it_was_shown_and_can_be_read(tmp_path):
    receive(tmp_path, "deals.csv", io.BytesIO(DEALS))
    shown = proposed(tmp_path)
    assert 'file = "files/deals.csv"' in shown.text
    assert accept(tmp_path, shown.digest).read_text() == shown.text
    assert read_settings(tmp_path).sources
    (source,) = mapped_sources(tmp_path)
    assert source.where == "files/deals.csv"
    assert {field.name for field in source.tables[0].fields} >= {"opportunity_id", "account_id", "outcome"}
    assert everything(tmp_path) == ["files", "files/deals.csv", "market.toml"]


def test_a_proposal_is_refused_where_the_files_changed_since_or_a_person_wrote_one(tmp_path):
    receive(tmp_path, "deals.csv", io.BytesIO(DEALS))
    shown = proposed(tmp_path)
    with pytest.raises(SettingsInvalid, match="something else"):
        accept(tmp_path, "0" * 64)
    (tmp_path / "market.toml").write_text("# mine")
    with pytest.raises(SettingsInvalid, match="already"):
        accept(tmp_path, shown.digest)
    assert (tmp_path / "market.toml").read_text() == "# mine"
    accept(tmp_path, shown.digest, replace=True)
    assert (tmp_path / "market.toml").read_text() == shown.text
    assert [path.read_text() for path in tmp_path.glob("market.toml.*")] == ["# mine"]


@pytest.mark.parametrize("url", ["${M1_RECORD}", "postgresql://m1:${M1_PASSWORD}@db/m1", "sqlite:///kept.db"])
@pytest.mark.parametrize("rest", ['\n[market]\ncurrency = "EUR"\n', '\n[market]\ncurency = "EUR"\n'])
def test_a_proposal_that_replaces_a_project_file_leaves_the_record_where_it_is(tmp_path, url, rest):
    receive(tmp_path, "deals.csv", io.BytesIO(DEALS))
    (tmp_path / "market.toml").write_text(f'[record]\nurl = "{url}"\n{rest}')
    shown = proposed(tmp_path)
    accept(tmp_path, shown.digest, replace=True)
    assert read_settings(tmp_path).record.url == url


@pytest.mark.parametrize("text", ['[record]\nurl = "postgresql://m1:secret@db/m1"\n',
                                  '[record\nurl = "${M1_RECORD}"\n'])
def test_nothing_is_proposed_where_that_would_tell_a_password_or_lose_the_record(tmp_path, text):
    receive(tmp_path, "deals.csv", io.BytesIO(DEALS))
    (tmp_path / "market.toml").write_text(text)
    with pytest.raises(SettingsInvalid) as refused:
        proposed(tmp_path)
    assert "secret" not in str(refused.value)


def test_without_files_nothing_is_proposed(tmp_path):
    with pytest.raises(SourceMissing):
        proposed(tmp_path)
