"""One attempt to deliver a message: to an address that was checked, without redirects, within a deadline; or mail."""

import asyncio
import re
import smtplib
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from aiohappyeyeballs import AddrInfoType
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from yarl import URL

from dashboard.notices.addresses import MAIL, channel_and_address
from dashboard.notices.channels import wrong_channel
from regions.domain.redact import without_credentials
from regions.kube.addresses import CheckedResolver, ForbiddenAddress, check, ip_literal

DEADLINE = 10.0
READ = 1024  # bytes of the answer that are looked at
SECRET = 6  # letters of a piece of an address that may be what lets people write there


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What came of an attempt. `final`: trying again would change nothing."""

    delivered: bool
    answer: str
    final: bool = False


def wrong_address(url: str, *, allow_loopback: bool) -> str:
    """Why a message cannot be sent there, in words; empty when it can be tried."""
    if wrong := wrong_channel(url):
        return wrong
    word, url = channel_and_address(url)
    if url.startswith(MAIL):
        return _wrong_mail(url)
    try:
        parts = urlsplit(url)
        # As aiohttp will read it: other letters for digits and dots (169．254．169．254) are an address to it.
        host, port = URL(url).raw_host or "", parts.port
        host.encode("idna")  # an empty or endless part of a name: nobody can look it up
    except ValueError:
        return "This is no address. Write one such as https://hooks.example.org/pane."
    if parts.scheme not in ("https", "http") or not host or port == 0:
        return "This is no address. Write one such as https://hooks.example.org/pane."
    if word and parts.scheme != "https" and not allow_loopback:
        return "Write an address that begins with https://: whoever reads it on the way could write there, too."
    if parts.username or parts.password:
        return "Leave user and password out of the address: messages are signed instead."
    try:
        address = ip_literal(host)
        if address is not None:
            check(str(address), allow_loopback=allow_loopback)
    except ForbiddenAddress as error:
        return str(error)
    except ValueError:
        return "Write the address in the usual way, such as 10.1.2.3 or a name."
    return ""


def _wrong_mail(url: str) -> str:
    if not settings.EMAIL_HOST:
        return "Pane knows no mail server: PANE_MAIL names it."
    for one in recipients(url):
        try:
            validate_email(one)
        except ValidationError:
            return f"“{one[:80]}” is no e-mail address. Write one such as oncall@example.org; several between commas."
    return "" if recipients(url) else "Write an e-mail address; several between commas."


def recipients(url: str) -> list[str]:
    """The addresses of a `mailto:`."""
    return [one for one in (part.strip() for part in url.removeprefix(MAIL).split(",")) if one]


async def send(url: str, content: bytes, headers: dict[str, str], *, allow_loopback: bool) -> SendOutcome:
    """Try once. Never raises for what the network or the other side does."""
    if not url:
        text = "Pane's key is another than when this address was given: give it again"
        return SendOutcome(False, text, final=True)
    if wrong := wrong_address(url, allow_loopback=allow_loopback):
        return SendOutcome(False, wrong, final=True)
    _, url = channel_and_address(url)
    if url.startswith(MAIL):
        return await asyncio.to_thread(_mail, url, content.decode(), headers["Subject"])
    connector = aiohttp.TCPConnector(
        resolver=CheckedResolver(checked=True, allow_loopback=allow_loopback),
        use_dns_cache=False,
        socket_factory=lambda info: _socket(info, allow_loopback),
    )
    timeout = aiohttp.ClientTimeout(total=DEADLINE)
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session,
            session.post(url, data=content, headers=headers, allow_redirects=False) as answer,
        ):
            said = (await answer.content.read(READ)).decode("utf-8", "replace")
            return _outcome(answer.status, _without(url, said))
    except TimeoutError:
        return SendOutcome(False, f"No answer within {DEADLINE:.0f} s")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        if isinstance(error.__cause__, ForbiddenAddress):  # so the resolver's refusal arrives
            return SendOutcome(False, str(error.__cause__), final=True)
        # The text of an aiohttp error may hold the whole address, and with it what somebody hid in its path.
        why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        return SendOutcome(False, f"{urlsplit(url).hostname} could not be reached: {why}")


def _without(url: str, said: str) -> str:
    """What was answered, without what of the address may be secret: many quote it when they refuse."""
    parts = urlsplit(url)
    for piece in sorted(re.split(r"[/?&=]", f"{parts.path}?{parts.query}"), key=len, reverse=True):
        said = said.replace(piece, "…") if len(piece) >= SECRET else said
    return said


def _mail(url: str, text: str, subject: str) -> SendOutcome:
    """By the mail server that the settings name. Everybody gets one message; nobody sees who else did."""
    try:
        EmailMessage(subject, text, bcc=recipients(url)).send()
    except smtplib.SMTPRecipientsRefused:
        return SendOutcome(False, "The mail server takes none of these addresses")
    except smtplib.SMTPAuthenticationError:
        return SendOutcome(False, "The mail server does not take Pane's user and password")
    except (OSError, smtplib.SMTPException) as error:
        # What a server answers may quote what was sent to it.
        return SendOutcome(False, f"The mail server could not be used: {type(error).__name__}")
    return SendOutcome(True, "Taken by the mail server")


def _socket(info: AddrInfoType, allow_loopback: bool) -> socket.socket:
    """The last gate: what is connected to is what was checked, however it was looked up."""
    family, kind, proto, _, address = info
    check(str(address[0]), allow_loopback=allow_loopback)
    return socket.socket(family, kind, proto)


def _outcome(status: int, said: str) -> SendOutcome:
    words = " ".join(without_credentials(said.replace("\x00", " ")).split())[:160]  # a database takes no zero byte
    told = f"{status}{f': {words}' if words else ''}"
    if 200 <= status < 300:
        return SendOutcome(True, told)
    if 300 <= status < 400:
        return SendOutcome(False, f"{status}: it points elsewhere, and Pane does not follow", final=True)
    # 410 is how a receiver says that it wants no more; other refusals may be mended at its end.
    return SendOutcome(False, told, final=status == 410)
