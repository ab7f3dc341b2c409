import numpy as np
import pytest

from core.errors import InvalidInputError, ModelUnavailableError, UnknownIdError
from core.lists.requests import ListRequest, ProfileRequest
from core.lists.similar import SimilarFilms
from core.recommenders.popularity import Popularity
from core.search import TitleIndex, most_alike
from core.service import CineMatch, open_service
from core.service.said import understood
from core.settings import load_settings
from core.store.artifact import save_model
from core.store.cache import ModelCache
from core.testing.toy import toy_dataset
from core.views import Filters, Reranking


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    root = tmp_path_factory.mktemp("service")
    dataset = toy_dataset()
    dataset.save(root / "data" / "toy")
    save_model(Popularity().fit(dataset), root / "models" / "toy" / "popularity")
    settings = load_settings(
        dataset="toy", data_dir=root / "data", models_dir=root / "models", cache_dir=root / "cache"
    )
    return open_service(settings)


def test_a_list_speaks_raw_ids_and_leaves_out_what_is_rated(service):
    rated = {movie.movie_id for movie in service.user_ratings(3)}
    found = service.recommend(user_id=3, algorithm="popularity", n=10)
    assert [item.rank for item in found.items] == list(range(1, 11))
    assert not rated & {item.movie_id for item in found.items}
    assert found.user_id == 3
    assert found.dataset == "toy"
    first = service.movie(found.items[0].movie_id)
    assert (first.title, first.genres) == (found.items[0].title, found.items[0].genres)
    again = service.recommend(user_id=3, algorithm="popularity", n=60, exclude_rated=False)
    assert rated <= {item.movie_id for item in again.items}


def test_a_visitor_with_the_same_ratings_gets_the_same_list(service):
    ratings = {movie.movie_id: movie.rating for movie in service.user_ratings(5)}
    stored = service.recommend(user_id=5, algorithm="popularity")
    visitor = service.recommend(ratings=ratings, algorithm="popularity")
    assert [item.movie_id for item in stored.items] == [item.movie_id for item in visitor.items]


def test_filters_hold_before_the_list_is_cut(service):
    found = service.recommend(user_id=1, algorithm="popularity", n=5, filters=Filters(genres=("Horror",)))
    assert found.items
    assert all("Horror" in item.genres for item in found.items)


def test_a_wish_reorders_the_list_and_the_answer_names_it(service):
    plain = service.recommend(user_id=3, n=40)
    wished = service.recommend(user_id=3, n=5, wish=Reranking(popularity=-1))
    counts = {item.movie_id: service.movie(item.movie_id).rating_count for item in plain.items}
    assert [item.movie_id for item in wished.items] != [item.movie_id for item in plain.items[:5]]
    assert max(counts[item.movie_id] for item in wished.items) < min(
        counts[item.movie_id] for item in plain.items[:5]
    )
    assert [item.rank for item in wished.items] == [1, 2, 3, 4, 5]
    assert wished.wish.popularity == -1
    assert wished.wish.costs[0].text == "What this costs was not measured for this algorithm."
    assert plain.wish is None
    assert service.recommend(user_id=3, wish=Reranking()).wish is None


def test_a_list_of_somebodys_own_choice(service):
    rated = {movie.movie_id for movie in service.user_ratings(3)}
    chosen = [movie for movie in range(10, 300, 10) if movie not in rated][:4]
    found = service.recommend(user_id=3, filters=Filters(movie_ids=(*chosen, *rated)))
    assert {item.movie_id for item in found.items} == set(chosen)
    assert service.recommend(user_id=3, filters=Filters(movie_ids=())).items == []


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        ({}, InvalidInputError, "either"),
        ({"user_id": 1, "ratings": {}}, InvalidInputError, "either"),
        ({"user_id": 999_999}, UnknownIdError, "no user 999999"),
        ({"ratings": {5: 4.0}}, UnknownIdError, "no movie 5"),
        ({"ratings": {10: 7.0}}, InvalidInputError, "between 0.5 and 5"),
        ({"ratings": {10: float("nan")}}, InvalidInputError, "between 0.5 and 5"),
        ({"user_id": 1, "n": 0}, InvalidInputError, "n must be"),
        ({"user_id": 1, "n": 501}, InvalidInputError, "n must be"),
        ({"user_id": 1, "algorithm": "magic"}, UnknownIdError, "no algorithm 'magic'"),
        ({"user_id": 1, "algorithm": "ease"}, ModelUnavailableError, "ease"),
    ],
)
def test_bad_requests_say_what_is_wrong(service, call, error, message):
    with pytest.raises(error, match=message):
        service.recommend(**call)


def test_a_request_asks_the_same_as_its_keywords(service):
    wish, filters = Reranking(recency=0.5), Filters(genres=("Comedy",))
    request = ListRequest(ProfileRequest(user_id=1), "popularity", 7, False, filters, wish)
    told = {"algorithm": "popularity", "n": 7, "exclude_rated": False, "filters": filters, "wish": wish}
    assert ListRequest.of(user_id=1, **told) == request
    assert service.recommend(request).items == service.recommend(user_id=1, **told).items
    assert ListRequest.of(user_id=1, filters=None, wish=None) == ListRequest(ProfileRequest(1))
    with pytest.raises(InvalidInputError, match="leave out n, or the request"):
        service.recommend(request, n=3)


def test_algorithms_are_compared_on_one_request(service):
    found = service.compare(["popularity"], user_id=1, n=3)
    assert found["popularity"].items == service.recommend(user_id=1, algorithm="popularity", n=3).items
    assert service.compare(ratings={10: 4.0}).keys() == {"popularity"}


def test_the_default_algorithm_is_one_that_is_loaded(service):
    assert service.default_algorithm() == "popularity"
    assert service.recommend(user_id=1).algorithm == "popularity"


def test_no_model_at_all_says_how_to_get_one(tmp_path):
    dataset = toy_dataset()
    cache = ModelCache(dataset, tmp_path, ("popularity",))
    empty = CineMatch(dataset, cache, TitleIndex(dataset), load_settings(cache_dir=tmp_path))
    with pytest.raises(ModelUnavailableError, match="cinematch train"):
        empty.default_algorithm()


def test_explanations_add_up_and_name_raw_ids(service):
    listed = service.recommend(user_id=2, algorithm="popularity", n=1).items[0]
    explanation = service.explain(listed.movie_id, user_id=2, algorithm="popularity")
    assert sum(part.value for part in explanation.contributions) == pytest.approx(explanation.score, rel=1e-5)
    assert explanation.score == pytest.approx(listed.score)
    assert {part.id for part in explanation.contributions} == {listed.movie_id}


def test_an_explanation_says_whose_it_is(service):
    listed = service.recommend(user_id=2, n=1).items[0]
    stored = service.explain(listed.movie_id, user_id=2, counterfactuals=True)
    assert (stored.user_id, stored.counterfactuals) == (2, [])  # the same list for everyone: no rating matters
    visitor = service.explain(listed.movie_id, ratings={10: 4.0})
    assert (visitor.user_id, visitor.counterfactuals) == (None, None)


def test_histories_come_best_first_then_latest(service):
    history = service.user_ratings(4)
    keys = [(-movie.rating, -movie.timestamp, movie.movie_id) for movie in history]
    assert keys == sorted(keys)
    assert service.user_ratings(4, limit=3, offset=2) == history[2:5]


def test_a_movies_histogram_counts_its_ratings(service):
    movie = service.search("", limit=1).items[0]
    histogram = service.movie_histogram(movie.movie_id)
    assert histogram.sum() == movie.rating_count
    stars = np.arange(1, 11) / 2
    assert (histogram @ stars) / histogram.sum() == pytest.approx(movie.mean_rating, abs=1e-3)


def test_search_pages_do_not_overlap(service):
    first, second = service.search("film", limit=5), service.search("film", limit=5, offset=5)
    assert first.total == second.total
    assert not {movie.movie_id for movie in first.items} & {movie.movie_id for movie in second.items}
    with pytest.raises(InvalidInputError):
        service.search("film", limit=0)


def test_overview_and_taste_agree_with_the_data(service):
    assert service.dataset_view().ratings == service.dataset.n_ratings
    taste = service.taste(user_id=1)
    assert taste.rating_count == len(service.user_ratings(1))
    assert service.taste(ratings={}).rating_count == 0
    assert service.overview()


def test_not_like_a_film_leaves_it_out_with_the_films_most_like_it(service):
    alike = {film.movie_id for film in service.similar(10, n=most_alike(service.dataset))}
    asked = {"ratings": {}, "algorithm": "popularity", "n": 60}
    plain = {item.movie_id for item in service.recommend(**asked).items}
    found = service.recommend(**asked, say="not like film 0")
    assert found.reading.parts[0].told == "without The Film 0 and the 3 most like it"
    assert plain - {item.movie_id for item in found.items} == {10, *alike}
    assert found.wish is None


def test_what_is_more_like_a_film_that_is_liked_is_not_left_out(service):
    films, index = SimilarFilms(service.dataset), service.dataset.movie_index
    refused, liked = films.likeness(index(10)), films.likeness(index(90))
    nearest = [index(film.movie_id) for film in service.similar(10, n=most_alike(service.dataset))]
    assert any(liked[film] > refused[film] for film in nearest)
    request = ListRequest(ProfileRequest(user_id=3))
    wanted = understood(request, service.read("like film 8 but not like film 0"), films)
    left_out = {index(movie) for movie in wanted.filters.exclude_ids} - {index(10), index(90)}
    assert len(left_out) == most_alike(service.dataset)
    assert all(refused[film] >= liked[film] for film in left_out)


def test_years_that_a_sentence_refuses_are_left_out(service):
    asked = {"user_id": 3, "algorithm": "popularity", "n": 60}
    plain = [item.movie_id for item in service.recommend(**asked).items if item.year not in range(1960, 1970)]
    assert [item.movie_id for item in service.recommend(**asked, say="not from the 60s").items] == plain
