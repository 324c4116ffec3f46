#!/usr/bin/env python3
"""Opens the page of a certificate that holds and of one that was revoked, at their host: served_page.py GOOD REVOKED."""
import sys
import time

from playwright.sync_api import sync_playwright

good, revoked = sys.argv[1:3]
host = good.split("/verify")[0]
problems = []
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    for url, state in ((good, "yes"), (revoked, "no")):
        page = browser.new_context().new_page()
        page.on("pageerror", lambda error: problems.append(f"page error: {error}"))
        page.on("request", lambda request: None if request.url.startswith(host) or request.url.startswith("data:")
                else problems.append(f"asks {request.url}"))
        page.goto(url)
        for _ in range(500):
            if page.evaluate("document.documentElement.dataset.milliseconds"):
                break
            time.sleep(0.02)
        cards = {card.get_attribute("data-question"): card.get_attribute("class") for card in page.locator("#cards li").all()}
        if cards.get("record") != "yes" or cards.get("current") != state:
            problems.append(f"{url}: {cards} {page.inner_text('#message')}")
    # The certificate's own page leads there.
    page = browser.new_context().new_page()
    page.goto(host + "/certificates/SOM-26-0001")
    page.click("a.check")
    if not page.url.endswith("/verify/#SOM-26-0001"):
        problems.append(page.url)
    browser.close()
for problem in problems:
    print(problem)
print("failed" if problems else "ok")
