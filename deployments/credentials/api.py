"""Asking for a credential in the API: the same recipes, rules, preview and request as the form's.

What is secret is write-only: it is in no answer, and no example of one is in the description.
"""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from deployments import submissions
from deployments.credentials.namespaces import as_shown, lacking, with_namespaces
from deployments.domain.drafts import CredentialDraft, Secret
from deployments.domain.manifests import plan
from deployments.domain.problems import errors, problems
from deployments.domain.recipes import RECIPES, Recipe
from deployments.models import Step, Submission
from deployments.submissions.api import ANSWERS, PREVIEW, answer, refused
from deployments.submissions.snapshot import take_snapshot
from regions import api as regions_api
from regions.api import viewer
from regions.domain.refs import MANAGEMENT
from regions.paging import PAGE, PAGE_SIZE, page_serializer
from regions.serializers import CredentialSerializer


class CredentialAnswer(serializers.CharField):
    """Text as it was pasted."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, allow_blank=True, **options)


def _answers(recipe: Recipe) -> type[serializers.Serializer[Any]]:
    """The questions of a recipe; those that are secret can only be written."""
    fields: dict[str, Any] = {"__doc__": f"What {recipe.title} asks for."}
    for one in recipe.fields:
        text = " ".join(part for part in (f"{one.label}.", one.help) if part)
        options: dict[str, Any] = {"required": one.required and not one.default, "help_text": text}
        if one.secret:
            fields[one.name] = CredentialAnswer(write_only=True, style={"input_type": "password"}, **options)
        else:
            fields[one.name] = CredentialAnswer(**options)
    return type(f"{_camel(recipe)}Answers", (serializers.Serializer,), fields)


def _asked(recipe: Recipe) -> type[serializers.Serializer[Any]]:
    return type(
        f"Asked{_camel(recipe)}CredentialSerializer",
        (serializers.Serializer,),
        {
            "__doc__": f"A credential to be made. {recipe.help}",
            "recipe": serializers.ChoiceField(choices=[recipe.key]),
            "namespace": serializers.CharField(help_text="Where the deployments are that will use it."),
            "name": serializers.CharField(),
            "region": serializers.CharField(
                default="", allow_blank=True, help_text="Where its clusters are run; empty: the management cluster."
            ),
            "description": serializers.CharField(default="", allow_blank=True),
            "answers": _answers(recipe)(required=any(one.required and not one.default for one in recipe.fields)),
            "key": serializers.RegexField(
                r"^[0-9a-f]{32}$",
                default="",
                help_text="Names this request, 32 hexadecimal digits: sent twice, it is done once.",
            ),
        },
    )


def _camel(recipe: Recipe) -> str:
    return "".join(word.capitalize() for word in recipe.key.split("-"))


ASKED = {key: _asked(recipe) for key, recipe in RECIPES.items()}
BODY = PolymorphicProxySerializer(
    component_name="AskedCredential",
    serializers=dict(ASKED),
    resource_type_field_name="recipe",
)


class Credentials(regions_api.Credentials):
    """Every Credential, worst first. Nothing secret is in them."""

    @extend_schema(
        operation_id="credentials_list",
        responses=page_serializer("Credentials", CredentialSerializer),
        parameters=[OpenApiParameter("region", str, description="Only of this region."), PAGE, PAGE_SIZE],
    )
    def get(self, request: Request) -> Response:
        return super().get(request)

    @extend_schema(operation_id="credentials_ask", request=BODY, responses=ANSWERS, parameters=[PREVIEW])
    def post(self, request: Request) -> Response:
        """Make a credential on behalf of whoever asks, or with `?preview=true` say how the clusters would answer."""
        data = request.data if isinstance(request.data, dict) else {}
        recipe = data.get("recipe")
        if not isinstance(recipe, str) or recipe not in RECIPES:
            raise ValidationError({"recipe": [f"This is none of: {', '.join(RECIPES)}."]})
        body = ASKED[recipe](data=data)
        body.is_valid(raise_exception=True)
        return _ask(request, RECIPES[recipe], dict(body.validated_data))


def _ask(request: Request, recipe: Recipe, said: dict[str, Any]) -> Response:
    key = said["key"] or submissions.new_key()
    answers = said.get("answers") or {}
    secret = {one.name for one in recipe.fields if one.secret}
    draft = CredentialDraft(
        recipe.key,
        said["namespace"].strip(),
        said["name"].strip(),
        said["region"].strip() or MANAGEMENT,
        said["description"],
        fields={name: value for name, value in answers.items() if name not in secret},
        secrets={name: Secret(value) for name, value in answers.items() if name in secret},
    )
    with submissions.ClusterSession(viewer(request)) as session:
        known = with_namespaces(session, take_snapshot(viewer=session.viewer), draft)
        # A namespace that an earlier try of this request made is still among what it asks for.
        made = Step.objects.filter(submission__key=key, kind="Namespace").exclude(cluster=MANAGEMENT)
        known = as_shown(known, draft, {*lacking(known, draft), *made.values_list("name", flat=True)})
        again = Submission.objects.filter(key=key).exists()
        found = [one for one in problems(draft, known) if not (again and one.field == "name")]
        if errors(found):
            return refused(found)
        return answer(request, session, plan(draft, known), found, key)
