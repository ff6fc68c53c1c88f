"""When X happened, do Y: the index of behaviour that crosses areas.

Each file handles the events of one area with `@events.on(Event)`. Events nobody reacts to yet stand here with the
reason, so that a forgotten reaction is noticed.
"""

WITHOUT_REACTION = {
    "customers.merged": "kept for webhooks and journeys; figures follow through the lake's redirects",
    "customers.unmerged": "as above",
    "customers.identities_split": "as above",
    "customers.resolved": "people's snapshots are marked due in the same transaction",
    "segments.refreshed": "kept for journeys and webhooks, which come later",
    "tags.recomputed": "kept for journeys and webhooks, which come later",
    "tags.run_ended": "as above",
    "membership.level_changed": "kept for journeys and webhooks; who rises is told in the same transaction",
    "membership.level_falling": "kept for journeys and webhooks; the day's reminders tell the person",
    "membership.card_activated": "kept for journeys and webhooks",
    "membership.card_refunded": "as above",
    "aftersale.moved": "kept for messages to the buyer, journeys and webhooks",
}
