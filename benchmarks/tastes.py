"""Lists to be read with a person's eyes, and whether they follow what was loved and what was hated.

``python -m benchmarks.tastes [--algorithms hybrid,ease,svd,item_knn,content] [--out FILE]`` asks the models that are
installed (``CINEMATCH_DATASET``, ``CINEMATCH_MODELS_DIR``): ten invented tastes as lists; for four kinds of film, how
many of ten are of the kind when three of it are loved, or five hated, beside an empty profile; the rank of a film
as its like is not rated, hated, found middling or loved; and how many of the stored people's lists hold a film that
the algorithm itself predicts below three stars.
"""

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.lists.counterfactuals import rank_of
from core.recommenders.base import Recommender
from core.service import CineMatch, open_service

TASTES: dict[str, tuple[str, ...]] = {
    "Horror": ("Halloween (1978)", "Exorcist, The (1973)", "Shining, The (1980)", "Ring, The (2002)"),
    "Animation for children": (
        "Toy Story (1995)",
        "Finding Nemo (2003)",
        "Up (2009)",
        "Lion King, The (1994)",
        "Monsters, Inc. (2001)",
    ),
    "The 1950s": (
        "12 Angry Men (1957)",
        "Rear Window (1954)",
        "Some Like It Hot (1959)",
        "Roman Holiday (1953)",
        "Singin' in the Rain (1952)",
    ),
    "Kurosawa and Tarkovsky": (
        "Seven Samurai (Shichinin no samurai) (1954)",
        "Rashomon (Rashômon) (1950)",
        "Ikiru (1952)",
        "Stalker (1979)",
        "Solaris (Solyaris) (1972)",
    ),
    "Superheroes": ("Iron Man (2008)", "X-Men (2000)", "Spider-Man 2 (2004)", "Avengers, The (2012)"),
    "European art house": (
        "400 Blows, The (Les quatre cents coups) (1959)",
        "Seventh Seal, The (Sjunde inseglet, Det) (1957)",
        "Persona (1966)",
        "8 1/2 (8½) (1963)",
    ),
    "Romantic comedy": (
        "Sleepless in Seattle (1993)",
        "When Harry Met Sally... (1989)",
        "Notting Hill (1999)",
        "Pretty Woman (1990)",
    ),
    "Westerns": (
        "Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il) (1966)",
        "Unforgiven (1992)",
        "High Noon (1952)",
    ),
    "Documentaries": ("Bowling for Columbine (2002)", "Hoop Dreams (1994)", "Super Size Me (2004)"),
    "Science fiction": ("Alien (1979)", "Blade Runner (1982)", "2001: A Space Odyssey (1968)"),
}
KINDS: dict[str, tuple[str, ...]] = {
    "Horror": (
        "Halloween (1978)",
        "Saw (2004)",
        "Nightmare on Elm Street, A (1984)",
        "Hostel (2005)",
        "Texas Chainsaw Massacre, The (1974)",
    ),
    "Animation": (
        "Toy Story (1995)",
        "Finding Nemo (2003)",
        "Up (2009)",
        "Shrek (2001)",
        "Incredibles, The (2004)",
    ),
    "Romance": (
        "Sleepless in Seattle (1993)",
        "When Harry Met Sally... (1989)",
        "Notting Hill (1999)",
        "Pretty Woman (1990)",
        "Roman Holiday (1953)",
    ),
    "Sci-Fi": (
        "Terminator, The (1984)",
        "Blade Runner (1982)",
        "Alien (1979)",
        "X-Men (2000)",
        "Iron Man (2008)",
    ),
}
"""Genre -> films of it, the best known first: the first three are loved, all five hated."""
POOR = 3.0
COMPANIONS = KINDS["Romance"][:4]
RATED, WATCHED_FOR = (
    "Star Wars: Episode IV - A New Hope (1977)",
    "Star Wars: Episode V - The Empire Strikes Back (1980)",
)
LEVELS = (None, 0.5, 3.0, 5.0)
_LOVED, _HATED = 5.0, 0.5


def profile_of(dataset: Dataset, stars: Mapping[str, float]) -> Profile:
    """Return a visitor's profile from titles; films that the data set does not hold are named in the error."""
    found = {dataset.movies.title(item): item for item in range(dataset.n_movies)}
    missing = [title for title in stars if title not in found]
    if missing:
        raise SystemExit(f"{dataset.name} does not hold {', '.join(missing)}. Install ml-latest-small.")
    return Profile.of([found[title] for title in stars], list(stars.values()))


def lists(dataset: Dataset, model: Recommender) -> Iterable[str]:
    """Yield ten films for each taste, with predicted stars."""
    yield f"## Ten tastes, by `{model.key}`"
    for name, titles in TASTES.items():
        profile = profile_of(dataset, dict.fromkeys(titles, _LOVED))
        found = model.recommend(profile, 10)
        yield f"\n**{name}**: {', '.join(titles)}\n"
        for rank, (item, stars) in enumerate(zip(found.items.tolist(), found.predicted.tolist(), strict=True), 1):
            yield f"{rank}. {dataset.movies.title(item)} ({stars:.1f}; {', '.join(dataset.movies.genres(item))})"


def of_kind(dataset: Dataset, model: Recommender, profile: Profile, genre: str) -> int:
    """Return how many of the ten best films have a genre."""
    return sum(genre in dataset.movies.genres(item) for item in model.recommend(profile, 10).items.tolist())


def kinds(dataset: Dataset, models: Iterable[Recommender]) -> Iterable[str]:
    """Yield for each algorithm and kind how many of ten are of it: for nobody's profile, three loved, five hated."""
    yield "\n## Films of a kind among ten: empty profile / three loved / five hated\n"
    yield f"| | {' | '.join(KINDS)} |\n| --- |{' --- |' * len(KINDS)}"
    for model in models:
        cells = []
        for genre, titles in KINDS.items():
            loved = profile_of(dataset, dict.fromkeys(titles[:3], _LOVED))
            hated = profile_of(dataset, dict.fromkeys(titles, _HATED))
            counts = [of_kind(dataset, model, profile, genre) for profile in (Profile.empty(), loved, hated)]
            cells.append(" / ".join(map(str, counts)))
        yield f"| `{model.key}` | {' | '.join(cells)} |"


def ranks(dataset: Dataset, models: Iterable[Recommender]) -> Iterable[str]:
    """Yield the rank of a film as its like is not rated, hated, found middling or loved."""
    yield f"\n## Rank of {WATCHED_FOR} beside four romances loved\n"
    yield f"| {RATED} | not rated | .5 | 3 | 5 |\n| --- | ---: | ---: | ---: | ---: |"
    item = int(profile_of(dataset, {WATCHED_FOR: 1.0}).items[0])
    for model in models:
        cells = []
        for level in LEVELS:
            stars = {**dict.fromkeys(COMPANIONS, _LOVED), **({} if level is None else {RATED: level})}
            profile = profile_of(dataset, stars)
            cells.append(str(rank_of(model.score(profile), item, profile.items)))
        yield f"| `{model.key}` | {' | '.join(cells)} |"


def poor_films(dataset: Dataset, models: Iterable[Recommender]) -> list[str]:
    """Return how many people find films below three stars among their ten, though ten better ones exist."""
    lines = [
        "",
        f"## Predicted below three stars, over all {dataset.n_users} people's lists of ten",
        "",
        "| | people with such a film | though ten better ones exist | films | lowest |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    every = np.arange(dataset.n_movies, dtype=np.int32)
    for model in models:
        listed, avoidable, lowest = [], 0, np.inf
        for user in range(dataset.n_users):
            profile = dataset.profile(user)
            stars = model.recommend(profile).predicted
            listed.append(int((stars < POOR).sum()))
            lowest = min(lowest, float(np.nanmin(stars)))
            if listed[-1]:
                better = model.predict(profile, np.setdiff1d(every, profile.items)) >= POOR
                avoidable += int(better.sum()) >= len(stars)
        people = np.count_nonzero(listed)
        cells = (f"{people / len(listed):.1%}", f"{avoidable / len(listed):.1%}", sum(listed), f"{lowest:.2f}")
        lines.append(f"| `{model.key}` | " + " | ".join(map(str, cells)) + " |")
    return [*lines, ""]


def main() -> None:
    """Print or write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--algorithms", default="hybrid,ease,svd,item_knn,content")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    service: CineMatch = open_service()
    models = [service.model_cache.get(key) for key in options.algorithms.split(",")]
    dataset = service.dataset
    lines = [
        *lists(dataset, models[0]),
        *kinds(dataset, models),
        *ranks(dataset, models),
        *poor_films(dataset, models),
    ]
    text = "\n".join(lines) + "\n"
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
