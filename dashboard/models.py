"""What the frame keeps of people and screens (links, tokens, failed attempts; secrets only as digests), of how they
want lists, and of notices."""

from django.conf import settings
from django.db import models


class SignInLink(models.Model):
    """A link that signs one account in, once. Only its digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link for {self.user}, {self.created_at:%Y-%m-%d %H:%M}"


class ApiToken(models.Model):
    """Lets a program act as an account. Shown once when made; only its digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=100, blank=True)  # what it is for, in its owner's words
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    writes = models.BooleanField(default=True, db_default=True)  # else it is for reading alone
    regions = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))  # names; empty: any
    namespaces = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))  # empty: any
    made_by = models.CharField(max_length=150, blank=True, default="", db_default="")  # of a service: an administrator
    expires_at = models.DateTimeField(null=True)  # None: never
    used_at = models.DateTimeField(null=True)  # to the minute
    used_from = models.CharField(max_length=64, blank=True, default="", db_default="")  # the address that it came from
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"token {self.name or self.pk} of {self.user}"


class ProviderSession(models.Model):
    """A session that somebody opened by a provider (OpenID Connect), and how it is asked whether they still may."""

    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    provider = models.CharField(max_length=32)  # of PANE_OIDC
    sealed = models.TextField()  # refresh token and ID token, encrypted under Pane's key
    confirmed_at = models.DateTimeField()  # when the provider last said that they may
    tried_at = models.DateTimeField()  # when it was last asked; ahead while it is being asked
    ends_at = models.DateTimeField(null=True)  # where it gives nothing to ask by
    sid = models.CharField(max_length=255, blank=True, default="", db_default="")  # its session there, if it says

    def __str__(self) -> str:
        return f"session of {self.user} by {self.provider}"


class GroupRole(models.Model):
    """A role of Pane that the members of a group have, where it is bound to some regions or namespaces only there."""

    class Role(models.TextChoices):
        VIEWER = "viewer"
        OPERATOR = "operator"
        CREDENTIALS = "credential manager"
        ADMINISTRATOR = "administrator"

    group = models.ForeignKey("auth.Group", on_delete=models.CASCADE)
    role = models.CharField(max_length=32, choices=Role.choices)
    regions = models.JSONField(default=list, blank=True)  # names; empty: any
    namespaces = models.JSONField(default=list, blank=True)  # of deployments; empty: any

    def __str__(self) -> str:
        return f"{self.role} by {self.group}"


class SavedView(models.Model):
    """A list with its filters, order and columns under a name: no more than the query of its address."""

    page = models.CharField(max_length=80)  # of dashboard.saved.pages
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE)  # None: everybody's
    person = models.CharField(max_length=150)  # who saved it
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "page", "name"], name="saved_view_mine"),
            models.UniqueConstraint(
                fields=["page", "name"], condition=models.Q(owner__isnull=True), name="saved_view_everybodys"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.page}"


class ListSettings(models.Model):
    """How somebody wants lists to look: which columns not, how dense, and which saved views come first."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    dense = models.BooleanField(default=False)
    without = models.JSONField(default=dict)  # columns that are not shown, by page
    opens = models.JSONField(default=dict)  # the saved view that a page opens with, by page
    menu = models.JSONField(default=list)  # saved views that stand in the menu

    def __str__(self) -> str:
        return f"lists of {self.user}"


class FailedSignIn(models.Model):
    """An attempt that failed, kept for a quarter of an hour so that guessing is slow."""

    at = models.DateTimeField()
    address = models.CharField(max_length=64)
    account = models.CharField(max_length=150)  # as typed; it need not exist

    class Meta:
        indexes = [
            models.Index(fields=["account", "at"], name="failed_account"),
            models.Index(fields=["address", "at"], name="failed_address"),
        ]

    def __str__(self) -> str:
        return f"{self.account} from {self.address}"


class Spent(models.Model):
    """Something that worked, and does so once. Only its digest is kept, until it would be of no use anyhow."""

    digest = models.CharField(max_length=64, unique=True)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"spent, kept until {self.until:%Y-%m-%d %H:%M}"


class Notice(models.Model):
    """Something turned that people are told of: a region lost, a deployment failed. Made once a change of the log."""

    change = models.CharField(max_length=48, unique=True)  # the log and id that it came of
    what = models.CharField(max_length=32)  # of dashboard.notices.turns
    severity = models.CharField(max_length=16)
    at = models.DateTimeField()  # as the cluster says
    seen_at = models.DateTimeField(null=True)  # when pages began to show it
    kind = models.CharField(max_length=63)
    namespace = models.CharField(max_length=253, blank=True)
    name = models.CharField(max_length=253)
    region = models.CharField(max_length=253, blank=True)
    labels = models.JSONField(default=dict)
    sentence = models.TextField()
    muted = models.CharField(max_length=300, blank=True)  # why no rule sent it: it was in maintenance, or known

    class Meta:
        indexes = [models.Index(fields=["-at"], name="notice_newest")]

    def __str__(self) -> str:
        return self.sentence[:80]


class NoticeRule(models.Model):
    """Which notices are sent where. What signs them is derived from Pane's own key, and kept nowhere."""

    name = models.CharField(max_length=100)
    url = models.CharField(max_length=500)  # the host alone where the address is a secret
    sealed = models.TextField(blank=True, default="", db_default="")  # then the whole of it, encrypted under Pane's key
    origin = models.CharField(
        max_length=300, blank=True, default="", db_default=""
    )  # how people reach Pane, for links in messages
    digest = models.CharField(max_length=8, blank=True, default="", db_default="")  # hourly, daily; empty: soon
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    zone = models.CharField(
        max_length=64, default="UTC", db_default="UTC"
    )  # of these hours, by its name in the tz database
    turns = models.JSONField(default=list)  # of dashboard.notices.turns
    regions = models.JSONField(default=list)  # names; empty: all
    severity = models.CharField(max_length=16, default="info")  # this or worse
    selector = models.CharField(max_length=300, blank=True)  # labels of deployments; regions have none
    salt = models.CharField(max_length=32)  # of the signing secret; a new one is a new secret
    enabled = models.BooleanField(default=True)
    person = models.CharField(max_length=150)  # who made it
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message to a webhook: some notices of one rule, gathered, sent, tried again, given up."""

    class State(models.TextChoices):
        GATHERING = "gathering"  # more may join until `due_at`
        SENDING = "sending"
        RETRYING = "retrying"
        DELIVERED = "delivered"
        GIVEN_UP = "given up"

    rule = models.ForeignKey(NoticeRule, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=16, choices=State.choices, default=State.GATHERING)
    notices = models.JSONField(default=list)  # ids, oldest first
    more = models.IntegerField(default=0)  # that no longer fitted
    test = models.BooleanField(default=False)
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)  # what came of the last attempt, in words

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="delivery_due", condition=models.Q(ended_at__isnull=True)),
            models.Index(fields=["rule", "-id"], name="delivery_of_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {len(self.notices)} notices, {self.state}"


class NoticeCursor(models.Model):
    """How far notices have followed the log. One row, locked by whoever makes notices."""

    cursor = models.CharField(max_length=48, blank=True)


class NoticeSeen(models.Model):
    """The newest notice that a person has looked at."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    notice = models.BigIntegerField(default=0)


class ScreenLink(models.Model):
    """Lets one device show walls, within a scope. Taken by a short code, once; then known by a secret of its own."""

    name = models.CharField(max_length=60)
    regions = models.JSONField(default=list)  # names; empty: any
    namespaces = models.JSONField(default=list)  # of deployments; empty: any
    network = models.CharField(max_length=64, blank=True)  # CIDR from where it may be used; empty: anywhere
    code_digest = models.CharField(max_length=64, blank=True)  # keyed; empty once spent
    code_expires_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)  # of what the device keeps; empty before it came
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)  # to half a minute
    seen_from = models.CharField(max_length=64, blank=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["code_digest"], name="screen_code", condition=~models.Q(code_digest=""))]

    def __str__(self) -> str:
        return f"screen {self.name}"
