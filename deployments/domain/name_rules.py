"""How things may be called, and why: one sentence for each rule that is broken."""

import re

REGION = 21
DEPLOYMENT = 53
CREDENTIAL = 51  # namespace and name together: the label on copies in a region

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_KEY_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_DATA_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_RESERVED = ("kubernetes.io", "k8s.io")


def dns_label(name: str, longest: int = 63) -> str:
    """Why this cannot be the name of a namespace or the like; empty when it can."""
    return _checked(name, longest, dots=False)


def dns_name(name: str, longest: int = 253) -> str:
    """Why this cannot be the name of an object; empty when it can."""
    return _checked(name, longest, dots=True)


def _checked(name: str, longest: int, *, dots: bool) -> str:
    if not name:
        return "Give it a name."
    if len(name) > longest:
        return f"This has {len(name)} characters; at most {longest} are allowed."
    if name != name.strip():
        return "Remove the space before or after it."
    parts = name.split(".") if dots else [name]
    if all(_LABEL.fullmatch(part) and len(part) <= 63 for part in parts):
        return ""
    if any(letter.isupper() for letter in name):
        return "Use lower case letters only."
    if not name.isascii():
        return "Use only the letters a to z, digits and hyphens."
    if not _LABEL.fullmatch(name[0]) or not _LABEL.fullmatch(name[-1]):
        return "It must begin and end with a letter or a digit."
    allowed = "letters, digits, hyphens and dots" if dots else "letters, digits and hyphens"
    return f"Use only lower case {allowed}, each part beginning and ending with a letter or a digit."


def label_key(key: str) -> str:
    """Why this cannot be the key of a label; empty when it can."""
    prefix, slash, name = key.rpartition("/")
    if slash and (why := dns_name(prefix)):
        return f"The part before the slash is no domain: {why[0].lower()}{why[1:]}"
    if not name or len(name) > 63 or not _KEY_NAME.fullmatch(name):
        return "A key has 1 to 63 letters, digits, '-', '_' or '.', and begins and ends with a letter or a digit."
    if prefix in _RESERVED or prefix.endswith(tuple(f".{domain}" for domain in _RESERVED)):
        return f"Labels under {prefix} belong to Kubernetes itself."
    return ""


def label_value(value: str) -> str:
    """Why this cannot be the value of a label; empty when it can."""
    if value and (len(value) > 63 or not _KEY_NAME.fullmatch(value)):
        return "A value has at most 63 letters, digits, '-', '_' or '.', and begins and ends with a letter or a digit."
    return ""


def data_key(key: str) -> str:
    """Why this cannot be a key in a Secret; empty when it can."""
    return "" if _DATA_KEY.fullmatch(key) else "A key has only letters, digits, '-', '_' and '.'."
