"""Sentences name what carries the weight, and whose taste it is."""

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.movies import MovieTable, StringColumn
from core.data.profile import Profile
from core.lists.sentences import Person, describe, without_rating
from core.recommenders.results import Contribution, Explanation
from core.testing.toy import toy_dataset

DATA = toy_dataset()
PARTS = {
    "movie": Contribution("movie", 2, DATA.movies.title(2), 1.0),
    "neighbour": Contribution("neighbour", 5, "Person 6", 1.0),
    "genre": Contribution("genre", 0, "Comedy", 1.0),
    "factor": Contribution("factor", 1, "quiet films", 1.0),
}
YOURS = {
    "movie": "because you rated The Film 2 (1952) (4.5)",
    "neighbour": "1 person with a taste close to yours rated",
    "genre": "fits what you like: Comedy",
    "factor": "fits your taste for quiet films",
}
THEIRS = {
    "movie": "because user 8 rated The Film 2 (1952) (4.5)",
    "neighbour": "1 person with a taste close to user 8's rated",
    "genre": "fits what user 8 likes: Comedy",
    "factor": "fits user 8's taste for quiet films",
}


def told(profile: Profile, parts: list[Contribution], predicted: float | None = 3.84) -> str:
    return describe(DATA, profile, Explanation("x", 0, 1.0, predicted, parts))


@pytest.mark.parametrize("kind", PARTS)
@pytest.mark.parametrize(("user", "expected", "closing"), [(None, YOURS, "You would"), (7, THEIRS, "User 8 would")])
def test_the_sentence_says_whose_taste_it_is(
    kind: str, user: int | None, expected: dict[str, str], closing: str
) -> None:
    profile = Profile.of([2], [4.5], user=user)
    text = told(profile, [PARTS[kind]])
    assert expected[kind] in text
    assert text.endswith(f" {closing} probably give it 3.8 stars.")
    if user is not None:
        assert "you" not in text.lower().replace("young", "").split()
    assert "stars" not in told(profile, [PARTS[kind]], None)


@pytest.mark.parametrize(
    ("rank", "without", "text"),
    [
        (3, 1412, "Without your rating of Heat (1995) (4.0) this would be rank 1,412 (now rank 3)."),
        (3, 3, "Without your rating of Heat (1995) (4.0) this would still be rank 3."),
        (3, None, "Without your rating of Heat (1995) (4.0) there would be nothing to rank this by (now rank 3)."),
    ],
)
def test_counterfactual_sentences(rank: int, without: int | None, text: str) -> None:
    assert without_rating(Person("you", "your"), "Heat (1995)", 4.0, rank, without) == text
    assert without_rating(Person("user 5", "user 5's"), "Heat (1995)", 4.0, rank, without) == text.replace(
        "your", "user 5's"
    )


@pytest.mark.parametrize("label", ["How many people rated it", "Anything else"])
@pytest.mark.parametrize(("weight", "mostly"), [(0.9, False), (1.1, True), (-3.0, False)])
def test_popularity_is_named_where_it_weighs_more_than_the_films(label: str, weight: float, mostly: bool) -> None:
    parts = [PARTS["movie"], Contribution("bias", -1, label, weight, popularity=True)]
    text = told(Profile.of([2], [4.5]), parts)
    assert (
        f"mainly because so many watched it ({DATA.movie_counts[0]} ratings), and because you rated" in text
    ) == mostly
    assert "you rated The Film 2 (1952) (4.5)" in text


def test_what_is_usual_for_a_film_is_not_called_popularity() -> None:
    parts = [PARTS["movie"], Contribution("bias", -1, "What people in general think of it", 4.0)]
    assert "mainly because you rated" in told(Profile.of([2], [4.5]), parts)


def test_a_user_is_called_by_the_id_of_the_source():
    table = MovieTable.from_columns([1], ["A (2001)"], [[]])
    names = StringColumn.from_strings(["ann"])
    one = np.array([0], dtype=np.int32)
    dataset = Dataset.from_dense(
        one,
        one,
        np.array([8], dtype=np.uint8),
        np.array([0], dtype=np.uint32),
        user_ids=np.array([1]),
        user_source_ids=names,
        table=table,
        name="x",
        source="y",
    )
    assert Person.of(dataset, dataset.profile(0)).possessive == "user ann's"
