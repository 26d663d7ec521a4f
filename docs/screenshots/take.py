"""Takes the pictures of this folder anew, from the demo of one seed that stands still.

    .venv/bin/python docs/screenshots/take.py

Needs the development requirements and Chromium. The demo runs on a free port with data of its own, and ends with this.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOKEN = "pictures"  # of a demo on loopback that lives for a minute  # noqa: S105
WIDE, PHONE, HD = (1440, 860), (390, 844), (1920, 1080)
SILENT = "eu-west"


class Demo:
    """A demo that is up: `address`, and the link to sign in."""

    def __init__(self, data: str) -> None:
        self.environment = {**os.environ, "PANE_DATA": data, "PANE_DEMO_TOKEN": TOKEN}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", "0", "--pace", "0", "--seed", "7"],
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self.environment,
        )
        assert self.process.stdout
        said = ""
        while "Ctrl-C" not in said:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit(f"The demo did not start:\n{said}")
            said += line
        self.address = re.findall(r"http://[\d.:]+", said)[0]
        self.link = re.findall(r"http://\S+/sign-in/link/\S+", said)[0]

    def get(self, path: str) -> Any:
        request = urllib.request.Request(self.address + path, headers={"Authorization": f"Bearer {TOKEN}"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return json.load(answer)

    def tell(self, *words: str) -> None:
        subprocess.run([sys.executable, "manage.py", "demo-ctl", *words], cwd=ROOT, env=self.environment, check=True)  # noqa: S603

    def regions(self) -> dict[str, str]:
        return {one["name"]: one["link"]["state"] for one in self.get("/api/v1/regions/")["results"]}


def until(true: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + 90
    while not true():
        if time.monotonic() > end:
            raise SystemExit(f"Waited in vain: {what}")
        time.sleep(0.5)


def take(browser: Browser, demo: Demo, state: Any) -> None:
    def picture(
        name: str, path: str, theme: str = "light", frame: tuple[int, int] = WIDE, scale: float = 1, shows: str = "main"
    ) -> None:
        context = browser.new_context(
            base_url=demo.address,
            storage_state=state,
            color_scheme=theme,
            device_scale_factor=scale,  # type: ignore[arg-type]
            viewport={"width": frame[0], "height": frame[1]},
        )
        page = context.new_page()

        def shown() -> bool:
            page.goto(path)
            page.wait_for_timeout(1500)  # what comes late: the wall's first beat, charts
            return bool(page.locator(shows).count())

        until(shown, f"{path} to show {shows}")  # a store that has only just been filled may be too slow for a chart
        page.screenshot(path=HERE / f"{name}.png")
        context.close()
        size = (HERE / f"{name}.png").stat().st_size // 1024
        sys.stdout.write(f"{name}.png {size} KB\n")

    picture("overview", "/")
    picture("overview-dark", "/", "dark")
    picture("deployments", "/deployments/?health=Failed&health=Degraded&health=Progressing")
    failing = demo.get("/api/v1/deployments/?search=VcpuLimitExceeded&page_size=1")["results"]
    failing = failing or demo.get("/api/v1/deployments/?page_size=1")["results"]
    picture("deployment", f"/deployments/{failing[0]['namespace']}/{failing[0]['name']}/", frame=(1440, 1060))
    picture("phone", "/", "dark", PHONE, 2)
    picture("wall", "/wall/", "dark", HD)
    until(lambda: demo.get("/api/v1/metrics/")["stores"], "the stores to answer")
    picture("metrics", "/metrics/", frame=(1440, 1000))
    picture("chart", f"/metrics/chart/?query=cpu_used_ratio&region={SILENT}&span=6h", "dark", shows=".chart__line")
    demo.tell("outage", SILENT)
    until(lambda: demo.regions()[SILENT] == "silent", f"{SILENT} to fall silent")
    picture("region-outage", f"/regions/{SILENT}/")


def main() -> None:
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        demo = Demo(data)
        try:
            until(lambda: set(demo.regions().values()) == {"connected"}, "every region to be heard")
            until(lambda: demo.get("/api/v1/deployments/")["count"] == 60, "all deployments")
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=["--no-sandbox"]
            )
            context = browser.new_context()
            page = context.new_page()
            page.goto(demo.link)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(f"{demo.address}/")
            take(browser, demo, context.storage_state())
            browser.close()
        finally:
            demo.process.terminate()
            demo.process.wait(30)


if __name__ == "__main__":
    main()
