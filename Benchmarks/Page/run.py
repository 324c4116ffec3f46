#!/usr/bin/env python3
"""Bundle to verdict on the verification page in headless Chromium: run.py WAYSEAL.

Issues the diplomas of fixtures/registrar, opens the page from the disk, and gives it a certificate thirty times: the
median from the bytes to the drawn answer, and from choosing the file.
"""
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from playwright.sync_api import sync_playwright

program = pathlib.Path(sys.argv[1]).resolve()
top = pathlib.Path(__file__).resolve().parents[2]
with tempfile.TemporaryDirectory() as folder:
    work = pathlib.Path(folder) / "registrar"
    shutil.copytree(top / "fixtures/registrar", work)
    for arguments in (
        ["keys", "new", "--no-passphrase", "-o", "secrets/ledger.key"], ["issue", "sommelier-2026"], ["build"],
    ):
        subprocess.run([program, *arguments], cwd=work, check=True, capture_output=True)
    pdf = work / "certificates/sommelier-2026/SOM-26-0007/SOM-26-0007.pdf"
    inside, outside = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_context(offline=True).new_page()
        page.goto((work / "dist/current/site/go.vinea.example/verify/index.html").as_uri())
        for _ in range(30):
            page.evaluate("delete document.documentElement.dataset.milliseconds")
            start = time.perf_counter()
            page.set_input_files("#file", str(pdf))
            while not page.evaluate("document.documentElement.dataset.milliseconds"):
                time.sleep(0.002)
            outside.append((time.perf_counter() - start) * 1000)
            inside.append(float(page.evaluate("document.documentElement.dataset.milliseconds")))
            assert page.locator("#verdict").get_attribute("data-valid") == "true"
        browser.close()
# The first one still compiles the script: it counts by itself.
print(f"     first {inside[0]:.0f} ms; from choosing the file, test driver included, median {statistics.median(outside):.0f} ms")
median = max(inside[0], statistics.median(inside))
print(f"{'ok  ' if median <= 200 else 'MISS'} verify page, bundle to verdict: {statistics.median(inside):.1f} ms (wanted 200)")
sys.exit(median > 200)
