"""What a preview says, object by object."""

from dataclasses import dataclass, field
from enum import StrEnum

from deployments.domain.diffs import DiffLine
from deployments.domain.findings import Problem, errors
from deployments.domain.manifests import Planned
from deployments.domain.side_by_side import SideLine, sides
from regions.domain.manifest import Manifest
from regions.domain.refs import Ref, short_name


class Outcome(StrEnum):
    """What would become of one object."""

    CREATE = "create"  # the cluster would take it
    CHANGE = "change"  # it stands, and would be changed
    MOVED = "moved"  # it stands, and somebody changed it since it was looked at
    DELETE = "delete"  # it stands, and would be deleted
    SAME = "same"  # it stands as it should: made by this very Submission, or shared by all
    TAKEN = "taken"  # something of this name stands already, and it is not ours
    REFUSED = "refused"
    UNCHECKED = "unchecked"  # the cluster could not be asked


@dataclass(frozen=True, slots=True)
class Looked:
    """One object as the cluster would take it."""

    planned: Planned
    outcome: Outcome
    sentence: str  # in plain words
    detail: str = ""  # the server's own sentence, where the plain one is ours
    account: str = ""  # as whom it would be written; empty: Pane's own account
    warnings: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()  # a refusal, on the fields of the form
    differences: tuple[DiffLine, ...] = ()  # from what stands (or would, where that is otherwise) to what is asked
    lost: tuple[DiffLine, ...] = ()  # of a change: what the cluster would keep otherwise than asked
    yaml: str = ""  # with placeholders for secrets
    stands: Manifest | None = field(default=None, repr=False)  # what is to be changed, as this person may see it now

    @property
    def ref(self) -> Ref:
        return self.planned.ref

    @property
    def where(self) -> str:
        return short_name(self.planned.cluster)

    @property
    def sides(self) -> tuple[SideLine, ...]:
        """Of a change: the object as it stands beside what it would be."""
        return sides(self.planned, self.stands) if self.outcome is Outcome.CHANGE else ()


@dataclass(frozen=True, slots=True)
class Preview:
    """The whole plan, looked at. `digest` binds a confirmation to it."""

    objects: tuple[Looked, ...]
    digest: str
    unchecked: tuple[str, ...]  # what this preview could not check, one sentence each

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the clusters said, on the fields of the form."""
        return tuple(dict.fromkeys(problem for one in self.objects for problem in one.problems))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the clusters want people to read."""
        return tuple(dict.fromkeys(text for one in self.objects for text in one.warnings))

    @property
    def unexplained(self) -> tuple[str, ...]:
        """Those warnings that are not said already, in plain words, among the problems."""
        said = {problem.detail for problem in self.problems}
        return tuple(text for text in self.warnings if text not in said)

    @property
    def words(self) -> str:
        """What would become of it all, as the head of a preview says it."""
        if not self.sendable:
            return "This would be refused"
        done = {one.outcome for one in self.objects} - {Outcome.SAME, Outcome.UNCHECKED}
        words = {Outcome.CREATE: "made", Outcome.CHANGE: "changed", Outcome.DELETE: "deleted"}
        return f"This would be {words.get(done.pop(), 'done') if len(done) == 1 else 'done' if done else 'made'}"

    @property
    def moved(self) -> Looked | None:
        """The object that somebody changed since it was looked at."""
        return next((one for one in self.objects if one.outcome is Outcome.MOVED), None)

    @property
    def sendable(self) -> bool:
        """Whether anything forbids to send it. What could not be asked does not."""
        return not errors(self.problems) and all(
            one.outcome not in (Outcome.TAKEN, Outcome.REFUSED, Outcome.MOVED) for one in self.objects
        )


class NotAsPreviewed(Exception):
    """What would be sent is not what was shown: show it again."""


class NotTheirs(Exception):
    """This Submission is another person's."""
