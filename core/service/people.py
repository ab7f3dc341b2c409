"""Visitors and what they keep, where a database is configured: what the REST API and the pages ask."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from core.errors import InvalidInputError
from core.lists.requests import ListRequest, in_order, seconds
from core.profiles import devices, keeping, listing, measures, new_films, people
from core.profiles.keeping import Change
from core.profiles.listing import Outcome
from core.profiles.once import do_once
from core.service.experiment import arm_of, compared, parse_arms
from core.views import MAX_CHANGES, GivenList, KeptMark, KeptRating, MovieView, ProfileView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection

    from core.profiles.database import Database
    from core.service.cinematch import CineMatch
    from core.views import FilmChange, FilmOutcome, OnlineView, Person

__all__ = ["People"]

_MARKS = ("watchlist", "hidden", "watched")


class People:
    """Keep what visitors say, and answer with it.

    Parameters
    ----------
    service : CineMatch
    database : Database

    Notes
    -----
    Movies' ids in and out are the data set's own. What is kept belongs to the data set's name: another one of that
    name, such as the next one with what was kept, goes on with it.
    """

    def __init__(self, service: CineMatch, database: Database) -> None:
        self._service = service
        self._database = database
        self._arms = parse_arms(service.settings.ab_split)

    @property
    def names_allowed(self) -> bool:
        """Whether people may take a name and a passphrase."""
        return self._service.settings.named_profiles

    # --- who ----------------------------------------------------------------------------------------------

    def start(self) -> Person:
        """Return somebody new and anonymous."""
        return people.add_person(self._database)

    def find(self, token: str, generation: int) -> Person | None:
        """Return whose token it is, None when it is worthless."""
        return people.find_person(self._database, token, generation)

    def make_code(self, person: Person) -> tuple[str, int]:
        """Return a code by which another device becomes this person's, once, and for how many seconds it is good."""
        return devices.make_code(self._database, person), devices.CODE_MINUTES * 60

    def redeem_code(self, code: str, former: Person | None = None) -> Person | None:
        """Return whose code it is; whoever anonymous the device was before is taken up."""
        return devices.redeem_code(self._database, code, former)

    def claim_name(self, person: Person, name: str, passphrase: str) -> Person:
        """Give somebody a name and a passphrase; tokens that are out become worthless.

        Raises
        ------
        InvalidInputError
            When they cannot be used, or the operator does not allow names.
        """
        self._check_names()
        return people.claim_name(self._database, person, name, passphrase)

    def sign_in(self, name: str, passphrase: str) -> Person | None:
        """Return whose name and passphrase these are.

        Raises
        ------
        InvalidInputError
            When the operator does not allow names.
        """
        self._check_names()
        return people.sign_in(self._database, name, passphrase)

    def _check_names(self) -> None:
        if not self.names_allowed:
            raise InvalidInputError("Names are not in use here. Take a profile to another device with a code.")

    # --- what is kept -------------------------------------------------------------------------------------

    def profile(self, person: Person) -> ProfileView:
        """Return what somebody keeps of the data set that is served."""
        name = self._service.dataset.name
        rows = keeping.everything(self._database, person, name)[name]
        marks = {
            kind: [KeptMark(one.movie_id, one.time, one.changed) for one in rows if one.kind == kind]
            for kind in _MARKS
        }
        ratings = [
            KeptRating(one.movie_id, one.value / 2, one.time, one.changed) for one in rows if one.kind == "rating"
        ]
        arm = arm_of(self._arms, person.token)
        return ProfileView(
            person.name, person.created, name, ratings, **marks, arm=None if arm is None else arm.view()
        )

    def export(self, person: Person) -> dict[str, Any]:
        """Return all that is kept of somebody, of every data set."""
        films = {
            dataset: [
                {
                    "kind": one.kind,
                    "movie_id": one.movie_id,
                    "title": self._title(dataset, one.movie_id),
                    **({"rating": one.value / 2} if one.kind == "rating" else {}),
                    "time": one.time,
                    "changed": one.changed,
                }
                for one in rows
            ]
            for dataset, rows in keeping.everything(self._database, person).items()
        }
        return {
            "name": person.name,
            "created": person.created,
            "films": films,
            "lists": listing.lists_of(self._database, person),
        }

    def delete(self, person: Person) -> dict[str, int]:
        """Delete somebody with all that is kept, and return how much it was."""
        return people.delete_person(self._database, person)

    def change(self, person: Person, changes: Sequence[FilmChange], key: str | None = None) -> int:
        """Keep changes, all of them or none; return how many were not older than what was kept.

        Parameters
        ----------
        key : str, optional
            The client's name for the request: with one that was used, nothing is done and the same is returned.

        Raises
        ------
        UnknownIdError
            For a movie that the data set does not hold.
        InvalidInputError
            For too many changes or films, or a key of another request.
        """
        kept = [self._change(one) for one in _few(changes)]
        name = self._service.dataset.name

        def work(connection: Connection) -> str:
            return str(keeping.changed_within(connection, person, name, kept))

        return int(self._once(person, key, "change", changes, work))

    def _change(self, one: FilmChange) -> Change:
        movie = int(self._service.dataset.movies.ids[self._service.dataset.movie_index(one.movie_id)])
        value = 1 if one.kind != "rating" else None if one.rating is None else round(one.rating * 2)
        return Change(one.kind, movie, value if one.kept else None, one.time, one.age_ms)

    def _title(self, dataset: str, movie_id: int) -> str | None:
        known = dataset == self._service.dataset.name and self._service.knows_movie(movie_id)
        return self._service.movie(movie_id).title if known else None

    # --- lists --------------------------------------------------------------------------------------------

    def recommend(self, person: Person, request: ListRequest) -> GivenList:
        """Return the best movies for what somebody keeps now, and keep that the list was given.

        Hidden and watched films are left out. A request that leaves the order open is answered in that of the
        person's arm, where an experiment is going on. The request's own profile is of no account.
        """
        mine = self.profile(person)
        unwanted = [mark.movie_id for mark in (*mine.hidden, *mine.watched)]
        known = (one for one in mine.ratings if self._service.knows_movie(one.movie_id))
        held = in_order((one.movie_id, one.rating, seconds(one.time)) for one in known)
        wanted = _changed(request, held, [movie for movie in unwanted if self._service.knows_movie(movie)])
        arm = arm_of(self._arms, person.token)
        in_arm = None if arm is None else arm.applied(wanted)
        found = self._service.recommend(in_arm or wanted)
        variant = arm.variant if arm is not None and in_arm is not None else ""
        movies = [item.movie_id for item in found.items]
        name = listing.add_list(self._database, person, found.dataset, found.algorithm, movies, variant)
        return GivenList(
            found.algorithm,
            found.dataset,
            None,
            found.items,
            found.took_ms,
            found.wish,
            found.reading,
            list_id=name,
            variant=variant,
        )

    def note_list(self, person: Person, algorithm: str, movies: Sequence[int], in_arm: bool) -> str:
        """Keep that somebody was shown a list of the dashboard's, and return its id.

        Parameters
        ----------
        in_arm : bool
            Whether it is in the order of the person's arm.
        """
        arm = arm_of(self._arms, person.token)
        variant = arm.variant if in_arm and arm is not None and arm.algorithm == algorithm else ""
        known = [movie for movie in movies if self._service.knows_movie(movie)]
        dataset = self._service.dataset.name
        name = listing.add_list(self._database, person, dataset, algorithm, known, variant)
        with self._database.write() as connection:
            listing.note_outcomes(connection, person, [Outcome(name, movie, "shown") for movie in known])
        return name

    def note_outcomes(self, person: Person, outcomes: Sequence[FilmOutcome], key: str | None = None) -> int:
        """Keep what became of films of somebody's lists, and return of how many; `key` as in `change`.

        Raises
        ------
        UnknownIdError
            For a list that is not this person's.
        InvalidInputError
            For a film that the list does not hold, too many outcomes, or a key of another request.
        """
        told = [
            Outcome(one.list_id, one.movie_id, one.kind, None if one.rating is None else round(one.rating * 2))
            for one in _few(outcomes)
        ]

        def work(connection: Connection) -> str:
            return str(listing.note_outcomes(connection, person, told))

        return int(self._once(person, key, "feedback", outcomes, work))

    def _once(
        self, person: Person, key: str | None, what: str, asked: object, work: Callable[[Connection], str]
    ) -> str:
        return do_once(self._database, person, key, what.encode() + orjson.dumps(asked), work)

    # --- for the operator ---------------------------------------------------------------------------------

    def online(self, days: int | None = None) -> list[OnlineView]:
        """Return what became of lists, by algorithm and by arm; by default of all times."""
        return measures.online_measures(self._database, self._service.dataset.name, days)

    def arms(self, measures: Sequence[OnlineView]) -> tuple[OnlineView, OnlineView] | None:
        """Return what became of the lists of both arms of an experiment; see `core.service.experiment.compared`."""
        return compared(self._arms, measures)

    def add_film(
        self, title: str, genres: tuple[str, ...] = (), tags: tuple[str, ...] = (), imdb_id: int = 0, tmdb_id: int = 0
    ) -> MovieView:
        """Add a film, which is in the next data set; see `core.profiles.new_films`."""
        film = new_films.NewFilm(title, genres, tags, imdb_id, tmdb_id)
        dataset = self._service.dataset
        highest = int(dataset.movies.ids[-1]) if dataset.n_movies else 0
        added = new_films.add_film(self._database, dataset.name, film, highest)
        return MovieView(
            movie_id=added.movie_id or 0,
            title=added.title,
            year=added.year,
            genres=list(added.genres),
            rating_count=0,
            mean_rating=None,
            tags=list(added.tags),
            imdb_id=added.imdb_id or None,
            tmdb_id=added.tmdb_id or None,
        )

    def sweep(self) -> None:
        """Forget what nobody needs any more."""
        people.sweep(self._database)

    def close(self) -> None:
        """Close the database's connections."""
        self._database.close()


def _few(items: Sequence[Any]) -> Iterable[Any]:
    if len(items) > MAX_CHANGES:
        raise InvalidInputError(f"At most {MAX_CHANGES:,} can be sent at once, not {len(items):,}. Send parts.")
    return items


def _changed(request: ListRequest, ratings: dict[int, float], unwanted: Sequence[int]) -> ListRequest:
    filters = replace(request.filters, exclude_ids=(*request.filters.exclude_ids, *unwanted))
    return replace(request, profile=replace(request.profile, ratings=ratings), filters=filters)
