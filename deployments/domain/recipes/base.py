"""What every recipe is made of: the fields it asks for, and the objects that it makes of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deployments.domain.drafts import CredentialDraft, Secret
from deployments.domain.findings import Problem, error
from deployments.domain.snapshot import ClusterSnapshot
from regions.domain.manifest import Manifest

COMPONENT = {"k0rdent.mirantis.com/component": "kcm"}
"""On everything that we make, so that k0rdent's backups include it."""


@dataclass(frozen=True, slots=True)
class RecipeField:
    """One question of a recipe. `default` is what an empty answer means."""

    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    multiline: bool = False
    choices: tuple[tuple[str, str], ...] = ()  # value, label
    default: str = ""
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class RecipeKind:
    """A kind of identity."""

    api_version: str
    kind: str
    namespaced: bool

    @property
    def is_secret(self) -> bool:
        return self.kind == "Secret"


SECRET = RecipeKind("v1", "Secret", namespaced=True)
Look = Callable[[CredentialDraft, ClusterSnapshot], list[Problem]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one provider wants its credential: pure functions of the draft, no one of which shows a secret."""

    key: str  # as in URLs
    title: str
    provider: str  # CAPI's name, as templates ask for it
    help: str
    identity: RecipeKind
    fields: tuple[RecipeField, ...]
    look: Look
    """What pasted content is, and what is wrong with it; each Problem names a field of the recipe."""
    secret: Callable[[CredentialDraft], Mapping[str, Secret]] | None
    """Key to value of the Secret; None: this recipe needs no Secret."""
    spec: Callable[[CredentialDraft, "SecretPlace"], Manifest] | None = None
    """The spec of the identity; None: the Secret is the identity."""
    template: Callable[[CredentialDraft], Mapping[str, str]] = lambda draft: {}
    """The content of the ConfigMap `<identity>-resource-template`."""
    labels: Mapping[str, str] | None = None
    charts: tuple[str, ...] = ()  # of the cluster templates that it is made for
    propagates: bool = True  # False: its deployments should not propagate credentials

    def field(self, name: str) -> RecipeField | None:
        return next((field for field in self.fields if field.name == name), None)

    def identity_name(self, draft: CredentialDraft) -> str:
        """How the identity is called: as the Credential, save for the one controller identity of AWS."""
        return "default" if self.key == "aws-controller" else draft.name

    def secret_name(self, draft: CredentialDraft) -> str:
        """How the Secret is called: k0rdent looks for `<identity>-secret`."""
        name = self.identity_name(draft)
        return name if self.identity.is_secret else f"{name}-secret"

    @property
    def secret_in_system(self) -> bool:
        """A cluster-scoped identity finds its Secret in the system namespace."""
        return not self.identity.namespaced


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """Where the identity and its Secret lie on the cluster that the manifest is for."""

    namespace: str
    secret_name: str


def answer(draft: CredentialDraft, recipe_field: RecipeField) -> str:
    """What was answered to a question that is no secret, its default when nothing was."""
    return draft.fields.get(recipe_field.name, "").strip() or recipe_field.default


def plain(draft: CredentialDraft, name: str, default: str = "") -> str:
    """What was answered under this name."""
    return draft.fields.get(name, "").strip() or default


def given(draft: CredentialDraft, name: str) -> Secret:
    """A secret as it was given, without what surrounds a paste; empty when it was not given."""
    secret = draft.secrets.get(name)
    return Secret(secret.reveal().strip()) if secret else Secret("")


def keys(draft: CredentialDraft, **names: str) -> dict[str, Secret]:
    """Key in the Secret -> what was given under the name, those left out that were not."""
    found = {key: given(draft, name) for key, name in names.items()}
    return {key: secret for key, secret in found.items() if secret}


def asked(recipe: Recipe, draft: CredentialDraft) -> list[Problem]:
    """What every recipe checks: required answers are there, choices are among those offered, nothing else was sent."""
    found: list[Problem] = []
    for question in recipe.fields:
        value = given(draft, question.name).reveal() if question.secret else answer(draft, question)
        if question.required and not value:
            verb = "Choose" if question.choices else "Paste" if question.multiline else "Enter"
            found.append(
                error(
                    question.name,
                    f"{verb} the {question.label[0].lower()}{question.label[1:]}."
                    if not question.label[:2].isupper()
                    else f"{verb} the {question.label}.",
                )
            )
        elif question.choices and value and value not in dict(question.choices):
            found.append(error(question.name, "Choose one of those offered."))
        elif len(value) > 256 * 1024:
            found.append(error(question.name, "This is larger than 256 KiB, more than a cluster stores in one object."))
        elif "\x00" in value or "\ufffd" in value:  # as a page takes it, the one becomes the other
            found.append(error(question.name, "This holds a zero byte, which no text has."))
    names = {question.name for question in recipe.fields}
    strange = sorted({*draft.fields, *draft.secrets} - names)
    found += [error(name, f"{recipe.title} has no field of this name.") for name in strange]
    return found
