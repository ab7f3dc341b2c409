"""The order of loading: the most measured quality per megabyte first, ensembles with what they need."""

from hypothesis import given
from hypothesis import strategies as st

from core.store.priority import Footprint, footprint, loading_order


def test_quality_per_megabyte_decides_not_size():
    models = {"small": Footprint(10, 0.1), "good": Footprint(20, 0.4), "large": Footprint(400, 0.45)}
    assert loading_order(models, 1000) == ["good", "small", "large"]


def test_what_does_not_fit_makes_room_for_the_next_best():
    models = {"best": Footprint(100, 50.0), "second": Footprint(30, 0.3), "third": Footprint(60, 0.5)}
    assert loading_order(models, 70) == ["second", "best", "third"]


def test_unmeasured_models_follow_measured_ones_the_smallest_first():
    models = {"b": Footprint(2), "a": Footprint(1), "measured": Footprint(50, 0.01)}
    assert loading_order(models, 100) == ["measured", "a", "b"]


def test_members_come_before_their_ensemble_and_count_with_it():
    models = {
        "svd": Footprint(40, 0.40),
        "ease": Footprint(50, 0.45),
        "hybrid": Footprint(1, 0.47, ("svd", "ease")),
    }
    assert loading_order(models, 100) == ["svd", "ease", "hybrid"]
    # With one member's place alone the ensemble cannot be served, and the other member is not loaded for nothing.
    assert loading_order(models, 60)[:1] == ["svd"]
    assert loading_order(models, 60)[1:] == ["hybrid", "ease"]


def test_members_that_nobody_may_ask_for_are_loaded_for_the_ensemble_alone():
    models = {"gibbs": Footprint(30, 0.3, served=False), "hybrid": Footprint(1, 0.4, ("gibbs",))}
    assert loading_order(models, 100) == ["gibbs", "hybrid"]
    assert loading_order(models, 10) == ["hybrid"]


def test_footprint_reads_size_quality_and_members_of_a_manifest():
    manifest = {
        "sizes": {"disk": 3.5},
        "members": ["svd"],
        "metrics": {"values": {"liked_ndcg@10": 0.41, "rmse": 0.9}},
    }
    assert footprint(manifest) == Footprint(3.5, 0.41, ("svd",))
    assert footprint({"sizes": {"disk": 1.0}, "metrics": {}}).quality is None


@given(
    st.dictionaries(
        st.sampled_from("abcdefgh"),
        st.builds(Footprint, st.floats(0, 100), st.none() | st.floats(0, 1)),
        min_size=1,
    ),
    st.floats(0, 300),
)
def test_every_served_model_is_named_once_and_the_first_ones_fit(models, budget):
    order = loading_order(models, budget)
    assert sorted(order) == sorted(models)
    used = 0.0
    for position, key in enumerate(order):
        if used + models[key].mb > budget:
            # Nothing after the first that does not fit would have fitted either.
            assert all(used + models[later].mb > budget for later in order[position:])
            break
        used += models[key].mb
