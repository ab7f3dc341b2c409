"""Well-known films, and what a person would expect beside them: written down before any list was looked at."""

import re
from dataclasses import dataclass

from core.data.dataset import Dataset
from core.display.titles import format_movie_title

__all__ = ["FILMS", "Expectation", "short_titles"]

_FURTHER_NAMES = re.compile(r"^(.*?)(?: \((?!\d{4}\))[^()]*\))* \((\d{4})\)$")


@dataclass(frozen=True)
class Expectation:
    """What ought to resemble a film.

    Attributes
    ----------
    title : str
        As people write it, with the year.
    genres : tuple of str
        What makes it the kind of film it is: a neighbour of its kind has all of these.
    kin : tuple of str
        Films of its series, of its maker or of its kind that somebody who loves films would name.
    """

    title: str
    genres: tuple[str, ...]
    kin: tuple[str, ...]


def short_titles(dataset: Dataset) -> dict[str, int]:
    """Return the films of a data set by title and year, without further names and in lower case."""
    found: dict[str, int] = {}
    for item in reversed(range(dataset.n_movies)):
        title = format_movie_title(dataset.movies.title(item))
        parts = _FURTHER_NAMES.match(title)
        found[(f"{parts[1]} ({parts[2]})" if parts else title).casefold()] = item
    return found


_PIXAR = (
    "Toy Story (1995)",
    "Toy Story 2 (1999)",
    "Toy Story 3 (2010)",
    "A Bug's Life (1998)",
    "Monsters, Inc. (2001)",
    "Finding Nemo (2003)",
    "The Incredibles (2004)",
    "Ratatouille (2007)",
    "WALL·E (2008)",
    "Up (2009)",
    "Shrek (2001)",
)
_DISNEY = (
    "The Lion King (1994)",
    "Aladdin (1992)",
    "Beauty and the Beast (1991)",
    "The Little Mermaid (1989)",
    "Pinocchio (1940)",
    "Snow White and the Seven Dwarfs (1937)",
    "Bambi (1942)",
    "Cinderella (1950)",
    "Dumbo (1941)",
    "Fantasia (1940)",
    "The Jungle Book (1967)",
)
_GHIBLI = (
    "Spirited Away (2001)",
    "Princess Mononoke (1997)",
    "Howl's Moving Castle (2004)",
    "My Neighbor Totoro (1988)",
    "Kiki's Delivery Service (1989)",
    "Laputa: Castle in the Sky (1986)",
    "Nausicaä of the Valley of the Wind (1984)",
    "Grave of the Fireflies (1988)",
    "Akira (1988)",
)
_STAR_WARS = (
    "Star Wars: Episode IV - A New Hope (1977)",
    "Star Wars (1977)",
    "Star Wars: Episode V - The Empire Strikes Back (1980)",
    "The Empire Strikes Back (1980)",
    "Star Wars: Episode VI - Return of the Jedi (1983)",
    "Return of the Jedi (1983)",
    "Star Wars: Episode I - The Phantom Menace (1999)",
    "Raiders of the Lost Ark (1981)",
    "Indiana Jones and the Last Crusade (1989)",
)
_TARANTINO = (
    "Pulp Fiction (1994)",
    "Reservoir Dogs (1992)",
    "Kill Bill: Vol. 1 (2003)",
    "Kill Bill: Vol. 2 (2004)",
    "Jackie Brown (1997)",
    "True Romance (1993)",
    "Fargo (1996)",
    "Goodfellas (1990)",
    "The Usual Suspects (1995)",
    "Snatch (2000)",
    "Lock, Stock & Two Smoking Barrels (1998)",
    "Inglourious Basterds (2009)",
    "Fight Club (1999)",
)
_SPACE_HORROR = (
    "Alien (1979)",
    "Aliens (1986)",
    "Alien³ (1992)",
    "Alien 3 (1992)",
    "The Thing (1982)",
    "The Terminator (1984)",
    "Terminator 2: Judgment Day (1991)",
    "Predator (1987)",
    "Blade Runner (1982)",
    "2001: A Space Odyssey (1968)",
    "Event Horizon (1997)",
)
_SLASHERS = (
    "Halloween (1978)",
    "A Nightmare on Elm Street (1984)",
    "Friday the 13th (1980)",
    "The Texas Chainsaw Massacre (1974)",
    "The Exorcist (1973)",
    "The Shining (1980)",
    "Psycho (1960)",
    "Carrie (1976)",
    "The Omen (1976)",
    "Scream (1996)",
    "Poltergeist (1982)",
    "Evil Dead II (1987)",
    "Night of the Living Dead (1968)",
    "The Birds (1963)",
)
_TOLKIEN = (
    "The Lord of the Rings: The Fellowship of the Ring (2001)",
    "The Lord of the Rings: The Two Towers (2002)",
    "The Lord of the Rings: The Return of the King (2003)",
    "The Hobbit: An Unexpected Journey (2012)",
    "The Hobbit: The Desolation of Smaug (2013)",
    "Harry Potter and the Prisoner of Azkaban (2004)",
)
_POTTER = (
    "Harry Potter and the Sorcerer's Stone (2001)",
    "Harry Potter and the Chamber of Secrets (2002)",
    "Harry Potter and the Prisoner of Azkaban (2004)",
    "Harry Potter and the Goblet of Fire (2005)",
    "Harry Potter and the Order of the Phoenix (2007)",
    "Harry Potter and the Half-Blood Prince (2009)",
    "Harry Potter and the Deathly Hallows: Part 1 (2010)",
    "Harry Potter and the Deathly Hallows: Part 2 (2011)",
)
_MARVEL = (
    "Iron Man (2008)",
    "Iron Man 2 (2010)",
    "The Avengers (2012)",
    "Captain America: The Winter Soldier (2014)",
    "Captain America: The First Avenger (2011)",
    "Thor (2011)",
    "Avengers: Age of Ultron (2015)",
    "Guardians of the Galaxy (2014)",
    "Spider-Man (2002)",
    "Spider-Man 2 (2004)",
    "X-Men (2000)",
    "X-Men: First Class (2011)",
    "Batman Begins (2005)",
    "Deadpool (2016)",
    "Ant-Man (2015)",
)
_MOB = (
    "The Godfather (1972)",
    "The Godfather: Part II (1974)",
    "The Godfather: Part III (1990)",
    "Goodfellas (1990)",
    "Casino (1995)",
    "Scarface (1983)",
    "Taxi Driver (1976)",
    "Once Upon a Time in America (1984)",
    "The Untouchables (1987)",
    "Carlito's Way (1993)",
    "Donnie Brasco (1997)",
)
_HITCHCOCK = (
    "Psycho (1960)",
    "Vertigo (1958)",
    "Rear Window (1954)",
    "North by Northwest (1959)",
    "The Birds (1963)",
    "Notorious (1946)",
    "Rebecca (1940)",
    "Dial M for Murder (1954)",
    "The 39 Steps (1935)",
)
_GOLDEN_AGE = (
    "Casablanca (1942)",
    "Citizen Kane (1941)",
    "The Maltese Falcon (1941)",
    "The African Queen (1951)",
    "Gone with the Wind (1939)",
    "It's a Wonderful Life (1946)",
    "The Third Man (1949)",
    "Sunset Blvd. (1950)",
    "All About Eve (1950)",
    "The Philadelphia Story (1940)",
    "Rebecca (1940)",
    "Notorious (1946)",
    "The Big Sleep (1946)",
    "To Have and Have Not (1944)",
)
_ROMANCES = (
    "Pretty Woman (1990)",
    "Sleepless in Seattle (1993)",
    "When Harry Met Sally... (1989)",
    "While You Were Sleeping (1995)",
    "Four Weddings and a Funeral (1994)",
    "Notting Hill (1999)",
    "You've Got Mail (1998)",
    "French Kiss (1995)",
    "My Best Friend's Wedding (1997)",
    "Love Actually (2003)",
    "Bridget Jones's Diary (2001)",
    "Jerry Maguire (1996)",
    "The American President (1995)",
)
_SPACE_AND_TIME = (
    "Back to the Future (1985)",
    "Back to the Future Part II (1989)",
    "Back to the Future Part III (1990)",
    "Ghostbusters (1984)",
    "E.T. the Extra-Terrestrial (1982)",
    "Raiders of the Lost Ark (1981)",
    "Indiana Jones and the Last Crusade (1989)",
    "The Terminator (1984)",
    "Star Wars: Episode VI - Return of the Jedi (1983)",
    "Return of the Jedi (1983)",
)

FILMS: tuple[Expectation, ...] = (
    Expectation("Toy Story (1995)", ("Animation", "Children"), (*_PIXAR, *_DISNEY[:3])),
    Expectation("Finding Nemo (2003)", ("Animation", "Children"), _PIXAR),
    Expectation("The Lion King (1994)", ("Animation", "Children"), (*_DISNEY, "Toy Story (1995)")),
    Expectation("Spirited Away (2001)", ("Animation", "Fantasy"), _GHIBLI),
    Expectation("Star Wars: Episode IV - A New Hope (1977)", ("Adventure", "Sci-Fi"), _STAR_WARS),
    Expectation("Star Wars (1977)", ("Adventure", "Sci-Fi"), _STAR_WARS),
    Expectation(
        "Star Wars: Episode I - The Phantom Menace (1999)",
        ("Adventure", "Sci-Fi"),
        (
            *_STAR_WARS[:7],
            "Star Wars: Episode II - Attack of the Clones (2002)",
            "Star Wars: Episode III - Revenge of the Sith (2005)",
        ),
    ),
    Expectation("Pulp Fiction (1994)", ("Crime",), _TARANTINO),
    Expectation(
        "The Matrix (1999)",
        ("Action", "Sci-Fi"),
        (
            "The Matrix Reloaded (2003)",
            "The Matrix Revolutions (2003)",
            "Terminator 2: Judgment Day (1991)",
            "The Terminator (1984)",
            "Minority Report (2002)",
            "Inception (2010)",
            "Blade Runner (1982)",
            "X-Men (2000)",
            "X2: X-Men United (2003)",
            "The Fifth Element (1997)",
            "Equilibrium (2002)",
            "I, Robot (2004)",
        ),
    ),
    Expectation("Alien (1979)", ("Horror", "Sci-Fi"), _SPACE_HORROR),
    Expectation(
        "Blade Runner (1982)",
        ("Sci-Fi",),
        (
            *_SPACE_HORROR,
            "Twelve Monkeys (1995)",
            "Brazil (1985)",
            "Total Recall (1990)",
            "A Clockwork Orange (1971)",
            "The Fifth Element (1997)",
        ),
    ),
    Expectation(
        "Amelie (2001)",
        ("Comedy", "Romance"),
        (
            "Eternal Sunshine of the Spotless Mind (2004)",
            "The City of Lost Children (1995)",
            "A Very Long Engagement (2004)",
            "Delicatessen (1991)",
            "Life Is Beautiful (1997)",
            "Lost in Translation (2003)",
            "Run Lola Run (1998)",
            "Talk to Her (2002)",
            "Big Fish (2003)",
            "The Science of Sleep (2006)",
        ),
    ),
    Expectation("The Godfather (1972)", ("Crime", "Drama"), _MOB),
    Expectation("Goodfellas (1990)", ("Crime", "Drama"), (*_MOB, "Reservoir Dogs (1992)", "Pulp Fiction (1994)")),
    Expectation("Casablanca (1942)", ("Drama", "Romance"), _GOLDEN_AGE),
    Expectation("Citizen Kane (1941)", ("Drama",), (*_GOLDEN_AGE, *_HITCHCOCK[:4])),
    Expectation("Vertigo (1958)", ("Mystery", "Thriller"), _HITCHCOCK),
    Expectation("Halloween (1978)", ("Horror",), _SLASHERS),
    Expectation("The Exorcist (1973)", ("Horror",), (*_SLASHERS, "Rosemary's Baby (1968)", "Jaws (1975)")),
    Expectation("Pretty Woman (1990)", ("Romance",), _ROMANCES),
    Expectation("Sleepless in Seattle (1993)", ("Romance",), _ROMANCES),
    Expectation("The Lord of the Rings: The Fellowship of the Ring (2001)", ("Adventure", "Fantasy"), _TOLKIEN),
    Expectation("Harry Potter and the Prisoner of Azkaban (2004)", ("Fantasy",), _POTTER),
    Expectation("Iron Man (2008)", ("Action",), _MARVEL),
    Expectation(
        "The Dark Knight (2008)",
        ("Action",),
        (
            "Batman Begins (2005)",
            "The Dark Knight Rises (2012)",
            "Inception (2010)",
            "Iron Man (2008)",
            "The Prestige (2006)",
            "V for Vendetta (2006)",
            "Sin City (2005)",
            "The Bourne Ultimatum (2007)",
            "Watchmen (2009)",
            "The Avengers (2012)",
        ),
    ),
    Expectation("Back to the Future (1985)", ("Adventure", "Comedy"), _SPACE_AND_TIME),
    Expectation(
        "Monty Python and the Holy Grail (1975)",
        ("Comedy",),
        (
            "Monty Python's Life of Brian (1979)",
            "Life of Brian (1979)",
            "Monty Python's The Meaning of Life (1983)",
            "And Now for Something Completely Different (1971)",
            "The Princess Bride (1987)",
            "This Is Spinal Tap (1984)",
            "Airplane! (1980)",
            "Blazing Saddles (1974)",
            "Young Frankenstein (1974)",
            "A Fish Called Wanda (1988)",
            "Time Bandits (1981)",
            "Army of Darkness (1993)",
        ),
    ),
    Expectation(
        "Saving Private Ryan (1998)",
        ("War",),
        (
            "Platoon (1986)",
            "Full Metal Jacket (1987)",
            "The Thin Red Line (1998)",
            "Schindler's List (1993)",
            "Black Hawk Down (2001)",
            "Apocalypse Now (1979)",
            "Glory (1989)",
            "Braveheart (1995)",
            "Enemy at the Gates (2001)",
            "We Were Soldiers (2002)",
            "Letters from Iwo Jima (2006)",
            "Das Boot (1981)",
        ),
    ),
    Expectation(
        "Apocalypse Now (1979)",
        ("War",),
        (
            "Platoon (1986)",
            "Full Metal Jacket (1987)",
            "The Deer Hunter (1978)",
            "Taxi Driver (1976)",
            "Saving Private Ryan (1998)",
            "The Godfather: Part II (1974)",
            "Das Boot (1981)",
            "Born on the Fourth of July (1989)",
            "M*A*S*H (1970)",
            "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb (1964)",
        ),
    ),
    Expectation(
        "Seven Samurai (1954)",
        ("Action",),
        (
            "Yojimbo (1961)",
            "Rashomon (1950)",
            "Ran (1985)",
            "Sanjuro (1962)",
            "The Hidden Fortress (1958)",
            "Throne of Blood (1957)",
            "Ikiru (1952)",
            "The Good, the Bad and the Ugly (1966)",
            "Once Upon a Time in the West (1968)",
            "The Bridge on the River Kwai (1957)",
        ),
    ),
    Expectation(
        "The Good, the Bad and the Ugly (1966)",
        ("Western",),
        (
            "A Fistful of Dollars (1964)",
            "For a Few Dollars More (1965)",
            "Once Upon a Time in the West (1968)",
            "Unforgiven (1992)",
            "The Outlaw Josey Wales (1976)",
            "The Magnificent Seven (1960)",
            "The Wild Bunch (1969)",
            "Butch Cassidy and the Sundance Kid (1969)",
            "High Noon (1952)",
            "High Plains Drifter (1973)",
        ),
    ),
    Expectation(
        "Bowling for Columbine (2002)",
        ("Documentary",),
        (
            "Fahrenheit 9/11 (2004)",
            "Super Size Me (2004)",
            "Roger & Me (1989)",
            "Sicko (2007)",
            "An Inconvenient Truth (2006)",
            "Capturing the Friedmans (2003)",
            "The Fog of War: Eleven Lessons from the Life of Robert S. McNamara (2003)",
            "Spellbound (2002)",
            "The Corporation (2003)",
            "March of the Penguins (2005)",
        ),
    ),
    Expectation(
        "Trainspotting (1996)",
        ("Crime", "Drama"),
        (*_TARANTINO, "Requiem for a Dream (2000)", "A Clockwork Orange (1971)", "Shallow Grave (1994)"),
    ),
)
"""Some more than thirty, so that most data sets hold enough of them; MovieLens spells Star Wars in two ways."""
