"""What the load benchmark asks of the Recommend page is what the page answers."""

from flask.testing import FlaskClient

from benchmarks.load import list_callback
from dashboard.pages.recommend.ids import Recommend


def test_the_benchmarks_callback_is_answered_with_a_list(client: FlaskClient) -> None:
    entries = client.get("/_dash-dependencies").get_json()
    entry = next(entry for entry in entries if f"{Recommend.RESULTS}.list" in entry["output"])
    answer = client.post("/_dash-update-component", json=list_callback(entry, 5, "ease"))
    assert answer.status_code == 200
    found = answer.get_json()["response"]
    assert "for user 5" in found[Recommend.SUMMARY]["children"]
    assert len(found[Recommend.RESULTS]["list"]["films"]) == 10
