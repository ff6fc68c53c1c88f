"""Reports over what people did: frequency, funnel, paths, AISAS, and the people behind each figure.

docs/algorithms/behaviour.md says what each figure means.
"""
