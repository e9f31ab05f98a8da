"""The week of a sales leader, in a real browser: choose segments, place hours, hear the team."""


def test_the_week_of_a_leader(sit):
    leader = sit("leader")
    leader.go("/market")
    assert leader.heading() == "Simulated company"
    into_the_best_segment(leader)
    named = leader.tab.locator("h1 bdi")
    segment = named.inner_text()
    assert {"The three scores", "How it differs from its neighbours", "History"} <= set(headings(leader))

    leader.tab.get_by_label("What people call it").fill("The ones to win first")
    leader.submit("Name it")
    assert named.inner_text() == "The ones to win first"
    leader.submit("Take the name back")
    assert named.inner_text() == segment

    leader.tab.locator("#members ~ .scroll tbody th a").first.click()
    note = leader.tab.locator("form[action$='/note']")
    note.get_by_label("Text").fill("Ask for the decider first.")
    leader.submit("Keep")
    assert "Ask for the decider first." in leader.tab.locator("ul.said").inner_text()

    leader.go("/plan")
    leader.tab.get_by_role("link", name="Try other hours, reps or segments").click()
    leader.tab.get_by_label("Name", exact=True).fill("half as much again")
    leader.tab.get_by_label("Hours, percent of those there are").fill("150")
    leader.submit("Solve again")
    assert leader.tab.locator("table").first.locator("tbody tr").count() == 2
    assert "half as much again" in leader.tab.locator("main").inner_text()


def into_the_best_segment(seat):
    seat.tab.locator("table.cards tbody th a").first.click()
    seat.tab.locator("#scores").wait_for()


def headings(seat):
    return seat.tab.locator("h2").all_inner_texts()
