"""Addresses of proxies that a region may be reached through."""

from urllib.parse import urlsplit

SCHEMES = ("http", "https", "socks5")
PORTS = {"http": 80, "https": 443, "socks5": 1080}


def proxy_of(text: str) -> str:
    """The address of a proxy in one spelling. Raises ValueError, with a clause that quotes nothing of it."""
    try:
        url = urlsplit(text)
        host, port = url.hostname or "", url.port
    except ValueError:
        raise ValueError("it is no address") from None
    if url.scheme not in SCHEMES:
        raise ValueError(f"it must begin with {', '.join(f'{scheme}://' for scheme in SCHEMES)}")
    if "@" in url.netloc:
        raise ValueError("it holds a user or password")
    if not host or port == 0 or url.path not in ("", "/") or url.query or url.fragment or not text.isascii():
        raise ValueError("it must be a scheme, a host and a port, and nothing else")
    shown = f"[{host}]" if ":" in host else host
    return f"{url.scheme}://{shown}:{port or PORTS[url.scheme]}"
