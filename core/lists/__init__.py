"""What is made of scores for people: filters, re-ranking, groups, explanations, sentences, what-if."""
