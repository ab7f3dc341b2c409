"""Files as the services write them, of films of our own choosing."""

import io
import json
import zipfile
from collections.abc import Mapping

__all__ = ["LETTERBOXD", "SERVICES", "zipped"]


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """Return a zip archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return target.getvalue()


LETTERBOXD = {
    "profile.csv": "Date Joined,Username,Given Name,Family Name,Email Address,Location,Website,Bio,Pronoun,"
    "Favorite Films\n2019-01-01,me,,,me@example.org,,,,They / their,\n",
    "ratings.csv": "Date,Name,Year,Letterboxd URI,Rating\n"
    '2024-03-01,Heat,1995,https://boxd.it/1a,4.5\n2024-03-02,"Good, the Bad",1966,https://boxd.it/1b,5\n',
    "diary.csv": "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
    "2024-03-05,Heat,1995,https://boxd.it/2a,4,Yes,,2024-03-04\n2024-03-06,Ran,1985,https://boxd.it/2b,,,,2024-03-06\n",
    "watched.csv": "Date,Name,Year,Letterboxd URI\n2024-01-01,Ran,1985,https://boxd.it/1c\n",
    "watchlist.csv": "Date,Name,Year,Letterboxd URI\n2024-02-01,Stalker,1979,https://boxd.it/1d\n",
    "likes/films.csv": "Date,Name,Year,Letterboxd URI\n2024-03-01,Heat,1995,https://boxd.it/1a\n",
    "lists/best.csv": "Letterboxd list export v7\nDate,Name,Tags,URL,Description\n2024-01-01,Best,,,\n\n"
    "Position,Name,Year,URL,Description\n1,Heat,1995,https://boxd.it/1a,\n",
}

_TRAKT_COLUMNS = (
    "rated_at,type,title,year,trakt_rating,trakt_id,imdb_id,tmdb_id,tvdb_id,url,released,season_number,"
    "episode_number,episode_title,rating"
)


def _work(title: str, year: int, imdb: str) -> dict[str, object]:
    return {"title": title, "year": year, "ids": {"trakt": 1, "slug": "x", "imdb": imdb, "tmdb": 949}}


SERVICES: dict[str, tuple[str, str, tuple[int, int, int]]] = {
    "IMDb ratings": (
        "IMDb",
        "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,"
        "Num Votes,Release Date,Directors\n"
        "tt0113277,9,2024-03-01,Heat,Heat,https://www.imdb.com/title/tt0113277/,Movie,8.3,170,1995,Crime,1,1995-12-15,"
        "Michael Mann\n"
        "tt0903747,10,2024-03-02,Breaking Bad,Breaking Bad,https://x,TV Series,9.5,,2008,Crime,1,2008-01-20,\n"
        "tt0959621,8,2024-03-02,Pilot,Pilot,https://x,TV Episode,9.0,,2008,Crime,1,2008-01-20,\n"
        "tt0000001,11,2024-03-02,Off,Off,https://x,Movie,9.0,,2008,Crime,1,2008-01-20,\n",
        (1, 2, 1),
    ),
    "IMDb watchlist": (
        "IMDb",
        "Position,Const,Created,Modified,Description,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),"
        "Year,Genres,Num Votes,Release Date,Directors,Your Rating,Date Rated\n"
        "1,tt0079944,2024-02-01,2024-02-01,,Stalker,Stalker,https://x,Movie,8.1,162,1979,Drama,1,1980-04-17,AT,,\n"
        "2,tt0113277,2024-02-01,,,Heat,Heat,https://x,Movie,8.3,170,1995,Crime,1,1995-12-15,MM,9,2024-03-01\n",
        (2, 0, 0),
    ),
    "Trakt CSV": (
        "Trakt",
        f"{_TRAKT_COLUMNS}\n2024-03-01T10:00:00.000Z,movie,Heat,1995,8.2,1,tt0113277,949,,https://x,,,,,9\n"
        "2024-03-01T10:00:00.000Z,episode,Lost,2004,8.2,1,tt0411008,4607,,https://x,,1,1,Pilot,9\n",
        (1, 1, 0),
    ),
    "Trakt JSON": (
        "Trakt",
        json.dumps(
            [
                {
                    "rated_at": "2024-03-01T10:00:00.000Z",
                    "rating": 9,
                    "type": "movie",
                    "movie": _work("Heat", 1995, "tt0113277"),
                },
                {
                    "rated_at": "2024-03-01T10:00:00.000Z",
                    "rating": 9,
                    "type": "show",
                    "show": _work("Lost", 2004, "tt0411008"),
                },
                {
                    "rated_at": "2024-03-01T10:00:00.000Z",
                    "rating": 90,
                    "type": "movie",
                    "movie": _work("Ran", 1985, "tt0089881"),
                },
            ]
        ),
        (1, 1, 1),
    ),
    "MovieLens": (
        "MovieLens",
        "movie_id,imdb_id,tmdb_id,rating,average_rating,title\n6,0113277,949,4.5,3.94,Heat (1995)\n",
        (1, 0, 0),
    ),
    "GroupLens": ("MovieLens", "userId,movieId,rating,timestamp\n1,6,4.5,964982703\n1,7,9,964982703\n", (1, 0, 1)),
    "Netflix": (
        "Netflix",
        'Title,Date\n"Heat","3/14/24"\n"Stranger Things: Season 4: Chapter One","3/15/24"\n'
        '"The Queen\'s Gambit: Limited Series: Openings","3/15/24"\n"Kill Bill: Vol. 1","3/16/24"\n',
        (2, 2, 0),
    ),
    "Simkl": (
        "Simkl",
        "SIMKL_ID,Title,Type,Year,Watchlist,LastEpWatched,WatchedDate,Rating,Memo,TVDB,TMDB,IMDB\n"
        "1,Heat,movie,1995,completed,,2024-03-01 10:00:00,9,,,949,tt0113277\n"
        "2,Stalker,movie,1979,plantowatch,,,,,,1398,tt0079944\n3,Lost,tv,2004,watching,s1e2,,8,,73739,4607,tt0411008\n",
        (2, 1, 0),
    ),
    "Simkl JSON": (
        "Simkl",
        json.dumps(
            {
                "shows": [
                    {
                        "last_watched_at": None,
                        "user_rating": 8,
                        "status": "watching",
                        "show": _work("Lost", 2004, "tt0411008"),
                    }
                ],
                "movies": [
                    {
                        "last_watched_at": "2024-03-01T10:00:00Z",
                        "user_rating": 9,
                        "status": "completed",
                        "movie": _work("Heat", 1995, "tt0113277"),
                    }
                ],
            }
        ),
        (1, 1, 0),
    ),
    "Criticker": (
        "Criticker",
        'Score,Film Name,Year,Date Rated,IMDB ID,Mini Review\n90,Heat,1995,2024-03-01,tt0113277,"Good, long"\n'
        "101,Ran,1985,2024-03-01,tt0089881,\n",
        (1, 0, 1),
    ),
    "Criticker XML": (
        "Criticker",
        '<?xml version="1.0" encoding="UTF-8"?>\n<recentratings>\n<film><filmid>7</filmid><filmname>Heat</filmname>'
        "<filmyear>1995</filmyear><filmlink>https://x/?a=1&amp;b=2</filmlink><imdbid>tt0113277</imdbid>"
        "<rating>90</rating><reviewdate>2024-03-01</reviewdate><tier>9</tier><quote><![CDATA[<Good>]]></quote></film>"
        "\n<film><filmname>Ran (1985)</filmname><score>101</score></film>\n<film><filmname> </filmname>"
        "<imdbid>tt0089881</imdbid><rating>70</rating></film>\n<tv><filmname>Lost</filmname></tv>\n</recentratings>\n",
        (1, 1, 2),
    ),
    "TV Time": (
        "TV Time",
        "user_id,uuid,type,entity_type,movie_name,series_name,release_date,created_at\n"
        "1,a,watch,movie,Heat,,1995-12-15 00:00:00,2024-03-01 10:00:00\n"
        "1,b,towatch,movie,Stalker,,1979-05-25 00:00:00,2024-03-01 10:00:00\n"
        "1,c,watch,episode,,Lost,,2024-03-01 10:00:00\n1,d,like,movie,Ran,,,2024-03-01 10:00:00\n",
        (2, 2, 0),
    ),
    "Letterboxd's import form": (
        "Letterboxd's import form",
        "tmdbID,imdbID,Title,Year,Rating10,WatchedDate\n949,tt0113277,Heat,1995,9,2024-03-01\n",
        (1, 0, 0),
    ),
    "named columns": (
        "a table by its column names",
        "Movie Title;My Rating;Seen on\nHeat (1995);4,5;2024-03-01\nRan;8;2024-03-01\n",
        (1, 0, 1),
    ),
}
"""Service, content, and how many rows are films, set aside, refused."""
