#!/usr/bin/env python3
"""How long after 1,000 lines are appended to a log they stand in the live report.

Usage: live.py WAYSEAL. The day already has 100,000 lines. Ten rounds; the slowest counts. The limit is 2 s.
"""
import datetime, os, re, signal, subprocess, sys, tempfile, time

wayseal = os.path.abspath(sys.argv[1])
limit = 2.0
agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def lines(round, count):
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return "".join(
        f'10.{round}.{i // 250}.{i % 250} - - [{now}] "GET /live HTTP/1.1" 302 145 "-" "{agent}"\n' for i in range(count))


def scans(path):
    try:
        with open(path, encoding="utf-8") as page:
            found = re.search(r'class="value"[^>]*>([\d,]+)<', page.read())
            return int(found.group(1).replace(",", "")) if found else -1
    except FileNotFoundError:
        return -1


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    yesterday = (datetime.date.today() - datetime.timedelta(days=1)).isoformat()
    subprocess.run(
        [wayseal, "scans", "generate", "--lines", "100000", "--days", "1", "--from", yesterday, "--output", "access.log"],
        check=True)
    follower = subprocess.Popen(
        [wayseal, "scans", "follow", "--live", "live.html", "access.log"], stdout=subprocess.DEVNULL)
    try:
        while scans("live.html") < 1000:
            time.sleep(0.1)
        slowest = 0.0
        for round in range(10):
            time.sleep(0.37 * round % 1)
            before = scans("live.html")
            began = time.monotonic()
            with open("access.log", "a", encoding="utf-8") as log:
                log.write(lines(round, 1000))
            while scans("live.html") < before + 1000:
                if time.monotonic() - began > 30:
                    sys.exit("the lines never came")
                time.sleep(0.01)
            slowest = max(slowest, time.monotonic() - began)
    finally:
        follower.send_signal(signal.SIGTERM)
        follower.wait()
print(f"  1,000 appended lines in the live report: {slowest:.2f} s at worst of 10 (limit {limit:.0f} s)")
if slowest > limit:
    sys.exit("  MISSED")
