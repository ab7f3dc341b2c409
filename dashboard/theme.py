"""Colours, type and the page template; everything else about looks is in assets/css."""

from typing import Any

__all__ = ["ACCENT", "GENRE_TONES", "INDEX_STRING", "MANTINE_THEME", "MOTIF_ORDER", "Tone", "tone_of"]

Tone = tuple[str, str]

MANTINE_THEME: dict[str, Any] = {
    "primaryColor": "gold",
    "primaryShade": {"light": 5, "dark": 4},
    "autoContrast": True,
    "luminanceThreshold": 0.35,
    "defaultRadius": "sm",
    "fontFamily": "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
    "headings": {
        "fontFamily": "'Newsreader Variable', 'Iowan Old Style', Palatino, Georgia, serif",
        "fontWeight": "500",
    },
    "black": "#1d1b17",
    "components": {
        # What opens over the page stands in its main landmark, where screen readers look for it.
        "Portal": {"defaultProps": {"target": "#main"}},
        # The list of options scrolls itself (assets/css/50-components.css): a pane around it would want the focus.
        "Select": {"defaultProps": {"withScrollArea": False}},
        "MultiSelect": {"defaultProps": {"withScrollArea": False}},
    },
    "colors": {
        "gold": [
            "#fff8e6",
            "#fcedc6",
            "#f8dc92",
            "#f2c95c",
            "#ebb733",
            "#dda51f",
            "#c08c12",
            "#94690a",
            "#6e4e08",
            "#4a3405",
        ],
        "dark": [
            "#ece9e2",
            "#cac6bd",
            "#a3a097",
            "#7a776f",
            "#36363d",
            "#2b2b31",
            "#1e1f24",
            "#141519",
            "#0f1013",
            "#0a0b0d",
        ],
        "gray": [
            "#f7f4ee",
            "#f0ece4",
            "#e6e1d7",
            "#d8d2c6",
            "#c6bfb1",
            "#a59e90",
            "#6f695f",
            "#524d45",
            "#37332d",
            "#1d1b17",
        ],
    },
}

ACCENT = "#c99a2e"
"""The series colour of charts: at least 3:1 against both backgrounds' neighbours in use."""

GENRE_TONES: dict[str, Tone] = {
    "Action": ("#7c2418", "#f08a3c"),
    "Adventure": ("#1f5243", "#e3b04b"),
    "Animation": ("#1d4f8a", "#ffcf4a"),
    "Children": ("#0f6a77", "#ffd166"),
    "Comedy": ("#8a5a0b", "#ffe08a"),
    "Crime": ("#23282f", "#c7473c"),
    "Documentary": ("#3d4a3f", "#d8d2b8"),
    "Drama": ("#4a2338", "#d99a8b"),
    "Fantasy": ("#3a2a6b", "#b79cf0"),
    "Film-Noir": ("#17181b", "#b9b4a6"),
    "Horror": ("#1a1014", "#b3202c"),
    "IMAX": ("#123a55", "#7fd0f0"),
    "Musical": ("#6b1d55", "#f2a0c8"),
    "Mystery": ("#1f2a44", "#8fa7d9"),
    "Romance": ("#7d2340", "#f6b8b0"),
    "Sci-Fi": ("#0e2f45", "#58c4c9"),
    "Thriller": ("#1e2f2b", "#c9d64f"),
    "War": ("#3f4226", "#c9b37a"),
    "Western": ("#7a3b12", "#f0c27b"),
}
"""Of each genre the ground and the ink of its posters; white text is readable on every ground."""

_NO_GENRE: Tone = ("#33343a", "#a3a097")


MOTIF_ORDER = (
    "Film-Noir",
    "Western",
    "War",
    "Musical",
    "Documentary",
    "Animation",
    "Horror",
    "Sci-Fi",
    "Mystery",
    "Fantasy",
    "Children",
    "Romance",
    "Crime",
    "Adventure",
    "Thriller",
    "Action",
    "Comedy",
    "Drama",
    "IMAX",
)
"""Which of a film's genres its poster shows: the one that tells most about it."""


def tone_of(genre: str | None) -> Tone:
    """Return ground and ink of a genre; neutral greys for none or an unknown one."""
    return GENRE_TONES.get(genre or "", _NO_GENRE)


INDEX_STRING = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<meta name="color-scheme" content="light dark">
<meta name="description" content="Film recommendations with reasons, measured on held-out ratings.">
<title>{%title%}</title>
{%favicon%}
{%css%}
<script>
(function () {
  var kept = null;
  try { kept = localStorage.getItem("mantine-color-scheme-value"); } catch (error) { kept = null; }
  var dark = kept === "dark" || (kept !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
</script>
</head>
<body>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>
"""
"""The page before Dash: names the language and picks the colour scheme before anything is painted."""
