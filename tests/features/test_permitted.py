"""Who may be profiled and who may be approached, by what is on record of their permission."""

from datetime import date, datetime

import pytest

from marketsofone.features import AsOf, buyers, known_by, owners, unapproached

DAY = AsOf(date(2026, 6, 30))
EVERYONE = [1, 2, 3, 4, 5]


def permission(about_id="elm", purpose="contact", basis="consent", **more):
    return {"about": "account", "about_id": about_id, "purpose": purpose, "basis": basis, **more}


@pytest.fixture
def barred(market, tables, answer):
    """Buyers that may not be contacted, with these permissions on record."""
    def find(*rows, as_of=DAY, level="account"):
        market["permission"] = list(rows)
        known = known_by(tables(market), as_of)
        return [buyer for buyer, in answer(unapproached(known, owners(known, level)))]
    return find


@pytest.fixture
def profiled(market, tables, answer):
    """Buyers there are, with these permissions on record."""
    def find(*rows):
        market["permission"] = list(rows)
        known = known_by(tables(market), DAY)
        return [buyer for buyer, *_ in answer(buyers(known, owners(known, "account"), ()))]
    return find


def test_without_permissions_in_the_data_nobody_is_asked_about(market, tables):
    known = known_by(tables(market), DAY)
    assert unapproached(known, owners(known, "account")) is None


def test_of_whom_nothing_is_on_record_for_contact_nothing_is_barred(barred):
    assert barred(permission(), permission("alder", purpose="invoicing", basis="refused")) == []


@pytest.mark.parametrize("over", [date(2026, 6, 30), date(2025, 1, 1)])
def test_a_basis_that_is_over_on_the_day_bars_and_one_that_ends_later_does_not(barred, over):
    assert barred(permission(valid_to=over), permission("alder", valid_to=date(2026, 7, 1))) == [5]


@pytest.mark.parametrize("basis", ["refused", "Withdrawn", " opt-out "])
def test_a_refusal_bars_whatever_else_is_on_record_while_it_holds(barred, basis):
    assert barred(permission(), permission(basis=basis)) == [5]
    assert barred(permission(), permission(basis=basis, valid_to=date(2026, 1, 1))) == []


def test_one_basis_that_holds_is_enough_beside_one_that_is_over(barred):
    assert barred(permission(valid_to=date(2026, 1, 1)), permission(basis="legitimate interest")) == []


def test_what_is_said_or_begins_after_the_day_is_not_known_on_it(barred):
    later = permission(basis="refused", stated_at=datetime(2026, 7, 1, 9))
    assert barred(later, permission("alder", basis="refused", valid_from=date(2026, 7, 1))) == []
    assert barred(later, as_of=AsOf(date(2026, 7, 1))) == [5]
    ended = permission(valid_to=date(2026, 3, 1))
    assert barred(ended, as_of=AsOf(date(2026, 2, 28))) == []


def test_a_deciding_contact_that_refuses_bars_itself_and_not_the_account_beside_it(barred, market):
    market["contact"] = [{"contact_id": 51, "account_id": 5, "decides": True},
                         {"contact_id": 52, "account_id": 5, "decides": True}]
    market["entity_link"] += [{"entity": "contact", "entity_id": 51, "source": "crm", "source_id": "eve"},
                              {"entity": "contact", "entity_id": 52, "source": "crm", "source_id": "eva"}]
    refusal = {"about": "contact", "about_id": "eve", "purpose": "marketing", "basis": "refused"}
    assert barred(refusal, level="contact") == [51]


def test_who_may_not_be_profiled_is_no_buyer_and_who_may_not_be_contacted_is_one(profiled):
    assert profiled(permission(purpose="profiling", valid_to=date(2026, 1, 1))) == [1, 2, 3, 4]
    assert profiled(permission("alder", purpose="Profiling", basis="refused")) == [2, 3, 4, 5]
    assert profiled(permission(basis="refused")) == EVERYONE


def test_an_objection_and_a_permission_that_is_over_each_leave_no_trace(profiled, market):
    market["objection"] = [{"about": "account", "about_id": "alder"}]
    assert profiled(permission(purpose="profiling", valid_to=date(2026, 1, 1))) == [2, 3, 4]
