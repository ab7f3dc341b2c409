"""From somebody's export to a list, and out again."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import settle, titles
from tests.e2e.test_pages import violations
from tests.unit.data.personal.exports import zipped

pytestmark = pytest.mark.e2e

_TABLES = {
    "ratings.csv": "Date,Name,Year,Letterboxd URI,Rating\n2024-01-02,The Film 3,1953,x,4.5\n"
    "2024-01-02,Film 4,1955,x,5\n2024-01-02,Nowhere,1999,x,4\n2024-01-02,The Film 5,1995,x,3\n",
    "watched.csv": "Date,Name,Year,Letterboxd URI\n2024-01-02,Film 6,1956,x\n",
    "watchlist.csv": "Date,Name,Year,Letterboxd URI\n2024-01-05,Film 7,1957,x\n",
}


def opened(page: Page) -> None:
    page.get_by_text("Bring your films, take them out").click()


def test_a_letterboxd_zip_becomes_a_list_and_comes_out_again(visit: Callable[[str], Page]) -> None:
    page = visit("/recommend?mode=me&algorithm=ease&n=50")
    nobody = titles(page)
    assert "Film 6" in " ".join(nobody)
    opened(page)
    page.locator("#rec-import input[type=file]").set_input_files(
        [{"name": "letterboxd-me.zip", "mimeType": "application/zip", "buffer": zipped(_TABLES)}]
    )
    table = page.locator("#rec-import-table")
    expect(table).to_contain_text("Letterboxd: 6 rows.")
    expect(table).to_contain_text("Matched (4)")
    expect(table).to_contain_text("Not in this data set (1)")
    button = table.get_by_role("button", name="Add 4 films")
    choice = table.get_by_role("button", name="The Film 5 (1955)")
    choice.click()
    expect(choice).to_have_attribute("aria-pressed", "true")
    assert not violations(page)
    button = table.get_by_role("button", name="Add 5 films")
    button.click()
    expect(table).to_contain_text("Added 5 films.")
    expect(page.get_by_text("Your ratings (3)")).to_be_visible()
    expect(page.locator("#rec-kept")).to_contain_text("3 ratings, 1 watched without stars")
    settle(page)
    mine = titles(page)
    assert mine != nobody
    assert not {"The Film 3", "The Film 4", "The Film 5", "The Film 6"} & set(mine)

    with page.expect_download() as download:
        page.get_by_role("button", name="Take my films out as Letterboxd CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert {(row["Title"], row["Rating"], row["WatchedDate"]) for row in rows} == {
        ("The Film 3", "4.5", "2024-01-02"),
        ("The Film 4", "5.0", "2024-01-02"),
        ("The Film 5", "3.0", "2024-01-02"),
        ("The Film 6", "", "2024-01-02"),
    }
    with page.expect_download() as download:
        page.get_by_role("button", name="Take my films out as JSON").click()
    kept = json.loads(download.value.path().read_text())["films"]
    assert [film["movie_id"] for film in kept if film["watchlist"]] == [80]

    # What was changed in this very moment goes out, too.
    with page.expect_download() as download:
        page.evaluate(
            """() => {
                window.cinematchOwnFilms.rate(90, 2, "The Film 8");
                document.querySelector("[aria-label='Take my films out as JSON']").click();
                window.cinematchOwnFilms.undo();
            }"""
        )
    kept = json.loads(download.value.path().read_text())["films"]
    assert [film["stars"] for film in kept if film["movie_id"] == 90] == [2.0]

    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete all my films").click()
    expect(page.locator("#rec-kept")).to_contain_text("0 ratings, 0 watched")
    table.get_by_role("button", name="Undo").click()
    expect(page.locator("#rec-kept")).to_contain_text("3 ratings, 1 watched")
    page.reload()
    settle(page)
    expect(page.get_by_text("Your ratings (3)")).to_be_visible()


def test_a_pasted_table_is_read_and_what_is_none_says_what_to_do(visit: Callable[[str], Page]) -> None:
    page = visit("/recommend?mode=me&algorithm=ease")
    opened(page)
    field = page.get_by_label("Or paste a table")
    field.fill("Title,Year,Rating\nThe Film 3,1953,4\n")
    page.get_by_role("button", name="Read what is pasted").click()
    page.get_by_role("button", name="Add 1 film", exact=True).click()
    expect(page.get_by_text("Your ratings (1)")).to_be_visible()
    page.locator("#rec-import-table").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Your ratings (1)")).to_be_hidden()
