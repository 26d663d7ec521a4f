"""Why something is not as it should be: from an object down to the deepest one that is to blame, and what to do next.

    explain(ground) -> Verdict

Pure: a `Ground` says what is known, rules look at one object of it each. A new cause is one rule (an entry of `words`
where its message gives it away, else a function in `rules/`), and one fixture.
"""

from regions.domain.causes.ground import Ground, Thing, Warned
from regions.domain.causes.shapes import Finding, Step, Tier, Verdict
from regions.domain.causes.walk import explain

__all__ = ["Finding", "Ground", "Step", "Thing", "Tier", "Verdict", "Warned", "explain"]
