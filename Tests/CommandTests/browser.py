"""A visitor with a real browser before the gates of fixtures/gates on a real server: the judge of the pages' forms.

Arguments: chromium, HTTPS port. Prints one line for each thing that is as it should be, or fails.
"""
import http.server
import ssl
import subprocess
import sys
import tempfile
import threading

from playwright.sync_api import sync_playwright

chromium, port = sys.argv[1:]
HOST = f"https://go.vinea.example:{port}"


class Target(http.server.BaseHTTPRequestHandler):
    """Where the links lead to."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>arrived</title>")

    def log_message(self, *_):
        pass


folder = tempfile.TemporaryDirectory()
subprocess.run(
    ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
     "/CN=vinea.example", "-keyout", folder.name + "/key", "-out", folder.name + "/certificate"],
    check=True, capture_output=True)
target = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder.name + "/certificate", folder.name + "/key")
target.socket = context.wrap_socket(target.socket, server_side=True)
threading.Thread(target=target.serve_forever, daemon=True).start()
RULES = (
    f"MAP go.vinea.example 127.0.0.1, MAP vinea.example 127.0.0.1:{target.server_port}, MAP * ~NOTFOUND")


def check(what, holds, *why):
    if not holds:
        sys.exit(f"not so: {what}: {why}")
    print("ok:", what)


class Visitor:
    """A page, with everything that went wrong in it and every address that it asked for."""

    def __init__(self, browser, **options):
        self.context = browser.new_context(ignore_https_errors=True, **options)
        self.page = self.context.new_page()
        self.errors, self.asked, self.statuses = [], [], []
        self.page.on("pageerror", lambda e: self.errors.append(str(e)))
        self.page.on("console", lambda m: self.errors.append(m.text) if "Content Security" in m.text else None)
        self.page.on("request", lambda r: self.asked.append(r.url))
        self.page.on("response", lambda r: self.statuses.append((r.status, r.url)))

    def at_home(self):
        """Whether nothing but the host itself was asked."""
        return all(url.startswith(HOST + "/") for url in self.asked) and not self.errors


with sync_playwright() as play:
    browser = play.chromium.launch(
        executable_path=chromium, args=["--no-sandbox", f"--host-resolver-rules={RULES}"])

    v = Visitor(browser, locale="en-GB")
    v.page.goto(HOST + "/trade?x=1")
    check("the page asks for the password", v.page.get_by_label("Passwort").is_visible(), v.page.content())
    check("it is in the site's first language", v.page.evaluate("document.documentElement.lang") == "de")
    check("the field has the focus", v.page.evaluate("document.activeElement.id") == "password")
    v.page.keyboard.type("wrong horse")
    v.page.keyboard.press("Enter")
    v.page.wait_for_url("**/trade/*")
    check("a wrong password is 403", v.statuses[-1][0] == 403, v.statuses)
    check("it says so", "Das war nicht das Passwort" in v.page.title())
    v.page.locator("#again").click()
    v.page.wait_for_url(HOST + "/trade?x=1")
    check("it offers another try, at the link itself", v.page.get_by_label("Passwort").is_visible())
    check("nothing but the host was asked", v.at_home(), v.asked, v.errors)
    v.page.get_by_label("Passwort").fill("correct horse")
    v.page.get_by_role("button").click()
    v.page.wait_for_url("https://vinea.example/trade-prices")
    check("the right password leads to the target", v.page.title() == "arrived")
    check("the script did not fail", not v.errors, v.errors)
    v.page.go_back()
    v.page.get_by_label("Passwort").wait_for()
    check("back at the page, it can be used again", v.page.get_by_role("button").is_enabled())

    v = Visitor(browser)
    v.page.goto(HOST + "/TRADE")
    if v.page.locator("#password").count():
        v.page.locator("#password").fill("ｃｏｒｒｅｃｔ horse")
        v.page.get_by_role("button").click()
        v.page.wait_for_url("https://vinea.example/trade-prices")
        check("capitals, a slash and wide letters are the same", True)

    v = Visitor(browser)
    v.page.goto(HOST + "//evil.example/..%2f../trade")
    if v.page.locator("#password").count():
        v.page.locator("#password").fill("correct horse")
        v.page.get_by_role("button").click()
        v.page.wait_for_timeout(3000)
    check("no path leads the password's key to another host", not any("evil" in u.split("/")[2] for u in v.asked), v.asked)

    v = Visitor(browser, java_script_enabled=False)
    v.page.goto(HOST + "/trade")
    check("without JavaScript it says what it needs", v.page.locator("noscript p").first.is_visible())
    check("and shows no form that does nothing", not v.page.locator("#gate").is_visible())

    v = Visitor(browser)
    v.page.goto(HOST + "/vip")
    v.page.reload()
    check("looking at a ticket uses nothing up", v.page.get_by_role("button").is_visible() and v.at_home(), v.errors)
    v.page.get_by_role("button").click()
    v.page.wait_for_url("https://vinea.example/vip")
    check("the button opens it", v.page.title() == "arrived" and not v.errors, v.errors)
    v.page.goto(HOST + "/vip")
    check("a used ticket is 410", v.statuses[-1][0] == 410 and "Schon aufgebraucht" in v.page.title(), v.statuses)

    for width, scheme in [(360, "light"), (1280, "dark")]:
        v = Visitor(browser, viewport={"width": width, "height": 700}, color_scheme=scheme)
        for path in ["/trade", "/vip", "/cellar", "/trade/" + "0" * 32]:
            v.page.goto(HOST + path)
            check(
                f"{path[:8]} fits {width} pixels",
                v.page.evaluate("document.documentElement.scrollWidth <= innerWidth") and not v.errors, v.errors)
    browser.close()
