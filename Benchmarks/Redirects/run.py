#!/usr/bin/env python3
"""Measures what wayseal's redirects cost on real servers, against a bare redirect in the same run.

    Benchmarks/Redirects/run.py [BENCH-REDIRECTS]

Needs nginx, caddy and wrk. Prints "what measured / limit" lines; exit status 1 if a limit is missed. The load
stays on loopback; one server worker, no access log on either side. CPU is the server's own time from
/proc/PID/stat, divided by the requests that wrk counted: it does not depend on what else runs here.
"""
import os, re, shutil, signal, socket, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 4
ROUNDS = 3
missed = False


def report(what, measured, limit, unit=""):
    global missed
    bad = measured > limit
    missed |= bad
    print(f"{what:<62} {measured:>9.2f} / {limit:g}{unit}{'   MISSED' if bad else ''}", flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_port(port, process):
    for _ in range(1200):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            sys.exit("a server ended at start: see its messages above")
        time.sleep(0.05)
    sys.exit("a server did not start")


def ticks(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def children(pid):
    return [int(p) for p in open(f"/proc/{pid}/task/{pid}/children").read().split()]


def rss(pid):
    text = open(f"/proc/{pid}/status").read()
    return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024


def cpu_per_request(pid, port, script):
    before = ticks(pid)
    out = subprocess.run(
        ["wrk", "-t1", "-c16", f"-d{SECONDS}s", "-s", script, f"http://127.0.0.1:{port}"],
        capture_output=True, text=True, check=True).stdout
    used = (ticks(pid) - before) / os.sysconf("SC_CLK_TCK")
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    if bad:
        sys.exit(f"{bad.group(1)} of {requests} answers were not redirects")
    return used / requests * 1e6


# A browser's: what policies look at is there to be looked at, on both sides.
AGENT = ("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile "
         "Safari/537.36")


def wrk_script(directory, paths, host):
    name = os.path.join(directory, "wrk.lua")
    with open(name, "w") as f:
        f.write('local n = 0\nlocal paths = {}\n'
                f'for line in io.lines("{paths}") do paths[#paths + 1] = line end\n'
                f'wrk.headers["Host"] = "{host}"\n'
                f'wrk.headers["User-Agent"] = "{AGENT}"\nwrk.headers["Accept-Language"] = "fr-FR,fr;q=0.9,en;q=0.8"\n'
                'function request() n = n % #paths + 1; return wrk.format("GET", paths[n]) end\n')
    return name


class Running:
    """A server in the foreground, ended by its own process id."""

    def __init__(self, arguments, port, cwd):
        self.process = subprocess.Popen(arguments, cwd=cwd, stdout=subprocess.DEVNULL, stderr=open(cwd + "/messages.txt", "w"))
        wait_port(port, self.process)

    def __enter__(self):
        return self.process.pid

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


GLOBALS = "daemon off; worker_processes 1;" + (" user root;" if os.geteuid() == 0 else "")


def emit(bench, shape, count, server, directory):
    generation = os.path.join(directory, "generation")
    for path in (generation, directory + "/state/log", directory + "/state/tmp"):
        os.makedirs(path)
    out = subprocess.run([bench, shape, str(count), server, generation], capture_output=True, text=True, check=True).stdout
    return generation, dict(pair.split("=") for pair in out.split())


def patch(path, *changes):
    text = open(path).read()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    open(path, "w").write(text)


def bare_nginx(directory, port):
    os.makedirs(directory + "/tmp")
    open(directory + "/nginx.conf", "w").write(
        f"pid nginx.pid; error_log error.log; events {{ worker_connections 1024; }} http {{ access_log off;"
        + "".join(f" {k}_temp_path tmp/{k};" for k in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        + f" server {{ listen 127.0.0.1:{port}; return 302 https://www.example.com/products/view?item=1&utm_source=qr; }} }}\n")
    return ["nginx", "-p", directory, "-c", "nginx.conf", "-g", GLOBALS]


def nginx(bench, shape, count):
    with tempfile.TemporaryDirectory() as directory:
        generation, figures = emit(bench, shape, count, "nginx", directory)
        report(f"{shape} {count}: route table and nginx output, CPU s", float(figures["table_s"]) + float(figures["emit_s"]), 4)
        port, bare_port = free_port(), free_port()
        patch(generation + "/nginx/nginx.conf", ("127.0.0.1:8080", f"127.0.0.1:{port}"), ("worker_processes 1;\n", ""))
        arguments = ["nginx", "-p", generation, "-c", "nginx/nginx.conf", "-g", GLOBALS]
        start = time.monotonic()
        test = subprocess.run(arguments + ["-t"], capture_output=True, text=True)
        elapsed = time.monotonic() - start
        if test.returncode != 0 or "[warn]" in test.stderr:
            sys.exit(test.stderr)
        report(f"{shape} {count}: nginx -t, s", elapsed, 4)
        script = wrk_script(directory, generation + "/paths.txt", "go.example.org")
        os.makedirs(directory + "/bare")
        with Running(bare_nginx(directory + "/bare", bare_port), bare_port, directory + "/bare") as bare, \
                Running(arguments, port, generation) as ours:
            time.sleep(0.5)
            (bare_worker,), (worker,) = children(bare), children(ours)
            rounds = [(cpu_per_request(bare_worker, bare_port, script), cpu_per_request(worker, port, script)) for _ in range(ROUNDS)]
            report(f"{shape} {count}: nginx worker, MB", rss(worker), 300)
        b, o = sorted(b for b, _ in rounds)[ROUNDS // 2], sorted(o for _, o in rounds)[ROUNDS // 2]
        report(f"{shape} {count}: nginx CPU a redirect, bare {b:.1f} µs, ours {o:.1f} µs", o / b, 1.6, " x")


def caddy(bench, shape, count, limit=3):
    with tempfile.TemporaryDirectory() as directory:
        generation, _ = emit(bench, shape, count, "caddy", directory)
        port, bare_port = free_port(), free_port()
        patch(generation + "/caddy/trial.json", ("127.0.0.1:8080", f"127.0.0.1:{port}"))
        os.makedirs(directory + "/bare")
        open(directory + "/bare/bare.json", "w").write(
            '{"admin": {"disabled": true}, "apps": {"http": {"http_port": %d, "servers": {"bare": {"listen": ["127.0.0.1:%d"],'
            ' "automatic_https": {"disable": true}, "routes": [{"handle": [{"handler": "static_response", "status_code": 302,'
            ' "headers": {"Location": ["https://www.example.com/products/view?item=1"]}}]}]}}}}}' % (bare_port, bare_port))
        script = wrk_script(directory, generation + "/paths.txt", "go.example.org")
        with Running(["caddy", "run", "--config", "caddy/trial.json"], port, generation) as ours, \
                Running(["caddy", "run", "--config", "bare.json"], bare_port, directory + "/bare") as bare:
            print(f"{shape} {count}: Caddy started in {ticks(ours) / os.sysconf('SC_CLK_TCK'):.1f} CPU s, {rss(ours):.0f} MB")
            rounds = [(cpu_per_request(bare, bare_port, script), cpu_per_request(ours, port, script)) for _ in range(ROUNDS)]
        b, o = sorted(b for b, _ in rounds)[ROUNDS // 2], sorted(o for _, o in rounds)[ROUNDS // 2]
        report(f"{shape} {count}: Caddy CPU a redirect, bare {b:.1f} µs, ours {o:.1f} µs", o / b, limit, " x")


if __name__ == "__main__":
    for program in ("nginx", "caddy", "wrk"):
        if not shutil.which(program) and not os.path.exists("/usr/sbin/" + program):
            sys.exit(f"{program} is not installed")
    os.environ["PATH"] += ":/usr/sbin"
    os.environ.setdefault("GOMAXPROCS", "1")
    bench = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "../../.build/release/bench-redirects")
    bench = os.path.abspath(bench)
    for shape in ("random", "gs1"):
        nginx(bench, shape, 1_000_000)
    for shape in ("random", "gs1"):
        caddy(bench, shape, 50_000)
    caddy(bench, "gated", 100_000, limit=5)
    sys.exit(1 if missed else 0)
