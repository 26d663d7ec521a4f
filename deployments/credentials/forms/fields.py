"""The form of a new credential: from what was posted to a draft, and back to a page that shows nothing secret."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from deployments.domain.drafts import CredentialDraft, Secret
from deployments.domain.findings import Problem, errors
from deployments.domain.manifests import Planned, plan
from deployments.domain.problems import problems
from deployments.domain.recipes import Recipe, RecipeField
from deployments.domain.snapshot import ClusterSnapshot
from regions.domain.refs import MANAGEMENT, short_name

OWN = ("namespace", "name", "region", "description")
"""Questions of every credential, whichever recipe."""

STANDS_FOR = "-"  # for a secret in a sketch: never shown, only its place is


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the recipe with what was answered; what is secret is not among it."""

    field: RecipeField
    text: str
    found: tuple[Problem, ...]
    again: bool  # a secret that was given, and is not kept

    @property
    def name(self) -> str:
        return self.field.name


def secret_questions(
    recipe: Recipe | None, given: Mapping[str, Secret], found: Sequence[Problem]
) -> tuple[Question, ...]:
    """What of a recipe is secret, as it is asked for again: with what is wrong with it, and never with a value."""
    if recipe is None:
        return ()
    return tuple(
        Question(field, "", tuple(one for one in found if one.field == field.name), bool(given.get(field.name)))
        for field in recipe.fields
        if field.secret
    )


@dataclass(frozen=True, slots=True)
class RegionChoice:
    """A region that could be chosen; `why_not` is what forbids it."""

    value: str
    label: str
    why_not: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class CredentialForm:
    """A filled form. `draft` is what it says; `problems` what is wrong with it, by all that is known here."""

    recipe: Recipe
    snapshot: ClusterSnapshot
    draft: CredentialDraft
    problems: tuple[Problem, ...]
    posted: bool

    @property
    def sound(self) -> bool:
        return not errors(self.problems)

    def with_problems(self, more: Sequence[Problem]) -> "CredentialForm":
        """The same form, with what clusters said against it."""
        return replace(self, problems=tuple(dict.fromkeys((*self.problems, *more))))

    def of(self, name: str) -> tuple[Problem, ...]:
        """What is said of one box."""
        return tuple(problem for problem in self.problems if problem.field == name)

    @property
    def own(self) -> dict[str, tuple[Problem, ...]]:
        """Problems of the questions that every credential has; under `form` what no box is for."""
        boxes = {*OWN, *(field.name for field in self.recipe.fields)}
        found = {name: self.of(name) for name in OWN}
        found["form"] = tuple(problem for problem in self.problems if problem.field not in boxes)
        return found

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(
            Question(
                field,
                "" if field.secret else self.draft.fields.get(field.name, "") or field.default,
                self.of(field.name),
                field.secret and self.posted and bool(self.draft.secrets.get(field.name)),
            )
            for field in self.recipe.fields
        )

    @property
    def secretive(self) -> bool:
        """Whether anything secret is asked for."""
        return any(field.secret for field in self.recipe.fields)

    @property
    def probeable(self) -> bool:
        """Whether it asks for a kubeconfig, whose cluster can be asked."""
        return self.recipe.field("kubeconfig") is not None

    @property
    def places(self) -> tuple[RegionChoice, ...]:
        """Where it could be for, those that would do first."""
        bare = replace(self.draft, name="a", namespace=self.snapshot.system_namespace, fields={}, secrets={})
        found = []
        for value in (MANAGEMENT, *sorted(self.snapshot.regions)):
            against = [
                one
                for one in errors(problems(replace(bare, region=value), self.snapshot))
                if one.field == "region" or one.field == "recipe"
            ]
            why = against[0].sentence if against else ""
            found.append(RegionChoice(value, short_name(value), why, value == self.draft.region))
        return tuple(sorted(found, key=lambda place: bool(place.why_not)))

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Where deployments are known to be made, or could be."""
        known = {namespace for namespace, _ in (*self.snapshot.credentials, *self.snapshot.templates)}
        return tuple(sorted(known | {self.snapshot.system_namespace}))

    @property
    def sketch(self) -> list[Planned]:
        """The objects as far as the form says: unanswered questions have stand-ins, impossible answers are left out."""
        wrong = {problem.field for problem in errors(self.problems)}
        fields = {name: value for name, value in self.draft.fields.items() if name not in wrong}
        secrets = {
            field.name: Secret(STANDS_FOR)
            for field in self.recipe.fields
            if field.secret and (field.required or self.draft.secrets.get(field.name))
        }
        name = self.draft.name or "NAME"
        namespace = self.draft.namespace or "NAMESPACE"
        return plan(replace(self.draft, name=name, namespace=namespace, fields=fields, secrets=secrets), self.snapshot)


def credential_form(
    posted: Mapping[str, str] | None, given: Mapping[str, str], recipe: Recipe, snapshot: ClusterSnapshot
) -> CredentialForm:
    """The form as posted. None: as it is first shown, filled with what its address gives; nothing is said against what
    nobody has filled yet."""
    data = given if posted is None else posted

    def said(name: str) -> str:
        return data.get(name, "").strip()

    region = said("region")
    fields, secrets = {}, {}
    for field in recipe.fields if posted is not None else ():
        value = data.get(field.name, "")
        if field.secret:
            secrets[field.name] = Secret(value)
        elif value:
            fields[field.name] = value
    draft = CredentialDraft(
        recipe=recipe.key,
        namespace=said("namespace") or (snapshot.system_namespace if posted is None else ""),
        name=said("name"),
        region=region or MANAGEMENT,
        description=said("description"),
        fields=fields,
        secrets=secrets,
    )
    found = tuple(problems(draft, snapshot)) if posted is not None else ()
    return CredentialForm(recipe, snapshot, draft, found, posted is not None)
