"""A sentence makes a list; what it was taken to say can be taken out; others can be shown."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import settle, titles
from tests.e2e.test_pages import violations

pytestmark = pytest.mark.e2e


def test_a_sentence_is_said_read_and_cut(visit: Callable[[str], Page]) -> None:
    page = visit("/recommend?user=1&algorithm=ease")
    page.get_by_label("Say it in a sentence").fill("like film 7, bewildering, since 1960")
    part = page.get_by_role("button", name="Leave out: like The Film 7")
    expect(part).to_be_visible()
    expect(page.get_by_text("Not understood: bewildering.")).to_be_visible()
    expect(page).to_have_url(re.compile("say=like"))
    assert not violations(page)
    part.click()
    expect(page.get_by_label("Say it in a sentence")).to_have_value("bewildering, since 1960")
    expect(part).to_have_count(0)
    settle(page)
    first = titles(page)
    page.get_by_role("button", name="Show me others").click()
    expect(page.locator("#rec-summary")).to_contain_text("other films")
    assert not set(first) & set(titles(page))
