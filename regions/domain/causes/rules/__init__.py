"""Causes that no message gives away: each rule looks at one object, with all that is known around it."""

from regions.domain.causes.rules import credentials, deletion, holds, linked, services, stuck

PATIENCE_WORDS, DELETING_WORDS = stuck.PATIENCE_WORDS, stuck.DELETING_WORDS

RULES = (*linked.RULES, *credentials.RULES, *holds.RULES, *deletion.RULES, *services.RULES, *stuck.RULES)
"""Every rule: `rule(thing, ground)` yields its findings."""
