#!/usr/bin/env python3
"""Measures what wayseal's redirects cost on real servers, against a bare redirect in the same run.

    Benchmarks/Redirects/run.py [BENCH-REDIRECTS]

Needs nginx, caddy and wrk. Prints "what measured / limit" lines; exit status 1 if a limit is missed. The load
stays on loopback; one server worker, no access log on either side. CPU is the server's own time from
/proc/PID/stat, divided by the requests that wrk counted: it does not depend on what else runs here.
"""
import hashlib, http.client, os, re, shutil, signal, socket, subprocess, sys, tempfile, time

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


def wrk_script(directory, paths, host):
    name = os.path.join(directory, "wrk.lua")
    with open(name, "w") as f:
        f.write('local n = 0\nlocal paths = {}\n'
                f'for line in io.lines("{paths}") do paths[#paths + 1] = line end\n'
                f'wrk.headers["Host"] = "{host}"\n'
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


def nginx(bench, shape, count, limit=1.6):
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
        report(f"{shape} {count}: nginx CPU a redirect, bare {b:.1f} µs, ours {o:.1f} µs", o / b, limit, " x")


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


def started(bench, shape, count, directory, workers=1):
    """nginx with the configuration of a shape, on a free port; the tokens' server on another."""
    generation, figures = emit(bench, shape, count, "nginx", directory)
    port, token_port = free_port(), free_port()
    path = generation + "/nginx/nginx.conf"
    text = open(path).read().replace("worker_processes 1;\n", "")
    # Links listen on 8080, and so does the tokens' server.
    text = text.replace("server 127.0.0.1:8080;", f"server 127.0.0.1:{token_port};")
    text = re.sub(r"listen 127.0.0.1:8080;(\s+server_name wayseal-tokens)", rf"listen 127.0.0.1:{token_port};\1", text)
    open(path, "w").write(text.replace("127.0.0.1:8080", f"127.0.0.1:{port}"))
    globals_ = GLOBALS.replace("worker_processes 1", f"worker_processes {workers}")
    return Running(["nginx", "-p", generation, "-c", "nginx/nginx.conf", "-g", globals_], port, generation), port, figures


def place_cost(bench, ranges):
    """What a table of that many ranges costs to make, and a request that looks into it."""
    costs = []
    for shape in ("hours", "places"):
        with tempfile.TemporaryDirectory() as directory:
            running, port, figures = started(bench, shape, ranges, directory)
            os.makedirs(directory + "/lua")
            paths = directory + "/generation/paths.txt"
            with running as pid:
                time.sleep(0.5)
                (worker,) = children(pid)
                script = wrk_script(directory + "/lua", paths, "go.example.org")
                costs.append(sorted(cpu_per_request(worker, port, script) for _ in range(ROUNDS))[ROUNDS // 2])
            if shape == "places":
                report(f"{ranges} ranges of addresses: compiling, CPU s", float(figures["emit_s"]), 1)
    report(f"{ranges} ranges: CPU µs a request more than one by hours ({costs[0]:.1f})", costs[1] - costs[0], 4)


def token_id(log_id):
    return hashlib.sha256(log_id.encode()).hexdigest()[:16]


def flood(port, path, reload_pid=None):
    """How many redirects 64 connections get in two seconds."""
    with tempfile.TemporaryDirectory() as directory:
        script = directory + "/count.lua"
        open(script, "w").write(
            'wrk.headers["Host"] = "go.example.org"\n'
            'local threads = {}\nfunction setup(t) table.insert(threads, t) end\n'
            'function init() redirects = 0 end\n'
            'function response(status) if status == 302 then redirects = redirects + 1 end end\n'
            'function done() local n = 0; for _, t in ipairs(threads) do n = n + t:get("redirects") end; print("redirects " .. n) end\n')
        load = subprocess.Popen(["wrk", "-t2", "-c64", "-d2s", "-s", script, f"http://127.0.0.1:{port}{path}"],
                                stdout=subprocess.PIPE, text=True)
        if reload_pid:
            for _ in range(5):
                time.sleep(0.3)
                os.kill(reload_pid, signal.SIGHUP)
        return int(re.search(r"redirects (\d+)", load.communicate()[0]).group(1))


def limits(bench, runs):
    """Scan limits under 64 connections and two workers: what was given against what there was."""
    exact = once = reloaded = 0
    with tempfile.TemporaryDirectory() as directory:
        running, port, _ = started(bench, "limits", 2, directory, workers=2)
        folders = {name: f"{directory}/state/tokens/go.example.org/{token_id('/' + name)}" for name in ("one", "hundred")}

        def fill(name, count):
            os.makedirs(folders[name], exist_ok=True)
            for number in range(1, count + 1):
                open(f"{folders[name]}/{number:04}", "w").close()

        with running as pid:
            for run in range(runs):
                fill("one", 1)
                once += flood(port, "/one") == 1 and not os.listdir(folders["one"])
                fill("hundred", 100)
                exact += flood(port, "/hundred") == 100 and not os.listdir(folders["hundred"])
                fill("hundred", 100)
                given = flood(port, "/hundred", reload_pid=pid)
                given += flood(port, "/hundred")
                reloaded += given <= 100 and not os.listdir(folders["hundred"])
    report(f"one-time link: runs of {runs} with other than 1 redirect", runs - once, 0)
    report(f"limit 100: runs of {runs} with other than 100 redirects", runs - exact, 0)
    report(f"limit 100 with reloads: runs of {runs} with more redirects than tokens, or tokens left", runs - reloaded, 0)


def draws(bench, count):
    """Shares of random splits against their weights. Of 180 shares the largest deviation is below 4 sigma by chance alone
    in 99 of 100 seeds; the seed is fixed."""
    figures = dict(pair.split("=") for pair in
                   subprocess.run([bench, "draws", str(count)], capture_output=True, text=True, check=True).stdout.split())
    report(f"{count} draws of visitors: worst share, standard deviations", float(figures["worst_sigma"]), 4)
    report(f"{count} draws: visitors that changed their variant", int(figures["moved"]), 0)


def expiry(bench):
    """Between the second in which a link ends and the first answer that says so."""
    late = []
    for _ in range(5):
        end = int(time.time()) + 3
        with tempfile.TemporaryDirectory() as directory:
            running, port, _ = started(bench, f"until:{end}", 1, directory)
            with running:
                connection = http.client.HTTPConnection("127.0.0.1", port)
                early = 0
                while True:
                    connection.request("GET", "/flips", headers={"Host": "go.example.org"})
                    response = connection.getresponse()
                    response.read()
                    now = time.time()
                    if response.status != 302:
                        break
                    if now > end + 2:
                        sys.exit("the link did not end")
                if now < end:
                    sys.exit("the link ended too early")
                late.append((now - end) * 1000)
    report("a link's end: ms after the second, the worst of 5", max(late), 50)


if __name__ == "__main__":
    for program in ("nginx", "caddy", "wrk"):
        if not shutil.which(program) and not os.path.exists("/usr/sbin/" + program):
            sys.exit(f"{program} is not installed")
    os.environ["PATH"] += ":/usr/sbin"
    os.environ.setdefault("GOMAXPROCS", "1")
    bench = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "../../.build/release/bench-redirects")
    bench = os.path.abspath(bench)
    nginx(bench, "policies", 100_000, 2.2)
    place_cost(bench, 200_000)
    draws(bench, 600_000)
    expiry(bench)
    limits(bench, 20)
    for shape in ("random", "gs1"):
        nginx(bench, shape, 1_000_000)
    caddy(bench, "policies", 100_000, 5)
    for shape in ("random", "gs1"):
        caddy(bench, shape, 50_000)
    sys.exit(1 if missed else 0)
