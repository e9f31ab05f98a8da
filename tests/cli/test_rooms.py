import io

import pytest

from marketsofone.cli.rooms import Rooms


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_is_one_line_a_room_where_no_one_watches():
    stream = io.StringIO()
    with Rooms(stream) as rooms:
        rooms("sources")
        rooms("strata")
    assert [line.split(":")[0].strip() for line in stream.getvalue().splitlines()] == ["sources", "strata"]


def test_a_terminal_is_told_the_room_that_is_at_work():
    stream = Terminal()
    with Rooms(stream) as rooms:
        rooms("sources")
        rooms("strata")
    assert "sources: 0.0 s" in stream.getvalue()


def test_a_room_that_failed_is_not_told_as_done():
    stream = io.StringIO()

    def fail_in_a_room():
        with Rooms(stream) as rooms:
            rooms("sources")
            raise ValueError("broken")
    with pytest.raises(ValueError, match="broken"):
        fail_in_a_room()
    assert stream.getvalue() == ""
