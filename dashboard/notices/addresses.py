"""Where the messages of a rule go. The address of a chat, and the key of a pager, let whoever has them write there:
they are kept encrypted, and shown to nobody."""

from urllib.parse import urldefrag, urlsplit

from cryptography.fernet import InvalidToken

from dashboard.models import NoticeRule
from dashboard.people.secrets import box

PURPOSE = "pane.notices.addresses"
MAIL = "mailto:"


def address_of(rule: NoticeRule) -> str:
    """The whole address; empty when Pane's key is another than when it was given."""
    if not rule.sealed:
        return rule.url
    try:
        return box(PURPOSE).decrypt(rule.sealed.encode()).decode()
    except InvalidToken:
        return ""


def keep_address(rule: NoticeRule, address: str) -> None:
    """Set where messages go. The address of our own signed ones is told as it was given; of others the host."""
    word, at = channel_and_address(address)
    secret = bool(word) and not at.startswith(MAIL)
    rule.sealed = box(PURPOSE).encrypt(address.encode()).decode() if secret else ""
    rule.url = f"{word}+{urlsplit(at).scheme}://{urlsplit(at).netloc}" if secret else address


def channel_and_address(url: str) -> tuple[str, str]:
    """The word that names the channel (empty: our own), and where messages are posted."""
    if url.startswith(MAIL):
        return "email", url
    word, plus, address = url.partition("+")
    return (word, address) if plus and word.isalnum() else ("", url)


def key_in(address: str) -> str:
    """What stands behind the `#`: the key of a pager, which is sent in the message and never as part of the address."""
    return urldefrag(address).fragment
