"""Who fits a rule over the base, by named facts: one definition, read by the database and by people.

`language` parses a rule, `facts` says what can be asked of a person, `asking` puts it to the database,
`explaining` says why in words. Unknown is neither yes nor no: who lacks a fact is found too, and told apart.
"""

from residents.base.eligibility.asking import Verdict, facts_of, kept_matches, matches
from residents.base.eligibility.explaining import Explained, explain
from residents.base.eligibility.facts import FACTS
from residents.base.eligibility.language import BadRule, parse
from residents.base.eligibility.tree import Rule, tests_of

__all__ = [
    "FACTS",
    "BadRule",
    "Explained",
    "Rule",
    "Verdict",
    "explain",
    "facts_of",
    "kept_matches",
    "matches",
    "parse",
    "tests_of",
]
