#!/usr/bin/env python3
"""page_chain.py PAGE BUNDLE NODE: opens the verification page from the disk, gives it an anchored bundle, and asks nodes:
the real one, and some that lie or break. Prints "ok" at the end."""
import json
import pathlib
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import sync_playwright

page_file, bundle, real = sys.argv[1:4]
problems = []


def ask(body):
    request = urllib.request.Request(real, json.dumps(body).encode(), {"Content-Type": "application/json"})
    return json.loads(urllib.request.urlopen(request).read())


def other_hash(method, answer):
    if method == "eth_getBlockByNumber" and answer["result"]:
        answer["result"]["hash"] = "0x" + "11" * 32
    return answer


def lagging(method, answer):
    if method == "eth_getBlockByNumber" and answer["result"]:
        answer["result"]["number"] = "0x0"
    return answer


def other_chain(method, answer):
    return {**answer, "result": "0x1"} if method == "eth_chainId" else answer


# How each node answers, and what the page must say then.
NODES = {
    "hash": (other_hash, "no", "does not have this block"), "late": (lagging, "no", "does not have this block"),
    "chain": (other_chain, "no", "does not have this block"),
    "null": (lambda method, answer: {**answer, "result": None}, "unknown", "no usable answer"),
    "refuses": (lambda method, answer: {"jsonrpc": "2.0", "id": 1, "error": {"code": -32601}}, "unknown", "no usable answer"),
    "html": (None, "unknown", "no usable answer"), "broken": (None, "unknown", "no usable answer"),
}


class Handler(BaseHTTPRequestHandler):
    def reply(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "content-type")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_OPTIONS(self):
        self.reply(200, b"")

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = self.path.strip("/")
        if name == "html":
            return self.reply(200, b"<html>welcome</html>", "text/html")
        if name == "broken":
            return self.reply(503, b"")
        self.reply(200, json.dumps(NODES[name][0](body["method"], ask(body))).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_address[1]}/"
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    page = browser.new_page(locale="en-GB")
    requests = []
    page.on("pageerror", lambda error: problems.append(f"page error: {error}"))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(pathlib.Path(page_file).resolve().as_uri())
    page.set_input_files("#file", bundle)
    card = page.locator("#cards li[data-question=before]")
    card.wait_for()
    if card.get_attribute("class") != "unknown":
        problems.append(f"before any node is asked: {card.get_attribute('class')}")
    if [url for url in requests if url.startswith("http")]:
        problems.append("a node was asked before the visitor chose one")
    for name, (state, text) in {real: ("yes", "confirms block"), **{base + key: node[1:] for key, node in NODES.items()}}.items():
        page.fill("#node", name)
        page.click("#rpc button")
        for _ in range(500):
            if card.get_attribute("class") == state and text in card.inner_text():
                break
            time.sleep(0.02)
        else:
            problems.append(f"{name}: {card.get_attribute('class')}, {card.inner_text()!r}")
    browser.close()
for problem in problems:
    print(problem)
print("failed" if problems else "ok")
