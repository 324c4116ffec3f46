#!/usr/bin/env python3
"""Opens the verification page in Chromium, without any network, and gives it what stands in a list.

verify_page.py PAGE LIST [PICTURES]: LIST is JSON: {"cases": [{"file", "valid", "cards": {question: state}, "says"}],
"anchors": [{"file", "value"}], "mutate": [{"file", "count"}], "languages": [...]}. Prints "ok" at the end; with PICTURES
leaves screenshots there.
"""
import json
import pathlib
import sys
import time

from playwright.sync_api import sync_playwright

page_file, list_file = sys.argv[1:3]
pictures = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
todo = json.loads(pathlib.Path(list_file).read_text())
problems = []


def need(condition, text):
    if not condition:
        problems.append(text)


def wait(page, expression, argument=None):
    """Asks until it is so; the page's policy does not let a waiting script in."""
    for _ in range(500):
        if page.evaluate(expression, argument):
            return
        time.sleep(0.02)
    raise AssertionError(f"not within ten seconds: {expression} {argument}")


MUTATE = """async ({bytes, keys, count, seed}) => {
    let state = seed >>> 0;
    const random = (n) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor(state / 2 ** 32 * n);
    };
    const passed = [], whole = Uint8Array.from(bytes);
    for (let round = 0; round < count; round++) {
        let changed = Array.from(whole);
        const place = random(changed.length), other = random(changed.length);
        switch (random(7)) {
        case 0: case 1: changed[place] ^= 1 << random(8); break;
        case 2: changed[place] = random(256); break;
        case 3: changed.length = place; break;
        case 4: changed.splice(place, 1); break;
        case 5: changed.splice(place, 0, random(256)); break;
        default: [changed[place], changed[other]] = [changed[other], changed[place]];
        }
        changed = Uint8Array.from(changed);
        if (changed.length === whole.length && changed.every((byte, i) => byte === whole[i])) continue;
        const verdict = await Wayseal.verify(changed, { keys });
        const reason = verdict.answers.some((answer) => answer.state === "no" && waysealWords[answer.code]);
        if (verdict.isValid || !reason) passed.push(round);
    }
    return passed;
}"""

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    context = browser.new_context(offline=True, viewport={"width": 900, "height": 1000}, locale="en-GB")
    page = context.new_page()
    requests = []
    page.on("pageerror", lambda error: problems.append(f"page error: {error}"))
    page.on("console", lambda message: problems.append(f"console: {message.text}") if message.type == "error" else None)
    page.on("request", lambda request: requests.append(request.url))
    page.goto(pathlib.Path(page_file).resolve().as_uri())
    need(page.locator("#app").is_visible(), "the page did not start")
    times = []
    for case in todo["cases"]:
        name = pathlib.Path(case["file"]).name
        page.evaluate("delete document.documentElement.dataset.milliseconds")
        page.set_input_files("#file", case["file"])
        if "says" in case:
            wait(page, "text => document.getElementById('message').textContent.includes(text)", case["says"])
            continue
        wait(page, "() => document.documentElement.dataset.milliseconds !== undefined")
        times.append(float(page.evaluate("document.documentElement.dataset.milliseconds")))
        valid = page.locator("#verdict").get_attribute("data-valid") == "true"
        need(valid == case["valid"], f"{name}: valid is {valid}")
        cards = {
            card.get_attribute("data-question"): card.get_attribute("class")
            for card in page.locator("#cards li").all()
        }
        for question, state in case["cards"].items():
            need(cards.get(question) == state, f"{name}: {question} is {cards.get(question)}, not {state}")
        need("object" in cards, f"{name}: does not say what is not proven")
        for text in case.get("shows", []):
            need(text in page.inner_text("#verdict"), f"{name}: does not show {text!r}")
        for text in case.get("hides", []):
            need(text not in page.content(), f"{name}: shows {text!r}")
        if pictures and case.get("picture"):
            for scheme in ["light", "dark"]:
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=str(pictures / f"{case['picture']}-{scheme}.png"), full_page=True)
            page.emulate_media(color_scheme="light")
    for language in todo.get("languages", []):
        page.click(f"#languages button[lang={language}]")
        need(page.evaluate("document.documentElement.lang") == language, f"{language}: not set")
        words = page.evaluate("Object.entries(waysealWords).filter(([, words]) => words.length !== waysealLanguages.length || words.some((word) => !word)).map(([code]) => code)")
        need(not words, f"words are missing: {words}")
        if pictures:
            page.set_viewport_size({"width": 390, "height": 844})
            page.screenshot(path=str(pictures / f"phone-{language}.png"), full_page=True)
            page.set_viewport_size({"width": 900, "height": 1000})
    for anchor in todo.get("anchors", []):
        since = page.evaluate(
            "({bytes, value}) => Wayseal.readAnchor(Uint8Array.from(bytes), Uint8Array.from(value)).time",
            {"bytes": list(pathlib.Path(anchor["file"]).read_bytes()), "value": list(bytes.fromhex(anchor["value"][2:]))},
        )
        need(since == anchor["time"], f"{anchor['file']}: {since}")
    # The fallback for browsers without Ed25519 says the same as the browser.
    same = page.evaluate("""async () => {
        const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
        const key = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
        for (let i = 0; i < 20; i++) {
            const message = crypto.getRandomValues(new Uint8Array(i * 13));
            const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, message));
            if (!Wayseal.verifiesByHand(signature, message, key)) return false;
            signature[i * 3] ^= 4;
            if (Wayseal.verifiesByHand(signature, message, key)) return false;
        }
        return true;
    }""")
    need(same, "Ed25519 by hand differs from the browser's")
    for mutate in todo.get("mutate", []):
        whole = list(pathlib.Path(mutate["file"]).read_bytes())
        keys = [page.evaluate("document.querySelector('meta[name=wayseal-key]').content")]
        passed = page.evaluate(MUTATE, {"bytes": whole, "keys": keys, "count": mutate["count"], "seed": 42})
        need(not passed, f"mutations that pass or have no reason: {passed[:10]}")
    foreign = [url for url in requests if not url.startswith(("file:", "data:", "blob:"))]
    need(not foreign, f"requests: {foreign}")
    browser.close()

for problem in problems:
    print(problem)
print(f"times {' '.join(f'{each:.1f}' for each in times)}")
print("ok" if not problems else "failed")
