"""A fault of ours costs what it befell, and no more: it is said, and that part is begun again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from django.db import DatabaseError, InterfaceError

from regions import journal

log = logging.getLogger(__name__)

PAUSE = 15.0  # seconds

LOST = (journal.LeaseLost, DatabaseError, InterfaceError)
"""What concerns all of `watch`, not one part of it."""


async def kept_up(
    what: str, work: Callable[[], Awaitable[None]], fell: Callable[[Exception], Awaitable[None]] | None = None
) -> None:
    """Do this work until it ends by itself. When it fails, `fell` is told, and it is begun again after a pause.

    Raises only what concerns everybody: a lost lease or database.
    """
    while True:
        try:
            return await work()
        except LOST as error:
            if not journal.is_full(error):
                raise
            await asyncio.sleep(PAUSE)
        except Exception as error:
            log.exception("%s failed here; beginning it again in %.0f s", what, PAUSE)
            if fell is not None:
                await fell(error)
            await asyncio.sleep(PAUSE)
