"""Which people of the pool are probably one: pairs with a score that explains itself (docs/algorithms/suggestions.md)."""
