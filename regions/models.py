"""The copy and the log, which only `regions.journal` writes; what people say of them (`regions.maintenance`); and what
was measured, which only `regions.metrics.polling` writes.
"""

from django.db import models

from regions.indexes import CoveringIndex


class Log(models.Model):
    """Names this log. A restored or new database is another log, so old cursors are answered with a gap."""

    name = models.CharField(max_length=32)
    started_at = models.DateTimeField()
    pruned_to = models.BigIntegerField(default=0)  # changes up to this id are no longer kept
    past_from = models.DateTimeField(null=True)  # how things were before this moment is not kept
    timeline = models.CharField(max_length=8, blank=True, db_default="")  # of PostgreSQL, when a watcher last took over


class Lease(models.Model):
    """The right to write the journal: a row for each shard of the watching, whose number is its key. Every journal
    transaction locks the one of its term, so none is without it; terms are never given out twice.
    """

    holder = models.CharField(max_length=200, blank=True)
    term = models.BigIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True, db_default="")  # why its holder records nothing, though it beats
    of = models.PositiveSmallIntegerField(default=1, db_default=1)  # how many shards there are


class ClusterColumns(models.Model):
    """What is known of the link to a cluster."""

    class State(models.TextChoices):
        CONNECTING = "connecting"
        CONNECTED = "connected"
        SILENT = "silent"  # no answer to three probes in a row
        REFUSED = "refused"  # it answers, and says no: 401, 403
        UNSUPPORTED = "unsupported"  # we do not accept its kubeconfig, or the address in it: it was not asked
        BROKEN = "broken"  # a fault of ours at following it

    state = models.CharField(max_length=16, choices=State.choices, default=State.CONNECTING)
    message = models.TextField(blank=True)  # why, when it is not connected
    since = models.DateTimeField()  # when the state began
    heard_at = models.DateTimeField(null=True)  # last answer of any kind
    synced_at = models.DateTimeField(null=True)  # when every kind had been listed for the first time
    uid = models.CharField(max_length=64, blank=True)  # of its kube-system namespace: which cluster this really is
    previous_uid = models.CharField(max_length=64, blank=True)
    replaced_at = models.DateTimeField(null=True)  # when another cluster began to answer under this name
    version = models.CharField(max_length=64, blank=True)  # Kubernetes version
    server = models.CharField(max_length=500, blank=True)  # host and port, never a path or a user
    kubeconfig = models.CharField(max_length=600, blank=True)  # where its kubeconfig was found, in words
    expires_at = models.DateTimeField(null=True)  # of the certificate or token that we use

    class Meta:
        abstract = True


class Cluster(ClusterColumns):
    """An API endpoint that we hold a link to, by the name of its region."""

    name = models.CharField(max_length=253, unique=True)
    revision = models.BigIntegerField(default=0)  # moves when pages show more of this cluster without a Change


class Stream(models.Model):
    """How far one kind on one cluster has been followed. Written in the transaction that recorded it."""

    class State(models.TextChoices):
        LISTING = "listing"
        WATCHING = "watching"
        ABSENT = "absent"  # the kind is not installed there
        POLLING = "polling"  # may be listed, not watched: listed again at intervals
        REFUSED = "refused"
        BROKEN = "broken"

    cluster = models.CharField(max_length=253)
    name = models.CharField(max_length=300)  # Kind.stream
    state = models.CharField(max_length=16, choices=State.choices, default=State.LISTING)
    version = models.CharField(max_length=63, blank=True)
    resource_version = models.CharField(max_length=64, blank=True)  # resume from here
    told_at = models.DateTimeField(null=True)  # when it had come there: a gap begins here
    message = models.TextField(blank=True)
    synced_at = models.DateTimeField(null=True)
    listed_at = models.DateTimeField(null=True)  # while polling: when the list that the copy holds was made
    unrecorded = models.JSONField(default=list)  # what it told and the database did not take: what, why, at

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cluster", "name"], name="stream_once")]


class Columns(models.Model):
    """What lists need to know of an object."""

    cluster = models.CharField(max_length=253)
    group = models.CharField(max_length=253, blank=True)
    kind = models.CharField(max_length=63)
    namespace = models.CharField(max_length=253, blank=True)
    name = models.CharField(max_length=253)
    version = models.CharField(max_length=63)
    stream = models.CharField(max_length=300)  # Kind.stream: which list it is swept with
    uid = models.CharField(max_length=64)
    resource_version = models.CharField(max_length=64)
    created_at = models.DateTimeField(null=True)
    deleting_at = models.DateTimeField(null=True)
    region = models.CharField(max_length=253, blank=True)  # the Region it belongs to; ~management for the rest
    deployment = models.CharField(max_length=510, blank=True)  # namespace/name of the ClusterDeployment it serves
    template = models.CharField(max_length=253, blank=True)
    credential = models.CharField(max_length=510, blank=True)  # namespace/name
    labels = models.JSONField(default=dict)
    health = models.CharField(max_length=16)  # its own; a silent region is joined when read
    rank = models.SmallIntegerField()  # of health: 0 is worst
    message = models.TextField(blank=True)
    since = models.DateTimeField()  # when this health began, as far as we saw
    due_at = models.DateTimeField(null=True)  # look again then, though nothing was heard
    progressed_at = models.DateTimeField()  # last meaningful difference
    as_of = models.DateTimeField()  # when the manifest that we keep reached us: the last that differed in what matters
    known_since = models.DateTimeField(null=True)  # when it came into the copy

    class Meta:
        abstract = True


_DEPLOYMENTS = models.Q(kind="ClusterDeployment")
_FACETS = ("region", "health", "template", "credential")


class Resource(Columns):
    """The last known state of one object on one cluster: what lists need. Its manifest lies beside it."""

    key = models.CharField(max_length=900, unique=True)  # Ref.key

    class Meta:
        indexes = [
            models.Index(fields=["kind", *_FACETS, "namespace"], name="facets"),
            models.Index(fields=["kind", "rank", "namespace", "name"], name="worst_first"),
            models.Index(fields=["kind", "namespace", "name"], name="by_name"),
            models.Index(fields=["deployment", "kind"], name="of_deployment"),
            models.Index(fields=["cluster", "stream"], name="of_stream"),
            models.Index(fields=["uid"], name="by_uid"),
            models.Index(fields=["due_at"], name="due", condition=models.Q(due_at__isnull=False)),
            # Of deployments alone, which are few of all objects: each order of their list, and what it is searched for.
            *(
                models.Index(fields=["kind", column, "namespace", "name"], name=f"by_{column}", condition=_DEPLOYMENTS)
                for column in ("created_at", "since", "region", "template", "credential")
            ),
            models.Index(fields=["kind", "name", "namespace"], name="by_name_alone", condition=_DEPLOYMENTS),
            CoveringIndex(
                fields=["kind", "rank", "namespace", "name", *_FACETS],
                also=["cluster", "created_at", "since", "labels", "message"],
                name="searched",
                condition=_DEPLOYMENTS,
            ),
        ]


class Manifest(models.Model):
    """The redacted manifest of a Resource, compressed: read it with `journal.manifest`."""

    resource = models.OneToOneField(Resource, on_delete=models.CASCADE, primary_key=True)
    body = models.BinaryField()


class Version(Columns):
    """How an object was until something changed it: what "as of T" is made of. Written with each change, never altered.

    The state at a moment is the first Version that ended after it, else what the copy has now.
    """

    key = models.CharField(max_length=900)
    until = models.DateTimeField()  # `seen_at` of the change that ended it
    change = models.BigIntegerField(null=True)  # id of that change; null when something moved without one
    body = models.BinaryField(null=True)  # its manifest, as in Manifest; null: as that of the version after it

    class Meta:
        indexes = [
            models.Index(fields=["key", "until"], name="version_object"),
            models.Index(fields=["kind", "until"], name="version_kind"),
            models.Index(fields=["deployment", "until"], name="version_deployment"),
        ]


class PastLink(ClusterColumns):
    """How the link to a cluster was until it changed."""

    name = models.CharField(max_length=253)
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["name", "until"], name="link_until")]


class Blindness(models.Model):
    """When we could not see what happened: on one cluster (a gap), or, without its name, at all (no watcher)."""

    cluster = models.CharField(max_length=253, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    why = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["until"], name="blindness_until")]


class Change(models.Model):
    """One row of the log, never altered. Ids only grow, in commit order; they have holes."""

    class Source(models.TextChoices):
        OBSERVED = "observed"  # a meaningful difference between two manifests
        REPORTED = "reported"  # an Event that a cluster sent; repeats are new rows of the same series
        GAP = "gap"  # we were blind between `blind_from` and `at`
        SAID = "said"  # a person said it to Pane: a maintenance, an acknowledgement

    class Severity(models.TextChoices):
        NORMAL = "normal"
        WARNING = "warning"
        ERROR = "error"

    at = models.DateTimeField()  # when it happened, as the cluster says; else when we saw it
    seen_at = models.DateTimeField()
    source = models.CharField(max_length=16, choices=Source.choices)
    severity = models.CharField(max_length=16, choices=Severity.choices, default=Severity.NORMAL)
    cluster = models.CharField(max_length=253)
    region = models.CharField(max_length=253, blank=True)
    deployment = models.CharField(max_length=510, blank=True)
    group = models.CharField(max_length=253, blank=True)
    kind = models.CharField(max_length=63, blank=True)
    namespace = models.CharField(max_length=253, blank=True)
    name = models.CharField(max_length=253, blank=True)
    uid = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=128)
    message = models.TextField(blank=True)
    series = models.CharField(max_length=128, blank=True)  # of an Event: the same for all its repeats
    count = models.IntegerField(default=1)  # of an Event: how often it had happened by then
    health = models.CharField(max_length=16, blank=True)  # of the object after it
    previous_health = models.CharField(max_length=16, blank=True)
    columns = models.JSONField(default=dict)  # the other list columns after it: template, credential, labels
    blind_from = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["region", "id"], name="change_region"),
            models.Index(fields=["deployment", "id"], name="change_deployment"),
            models.Index(fields=["kind", "namespace", "name", "id"], name="change_object"),
            models.Index(fields=["series"], name="change_series", condition=~models.Q(series="")),
            models.Index(fields=["seen_at"], name="change_seen"),
            models.Index(fields=["id"], name="change_upgrades", condition=models.Q(reason="TemplateChanged")),
            models.Index(
                fields=["kind", "id"], name="change_turns", condition=~models.Q(health=models.F("previous_health"))
            ),
        ]


class Upkeep(models.Model):
    """What a person said of a region or an object: maintenance, or an acknowledgement (`regions.maintenance`)."""

    kind = models.CharField(max_length=16)  # of regions.domain.maintenance
    object_kind = models.CharField(max_length=63)
    namespace = models.CharField(max_length=253, blank=True)
    name = models.CharField(max_length=253)
    reason = models.CharField(max_length=200)
    person = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    health = models.CharField(max_length=16, blank=True)  # of the object when it was said
    told_at = models.DateTimeField(null=True)  # when the log was told that it began
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["starts_at"], name="upkeep_open", condition=models.Q(ended_at__isnull=True)),
            models.Index(fields=["-created_at"], name="upkeep_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.object_kind} {self.namespace}/{self.name} by {self.person}"


class AuditEntry(models.Model):
    """One line of the audit trail (`regions.audit`): only appended; `digest` seals it and all before it."""

    id = models.BigIntegerField(primary_key=True)  # without holes
    at = models.DateTimeField()
    act = models.CharField(max_length=32)  # the same for what was asked and what came of it
    actor = models.CharField(max_length=150, blank=True)  # the account, or the name that was typed
    means = models.CharField(max_length=150, blank=True)  # session, token 7, screen hall, command
    address = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=63)
    cluster = models.CharField(max_length=253, blank=True)
    kind = models.CharField(max_length=63, blank=True)
    namespace = models.CharField(max_length=253, blank=True)
    name = models.CharField(max_length=253, blank=True)
    outcome = models.CharField(max_length=63)  # asked, then what came of it
    detail = models.JSONField(default=dict)  # never a secret
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["act"], name="audit_act"),
            models.Index(fields=["actor", "-id"], name="audit_actor"),
            models.Index(fields=["kind", "namespace", "name", "-id"], name="audit_object"),
        ]

    def __str__(self) -> str:
        return f"{self.id}: {self.actor} {self.action} {self.outcome}"


class AuditHead(models.Model):
    """Where the trail ends and where what is kept of it begins. One row, locked by whoever appends."""

    newest = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64)  # of the newest
    oldest = models.BigIntegerField(default=1)  # that is kept
    before = models.CharField(max_length=64)  # digest of the row before it


class Store(models.Model):
    """Where metrics or alerts are asked for, how it was found, and what happened at the last try.

    Only the meter writes this and what is measured. Nothing secret: the URL has no user, and of credentials only
    where they lie.
    """

    class Kind(models.TextChoices):
        REGIONAL = "regional"  # a KOF regional cluster
        REGIONLESS = "regionless"
        MANAGEMENT = "management"
        EXTRA = "extra"  # a PromxyServerGroup that belongs to no ConfigMap
        SET = "set"  # by hand, in a setting
        PROMXY = "promxy"  # reads all regions at once, and cannot tell who is missing
        ALERTS = "alerts"  # an Alertmanager

    key = models.CharField(max_length=600, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    namespace = models.CharField(max_length=253, blank=True)  # of the ClusterDeployment that it is
    name = models.CharField(max_length=253)
    url = models.CharField(max_length=600)
    found = models.TextField(blank=True)  # how, in words
    route = models.CharField(max_length=16, default="direct")  # direct | proxy: through the API server
    credentials = models.TextField(blank=True)  # where they lie, in words; empty: it asks for none
    tls = models.CharField(max_length=200, blank=True)  # what differs from the system's trust, in words
    reason = models.CharField(max_length=32, blank=True)  # of regions.domain.metrics.measures.Why; empty: it answered
    message = models.TextField(blank=True)
    since = models.DateTimeField(null=True)  # when this reason began
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)  # last whole answer
    took_ms = models.IntegerField(null=True)
    failures = models.IntegerField(default=0)  # in a row
    next_at = models.DateTimeField(null=True)  # while the circuit breaker is open: not asked before
    partial = models.BooleanField(default=False)  # it says itself that its answer lacks something
    warnings = models.JSONField(default=list)
    skew = models.FloatField(null=True)  # seconds by which its clock is ahead of ours
    broken = models.JSONField(default=dict)  # queries that it did not answer: id → why


class Measured(models.Model):
    """The last figures of one cluster from one store; a row without a name holds those of the store as a whole."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    namespace = models.CharField(max_length=253, blank=True)
    name = models.CharField(max_length=253, blank=True)
    tenant = models.CharField(max_length=253, blank=True)
    role = models.CharField(max_length=16, blank=True)  # regional | child, as the ConfigMap that names it says
    expected = models.BooleanField(default=False)  # a ConfigMap says that it should report here
    readings = models.JSONField(default=dict)  # id → [value or null, seconds since 1970 when read]; null: no usable one
    parts = models.JSONField(default=dict)  # id → [[labels, value], …] where a figure is made of several
    seen_at = models.DateTimeField(null=True)  # when the store last had anything fresh of it
    sampled_at = models.DateTimeField(null=True)  # its newest sample
    asked = models.JSONField(default=dict)  # tier → seconds since 1970 when its questions were last answered

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "namespace", "name"], name="measured_once")]


class Past(models.Model):
    """The last hour of one cluster in one store, for sparklines: `start`, `step` and a list of values for each id."""

    measured = models.OneToOneField(Measured, on_delete=models.CASCADE, primary_key=True)
    start = models.BigIntegerField()
    step = models.IntegerField()
    series = models.JSONField(default=dict)  # id → [value or null, …], oldest first


class Firing(models.Model):
    """An alert from when it began to fire until it ended; those that ended are kept for a while."""

    fingerprint = models.CharField(max_length=64)
    source = models.CharField(max_length=32)  # alertmanager | promxy | series
    name = models.CharField(max_length=253)
    severity = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=16)  # active | suppressed | pending
    region = models.CharField(max_length=253, blank=True)
    namespace = models.CharField(max_length=253, blank=True)  # of the ClusterDeployment
    cluster = models.CharField(max_length=253, blank=True)  # its name, or what the alert calls it
    labels = models.JSONField(default=dict)
    summary = models.TextField(blank=True)
    description = models.TextField(blank=True)
    runbook = models.CharField(max_length=600, blank=True)
    silenced_by = models.JSONField(default=list)  # ids of silences
    inhibited_by = models.JSONField(default=list)  # fingerprints of other alerts
    muted_by = models.JSONField(default=list)  # names of time intervals
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"], condition=models.Q(ended_at__isnull=True), name="firing_once"
            )
        ]
        indexes = [models.Index(fields=["ended_at"], name="firing_ended")]


class Pulse(models.Model):
    """Moves when pages show new figures of a region; the one without a name moves with every round of the meter."""

    region = models.CharField(max_length=253, unique=True, blank=True)
    revision = models.BigIntegerField(default=0)
