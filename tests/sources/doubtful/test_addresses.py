"""E-mail addresses that differ by capitals only are told, with the lines that read them as one, and never shown."""

SETTINGS = """
[sources.people]
file = "people.csv"
[sources.people.contact]
contact_id = "E-mail"
account_id = "firm"
[sources.no]
file = "no.csv"
[sources.no.objection]
about = "'contact'"
about_id = "mail"
"""
SMALL = SETTINGS.replace('"E-mail"', '"lower(\\"E-mail\\")"').replace('"mail"', '"lower(\\"mail\\")"')


def test_addresses_that_differ_by_capitals_only_are_counted_with_what_to_write(market):
    market.write("people.csv", "E-mail,firm\nAnn@X.example,1\nann@x.example,1\nANN@x.example,1\nbo@x.example,2\n"
                 "A7,2\na7,2\n")
    market.write("no.csv", "mail\nBO@x.example\n")
    told = {one.code: one for one in market.load(SETTINGS).findings}
    found = told["addresses_alike"]
    assert found.message.startswith("1 e-mail address that is a key of contact is written in several ways")
    assert "each of the 3 counts as a thing of its own" in found.message
    assert "statements_astray" in told
    assert found.repair.splitlines()[1:] == [
        "[sources.people.contact]", "contact_id = 'lower(\"E-mail\")'",
        "[sources.no.objection]", "about_id = 'lower(\"mail\")'"]
    assert "@" not in found.message + found.repair


def test_read_in_small_letters_they_are_one_and_nothing_is_told(market):
    market.write("people.csv", "E-mail,firm\nAnn@X.example,1\nbo@x.example,2\n")
    market.write("no.csv", "mail\nBO@x.example\nann@x.example\n")
    codes = {one.code for one in market.load(SMALL).findings}
    assert not codes & {"addresses_alike", "statements_astray"}
