"""Review of masks: a queue, decisions, edits, blind second reads, and a store that loses nothing.

Readers work through a :class:`~core.review.desk.Desk`: one reader's view of one project, which
checks at every call what the reader may see and do.
"""
