"""What is learned beside the server is told on the page, and goes away by itself."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.store.learning import clear_learning, learning_alone, publish_learning
from core.views import Learning
from tests.conftest import Installation

pytestmark = pytest.mark.e2e


def test_a_line_follows_the_training_and_ends_with_it(
    visit: Callable[[str], Page], toy_installation: Installation
) -> None:
    models = toy_installation.models_dir / toy_installation.dataset.name
    learning = Learning("running", {"svd": "running"}, {"ease": "waiting"}, ends_at=time.time() + 40)
    try:
        with learning_alone(models, lambda: None):
            publish_learning(models, learning)
            # A worker looks with a request, every five seconds while nothing is learned.
            time.sleep(5)
            page = visit("/recommend?mode=user&user=1")
            page.reload()
            line = page.locator(".learning-line")
            expect(line).to_contain_text("Being learned: SVD. All done in about")
            publish_learning(
                models, Learning("running", {"svd": "done"}, {"ease": "running"}, ends_at=time.time() + 9)
            )
            expect(line).to_contain_text("Being measured on held-out ratings: EASE.")
            clear_learning(models)
            expect(line).to_contain_text("Everything is learned. Hybrid makes the lists")
    finally:
        clear_learning(models)
