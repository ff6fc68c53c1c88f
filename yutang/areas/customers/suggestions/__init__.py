"""Which people of the pool are probably one: pairs whose score explains itself (docs/algorithms/suggestions.md)."""
