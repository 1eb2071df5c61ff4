"""Who fits a rule over the base, by named facts: one definition, read by the database and by people.

`language` parses a rule, `facts` says what can be asked of a person and how the database answers,
`explaining` says why in words. Unknown is neither yes nor no: who lacks a fact is found too, and told apart.
"""

from residents.base.eligibility.explaining import Explained, explain
from residents.base.eligibility.facts import FACTS, with_facts, with_verdicts
from residents.base.eligibility.language import BadRule, parse
from residents.base.eligibility.tree import Rule

__all__ = [
    "FACTS",
    "BadRule",
    "Explained",
    "Rule",
    "explain",
    "parse",
    "with_facts",
    "with_verdicts",
]
