"""An HTTP server on a free port of the loopback interface that checks Standard Webhooks by itself, with Python's own HMAC.

Argument: a folder, into which it writes its port and, a line each, what came. It waits to be stopped."""
import base64, hashlib, hmac, http.server, json, os, signal, sys

# Whoever began this has other processes to talk to, and may have blocked signals.
os.closerange(3, 1024)
signal.pthread_sigmask(signal.SIG_SETMASK, [])
folder, secret = sys.argv[1], sys.argv[2]
key = base64.b64decode(secret.removeprefix("whsec_"))
seen = {}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        message_id, time = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        signed = f"{message_id}.{time}.".encode() + body
        expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        good = expected in self.headers["webhook-signature"].split(" ")
        seen[self.path] = seen.get(self.path, 0) + 1
        with open(os.path.join(folder, "got"), "a") as file:
            event = json.loads(body)
            print(self.path, message_id, time, "good" if good else "bad", self.headers["content-type"], event["type"],
                  event["timestamp"], json.dumps(event["data"]), file=file)
        status = 204
        if self.path == "/flaky" and seen[self.path] < 3: status = 503
        if self.path == "/down": status = 500
        if self.path == "/refuses": status = 400
        self.send_response(302 if self.path == "/away" else status)
        if self.path == "/away": self.send_header("location", "/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *arguments): pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open(os.path.join(folder, "port.part"), "w") as file: file.write(str(server.server_port))
os.rename(os.path.join(folder, "port.part"), os.path.join(folder, "port"))
signal.alarm(900)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
server.serve_forever()
