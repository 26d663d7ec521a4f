"""How far a store, and a cluster, has come on its way into KOF: the first step that fails is where to look."""

from collections.abc import Mapping

from regions.domain.metrics.measures import Figure, Reading, Why
from regions.metrics.reads.values import OnboardingStep, StoreView

_NO_CREDENTIALS = (Why.NO_CREDENTIALS, Why.REFUSED)
_NOT_REACHED = (Why.UNREACHABLE, Why.SLOW, Why.NOT_PERMITTED, Why.NO_ENDPOINT)


def store_ladder(view: StoreView) -> tuple[OnboardingStep, ...]:
    """configured → credentialed → reachable → storage ok → fresh → complete."""
    trouble = view.trouble
    reason = trouble.reason if trouble else None
    said = trouble.sentence if trouble else ""
    credentialed = None if reason in _NOT_REACHED else reason not in _NO_CREDENTIALS
    reachable = None if reason in _NO_CREDENTIALS or reason is Why.STALE else reason not in _NOT_REACHED
    ok = trouble is None
    steps = [
        OnboardingStep("configured", True, view.found),
        OnboardingStep(
            "credentialed", credentialed, said if credentialed is False else view.credentials or "It asks for none"
        ),
        OnboardingStep("reachable", reachable, said if reachable is False else view.url),
        OnboardingStep("storage ok", ok if reachable else None, said or "It answers queries"),
    ]
    if not ok:
        return (
            *steps,
            OnboardingStep("fresh", None, "Not to be told"),
            OnboardingStep("complete", None, "Not to be told"),
        )
    fresh = bool(view.clusters)
    steps.append(
        OnboardingStep("fresh", fresh, "It has fresh samples" if fresh else "No cluster has sent it samples lately")
    )
    lost = view.lost
    some = ", ".join(lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
    words = f"All {len(view.expected)} clusters that should report do" if not lost else f"These do not report: {some}"
    return (*steps, OnboardingStep("complete", not lost, words))


def cluster_ladder(
    role: str, onboarded: bool, view: StoreView | None, figures: Mapping[str, Figure], fresh: bool
) -> tuple[OnboardingStep, ...]:
    """Role label → ConfigMap → a store that answers → collectors → fresh samples."""
    label = "k0rdent.mirantis.com/kof-cluster-role"
    steps = [
        OnboardingStep(
            "role",
            bool(role),
            f"It is a {role} cluster of KOF"
            if role
            else f"Set the label {label} to child (or regional) on its ClusterDeployment",
        ),
        OnboardingStep(
            "config",
            (onboarded or view is not None) if role else None,
            "KOF made its ConfigMap"
            if onboarded
            else "KOF made no ConfigMap for it: it found no regional cluster. Name one in the label "
            "k0rdent.mirantis.com/kof-regional-cluster-name",
        ),
    ]
    if view is None:
        rest = ("store", "collectors", "fresh")
        return (*steps, *(OnboardingStep(name, None, "Not to be told yet") for name in rest))
    said = view.trouble.sentence if view.trouble else f"{view.label} answers"
    steps.append(OnboardingStep("store", view.trouble is None, said))
    collectors = figures.get("collectors_up")
    if isinstance(collectors, Reading):
        steps.append(OnboardingStep("collectors", collectors.value > 0, f"{collectors.value:.0f} collectors answer"))
    else:
        steps.append(OnboardingStep("collectors", None, "Nothing is said of them"))
    told = fresh if view.trouble is None else None
    no = "No fresh samples: look at the collectors in its namespace kof, and at whether they reach the store"
    return (*steps, OnboardingStep("fresh", told, "It has fresh samples" if fresh else no))
