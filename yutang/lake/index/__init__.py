"""A derived copy of a merchant's lake, laid out for questions about people: docs/algorithms/segment-counts.md.

`building.refresh` keeps it beside the writer; `reading.snapshot` opens it. It can always be made again from the lake.
"""
