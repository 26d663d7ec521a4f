"""Why there is no number: every sentence that says so, once. What says that a figure is missing takes it from here."""

from datetime import datetime
from enum import Enum

from regions.domain.metrics.measures import Missing, Reading, Why


class Absence(Enum):
    """A reason and its sentence. Names in braces are words that `missing` is given."""

    # No store
    NO_STORE = Why.NO_ENDPOINT, "No store is known that could be asked"
    NO_ALERTMANAGER = Why.NO_ENDPOINT, "No Alertmanager was found"
    NO_CONFIG = Why.NO_ENDPOINT, "KOF has not said yet where it reports: its ConfigMap is not there"
    NO_REGIONAL = Why.NO_ENDPOINT, "Its ConfigMap names a regional cluster that has no ConfigMap of its own"
    # The store is silent, refuses, or answers otherwise than a store: its own failure says which, and in which words
    STORE_FAILED = None, "{said}"
    # The store is well
    TOO_LARGE = Why.TOO_LARGE, "{said}"  # more than it answers at once, in its own words
    QUERY_REFUSED = Why.BROKEN, "{said}"
    NOT_HEARD = Why.NO_DATA, "The store has no fresh series of this cluster"
    NOT_REPORTING = Why.NO_DATA, "It does not report"
    NO_SERIES = Why.NO_DATA, "The store has no such series of it"
    NO_SERIES_THEN = Why.NO_DATA, "The store has no such series in this time"
    NO_SERIES_ANYWHERE = Why.NO_DATA, "No store has such series in this time"
    NO_VALUE = Why.NO_VALUE, "The store has such series, and no usable number in them"
    AMBIGUOUS = (
        Why.AMBIGUOUS,
        "Several clusters of this store are called {name}; this figure is recorded without their namespace, so nobody "
        "can say whose it is",
    )
    # Not yet, or no longer
    NOT_ASKED = Why.NOT_ASKED, "It has not been asked yet"
    STALE_READ = Why.STALE, "Last read at {at}"
    STALE_SAMPLES = Why.STALE, "No new samples since {at}"
    STALE_STORE = Why.STALE, "Last asked at {at}"
    STALE_ALL = Why.STALE, "{said}"  # nobody watches: all of Pane's picture is old
    # It was never meant to be measured
    NOT_ONBOARDED = Why.NOT_INSTALLED, "It has no KOF role: nothing collects its metrics"
    REGION_NOT_ONBOARDED = (
        Why.NOT_INSTALLED,
        "No cluster of this region is part of KOF: none carries the label kof-cluster-role",
    )
    # There can be none
    NO_STORE_INSIDE = Why.NOT_APPLICABLE, "It holds no store"
    NO_GPU = Why.NOT_APPLICABLE, "It reports no GPU: there is none, or no exporter for them"
    NO_CONTROL_PLANE = Why.NOT_APPLICABLE, "Its control plane is run elsewhere, and is not to be seen from here"
    NOT_COLLECTED = Why.NOT_APPLICABLE, "Nothing collects the metrics of this store itself"
    NOT_NEEDED = Why.NOT_APPLICABLE, "It is not needed: every store answers for itself"

    def missing(
        self,
        *,
        why: Why | None = None,
        since: datetime | None = None,
        last: Reading | None = None,
        **words: str | int,
    ) -> Missing:
        """This, of a figure. `why` only for STORE_FAILED, whose reason is the store's."""
        reason, sentence = self.value
        found = reason or why
        assert found is not None, f"{self.name} needs a reason"
        return Missing(found, sentence.format(**words), since, last)
