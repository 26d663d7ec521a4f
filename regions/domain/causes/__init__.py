"""Why something is not as it should be: from an object down to the deepest one that is to blame, and what to do next.

    explain(ground) -> Verdict

Pure: a `Evidence` says what is known, rules look at one object of it each. A new cause is one rule (an entry of `words`
where its message gives it away, else a function in `rules/`), and one fixture.
"""

from regions.domain.causes.evidence import Evidence, Thing, Warned
from regions.domain.causes.verdict import Finding, Step, Tier, Verdict
from regions.domain.causes.walk import explain

__all__ = ["Evidence", "Finding", "Step", "Thing", "Tier", "Verdict", "Warned", "explain"]
