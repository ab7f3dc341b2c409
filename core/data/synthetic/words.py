"""Words that invented titles and tags are made of."""

__all__ = ["ARTICLES", "FIRST_WORDS", "LAST_WORDS", "SECOND_WORDS", "TAGS"]


def _split(text: str, separator: str | None = None) -> tuple[str, ...]:
    return tuple(text.split(separator))


FIRST_WORDS = _split(
    "Silent Crimson Broken Golden Midnight Hidden Electric Frozen Burning Distant Paper Velvet Iron Hollow Savage "
    "Gentle Final Lost Secret Empty Wild Perfect Stolen Infinite Bitter Sweet Strange Quiet Sudden Blue Scarlet "
    "Winter Summer Northern Southern Emerald Silver Wandering Forgotten Restless Sacred Naked Lonely Lucky Endless "
    "Invisible Crooked Tender Violent Amber"
)
SECOND_WORDS = _split(
    "Harbor River Garden Promise Letter Kingdom Station Mirror Daughter Stranger Horizon Orchard Witness Machine "
    "Island Sparrow Empire Road Season Window Bridge Detective Dancer Soldier Ocean Circus Desert Mountain Lantern "
    "Symphony Shadow Voyage Carnival Prophet Thief Cathedral Hunter Country Planet Tiger Bride Doctor Fortune "
    "Cowboy Robot Ghost Wedding Verdict Rebellion Miracle"
)
LAST_WORDS = (
    "",
    "",
    "",
    "",
    " Rises",
    " II",
    " of the Night",
    " & Sons",
    " in Paris",
    ": The Beginning",
    " Forever",
    "'s Été",
)
ARTICLES = ("The", "A", "The", "La", "")
TAGS = _split(
    "atmospheric;twist ending;based on a book;visually appealing;thought-provoking;surreal;quirky;cult film;"
    "great soundtrack;slow burn;stylized;dark humor;feel-good;nonlinear;remake;female lead;small town;revenge;"
    "friendship;true story;black and white;low budget;great acting;dystopia;coming of age;satire;time travel;"
    "road movie;heist;courtroom",
    ";",
)
