"""What people asked of clusters, and what the clusters answered. Nothing secret: values are never written here."""

from django.db import models

from regions.domain.viewer import Viewer


class Submission(models.Model):
    """One request, by one person, of one or more objects. Its key names it, also on what it made."""

    class State(models.TextChoices):
        WRITING = "writing"  # at this moment, or interrupted: see `updated_at`
        DONE = "done"  # every object stands
        PARTIAL = "partial"  # some stand, some do not
        REFUSED = "refused"  # none stands
        REMOVED = "removed"  # what it had made was taken away again

    key = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=63)  # of the object that k0rdent acts on, always on management
    namespace = models.CharField(max_length=253, blank=True)
    name = models.CharField(max_length=253)
    region = models.CharField(max_length=253, blank=True)  # the cluster concerned, besides management
    person = models.CharField(max_length=150)  # who asked, as they were called then
    owner = models.BigIntegerField(default=0, db_default=0)  # their account: a name may be another's one day
    digest = models.CharField(max_length=64)  # keyed, of what was confirmed
    state = models.CharField(max_length=16, choices=State.choices, default=State.WRITING)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "namespace", "name"], name="submission_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name} for {self.person}"

    @staticmethod
    def of(viewer: Viewer) -> models.QuerySet["Submission"]:
        """What this person asked for."""
        mine = {"owner": viewer.account} if viewer.account else {"owner": 0, "person": viewer.name}
        return Submission.objects.filter(**mine)

    def is_of(self, viewer: Viewer) -> bool:
        """Whether it was this person who asked."""
        return self.owner == viewer.account and (bool(viewer.account) or self.person == viewer.name)


class Step(models.Model):
    """One object of a Submission: what became of it, in the cluster's own words."""

    class State(models.TextChoices):
        WAITING = "waiting"  # not sent: something before it failed, or its turn has not come
        SENDING = "sending"
        STANDS = "stands"
        SHARED = "shared"  # is there and belongs to nobody, whether it was made now or before
        REFUSED = "refused"  # the cluster said no: it was not made
        UNKNOWN = "unknown"  # sent, and no answer heard: it may stand
        REMOVED = "removed"

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="steps")
    place = models.PositiveSmallIntegerField()  # in the order of writing
    verb = models.CharField(max_length=16, default="create")
    cluster = models.CharField(max_length=253)
    api_version = models.CharField(max_length=253)
    kind = models.CharField(max_length=63)
    namespace = models.CharField(max_length=253, blank=True)
    name = models.CharField(max_length=253)
    why = models.TextField(blank=True)
    account = models.CharField(max_length=253, blank=True)  # as whom it was written; empty: Pane's own account
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    answer = models.TextField(blank=True)  # the cluster's own sentence
    warnings = models.JSONField(default=list)  # what it wanted people to read
    uid = models.CharField(max_length=64, blank=True)  # of the object that stands
    at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["submission", "place"], name="step_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name} on {self.cluster}: {self.state}"
