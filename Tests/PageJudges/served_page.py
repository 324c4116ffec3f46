#!/usr/bin/env python3
"""Opens the page of a certificate that holds and of one that was revoked, at their host:
served_page.py GOOD REVOKED FOLDER PROGRAM. FOLDER has the good one's files; PROGRAM reads what the camera sees."""
import base64
import json
import pathlib
import subprocess
import sys
import time

from playwright.sync_api import sync_playwright

good, revoked, folder, program = sys.argv[1:5]
host = good.split("/verify")[0]
number = good.split("#")[1]
problems = []


def film(path):
    """A film of one picture for the camera: the corner of the certificate with its code, 100 times."""
    pdf = f"{folder}/{number}.pdf"
    crop = ["-x", "1760", "-y", "1060", "-W", "480", "-H", "480"]
    grey = subprocess.run(["pdftoppm", "-gray", "-r", "200", "-singlefile", *crop, pdf], check=True, capture_output=True).stdout
    kind, width, height, _, pixels = split(grey)
    assert kind == b"P5" and (width, height) == (480, 480), (kind, width, height)
    frame = b"FRAME\n" + pixels + b"\x80" * (width * height // 2)
    path.write_bytes(b"YUV4MPEG2 W480 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 100)


def split(grey):
    """Kind, width, height, greatest value and pixels of a PGM; one white space follows each."""
    words, at = [], 0
    while len(words) < 4:
        end = min(grey.index(mark, at) for mark in (b" ", b"\n") if mark in grey[at:at + 32])
        words.append(grey[at:end])
        at = end + 1
    return words[0], int(words[1]), int(words[2]), int(words[3]), grey[at:]


def read_frame(url):
    """What stands in a frame, by our own reader: Debian's Chromium has none."""
    picture = pathlib.Path(folder) / "frame.png"
    picture.write_bytes(base64.b64decode(url.split(",")[1]))
    said = subprocess.run([program, "verify", str(picture), "--host", "localhost", "--json"], capture_output=True, cwd="/").stdout
    for line in said.splitlines():
        if "code" in (answer := json.loads(line)):
            return answer["code"]
    return ""


# The interface that browsers with a reader of their own have.
DETECTOR = """window.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect(video) {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
        canvas.getContext("2d").drawImage(video, 0, 0);
        const text = await window.readFrame(canvas.toDataURL("image/png"));
        return text ? [{ rawValue: text }] : [];
    }
};"""


def answers(page):
    for _ in range(1000):
        if page.evaluate("document.documentElement.dataset.milliseconds"):
            break
        time.sleep(0.02)
    return {card.get_attribute("data-question"): card.get_attribute("class") for card in page.locator("#cards li").all()}


def watch(page):
    page.on("pageerror", lambda error: problems.append(f"page error: {error}"))
    page.on("request", lambda request: None if request.url.startswith(host) or request.url.startswith(("data:", "blob:"))
            else problems.append(f"asks {request.url}"))


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    for url, state in ((good, "yes"), (revoked, "no")):
        page = browser.new_context().new_page()
        watch(page)
        page.goto(url)
        cards = answers(page)
        if cards.get("record") != "yes" or cards.get("current") != state:
            problems.append(f"{url}: {cards} {page.inner_text('#message')}")
    # A proof alone: the host's log says what the entry is.
    page = browser.new_context().new_page()
    watch(page)
    page.goto(host + "/verify/")
    if page.locator("#scan").is_visible():
        problems.append("a camera is offered that nobody reads")
    page.set_input_files("#file", f"{folder}/{number}.tlog-proof")
    cards = answers(page)
    if cards.get("record") != "yes" or cards.get("current") not in ("yes", "unknown"):
        problems.append(f"proof alone: {cards} {page.inner_text('#message')}")
    # The certificate's own page leads there.
    page = browser.new_context().new_page()
    page.goto(host + f"/certificates/{number}")
    page.click("a.check")
    if not page.url.endswith(f"/verify/#{number}"):
        problems.append(page.url)
    browser.close()

    picture = pathlib.Path(folder) / "camera.y4m"
    film(picture)
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[
        "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={picture}"])
    page = browser.new_context().new_page()
    watch(page)
    page.expose_function("readFrame", read_frame)
    page.add_init_script(DETECTOR)
    page.goto(host + "/verify/")
    page.locator("#scan").wait_for()
    page.click("#scan")
    cards = answers(page)
    if cards.get("record") != "yes" or cards.get("current") != "yes" or number not in page.inner_text("#verdict"):
        problems.append(f"camera: {cards} {page.inner_text('#message')}")
    if page.evaluate("document.getElementById('video').srcObject?.active"):
        problems.append("the camera stays on")
    browser.close()
for problem in problems:
    print(problem)
print("failed" if problems else "ok")
