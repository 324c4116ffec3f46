#!/usr/bin/env python3
"""An HTTP server on 127.0.0.1 that misbehaves as its path says. Prints READY <url>; ends with its standard input."""
import os, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class H(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self, status, body, kind="application/json", length=None, **more):
        self.send_response(status); self.send_header("content-type", kind)
        for k, v in more.items(): self.send_header(k, v)
        self.send_header("content-length", str(len(body) if length is None else length)); self.end_headers(); self.wfile.write(body)
    def do_GET(self): self.do_POST()
    def do_PUT(self): self.do_POST()
    def do_POST(self):
        n = int(self.headers.get("content-length", 0)); body = self.rfile.read(n); p = self.path.strip("/")
        if p == "echo": self.answer(200, (self.command + " " + self.headers.get("x-test", "-") + " ").encode() + body, "Text/Plain; charset=utf-8")
        elif p == "html": self.answer(200, b"<!doctype html><title>Welcome</title>", "text/html")
        elif p.startswith("status"): self.answer(int(p[6:]), b"<h1>sorry</h1>", "text/html")
        elif p == "stall": time.sleep(30)
        elif p == "drip":
            self.send_response(200); self.send_header("content-length", "1000"); self.end_headers()
            for _ in range(300):
                try: self.wfile.write(b" "); self.wfile.flush(); time.sleep(.1)
                except OSError: return
        elif p == "huge": self.answer(200, b"[" * (9 << 20))
        elif p == "cut": self.answer(200, b"{", length=100); self.close_connection = True; self.connection.shutdown(2)
        elif p == "file": self.answer(302, b"", location="file:///etc/passwd")
        elif p == "loop": self.answer(302, b"", location="/loop")
        elif p == "once": self.answer(302, b"", location="/echo")
        elif p == "noise": self.connection.sendall(b"\0\1\2 not http\r\n\r\n"); self.close_connection = True; self.connection.shutdown(2)
        else: self.answer(404, b"")
    def log_message(self, *a): pass

srv = ThreadingHTTPServer(("127.0.0.1", 0), H); srv.daemon_threads = True
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
print("READY http://127.0.0.1:%d" % srv.server_address[1], flush=True); srv.serve_forever()
