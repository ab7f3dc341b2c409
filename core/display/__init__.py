"""Values to text and markup: titles, genres, ratings, statistics of recommendations."""
