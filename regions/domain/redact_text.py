"""Secrets in running text, and names that speak of one."""

import re
from functools import lru_cache
from typing import Any

HIDDEN = "‹redacted›"

_NAME = re.compile(
    r"(password|passwd|passphrase|token|apikey|api[_-]key|privatekey|private[_-]key|accesskey|access[_-]key(id)?"
    r"|secretkey|secret[_-]key|secretaccesskey|clientsecret|client[_-]secret|accountkey|kubeconfigdata)$",
    re.IGNORECASE,
)
_PEM = r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)"
_PAIR = r"(?i)\b((?:password|passwd|token|secret_?key|api_?key)[=:]\s*)(?=\S*\d)[^\s,;&‹]{6,}"
_CREDENTIALS = (
    (re.compile(_PEM, re.DOTALL), HIDDEN),
    (re.compile(r"(\w://)[^\s/@]{1,512}@"), rf"\1{HIDDEN}@"),
    (re.compile(r"\b(Bearer|Basic)\s+(?=\S*\d)[\w.~+/=-]{12,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), HIDDEN),  # a JSON web token
    (re.compile(_PAIR), rf"\1{HIDDEN}"),
)
_HINTS = re.compile(r"PRIVATE KEY|@|Bearer|Basic|eyJ|(?i:passw|token|key)\w*[=:]", re.ASCII)
SHORTEST = 12
"""No credential that we can tell has fewer letters."""
CLEAN: set[str] = set()
"""Texts without credentials that were met: manifests say the same few things again and again. None is long."""
_MOST_CLEAN = 8_192
_OFTEN_SAID = 64  # letters; longer texts are rarely the same
_LONG_ENOUGH = 8
_MIXED = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"\d"))


@lru_cache(maxsize=4096)
def secretive_name(key: str) -> bool:
    """True for a key that by its name holds a secret itself, not the name of a Secret."""
    return bool(_NAME.search(key))


def without_credentials(text: str) -> str:
    """A text without what looks like a credential: private keys, tokens, user and password of an address."""
    if len(text) < SHORTEST or text in CLEAN:
        return text
    if not _HINTS.search(text):
        if len(text) <= _OFTEN_SAID:
            if len(CLEAN) >= _MOST_CLEAN:
                CLEAN.clear()
            CLEAN.add(text)
        return text
    for pattern, instead in _CREDENTIALS:
        text = pattern.sub(instead, text)
    return text


class Secrets:
    """What was hidden in one manifest, so that it is hidden as well where a message quotes it."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self.large = False  # something was met of which less is kept
        self.letters = 0  # of longer texts

    def hide(self, value: Any) -> str:
        """Answer the mark that stands in its place, and remember it if it can be told from ordinary words."""
        for line in value.splitlines() if isinstance(value, str) else ():
            for word in line.split():
                # Ordinary words (a namespace, a size) would make holes in every message.
                word = word.strip("\"',;")
                if len(word) >= _LONG_ENOUGH and all(sign.search(word) for sign in _MIXED) and len(self._values) < 500:
                    self._values.add(word)
        return HIDDEN

    def without(self, value: Any) -> Any:
        """The value with everything that was hidden hidden here too."""
        if not self._values:
            return value
        pattern = re.compile("|".join(re.escape(word) for word in sorted(self._values, key=len, reverse=True)))
        return _replaced(pattern, value)


def _replaced(pattern: re.Pattern[str], value: Any) -> Any:
    if isinstance(value, str):
        return pattern.sub(HIDDEN, value)
    if isinstance(value, dict):
        return {key: _replaced(pattern, inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(pattern, member) for member in value]
    return value
