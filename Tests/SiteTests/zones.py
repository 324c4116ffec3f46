"""What Python's zoneinfo says of zones: the judge of Support's reader.

Arguments: zones. One line a question, answered in the order of the zones:
  i ZONE INSTANT WEEKDAY MINUTE BITS    the local time of an instant, and in which of the windows it is
  l ZONE LOCAL FIRST LAST               the instants of a local time (both the instant of the jump, if it is skipped)
Windows come on stdin, one set a line: DAY-FROM-TO, separated by blanks; 0 is Monday, minutes of the day.
"""
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

START, END = 1767225600, 2082758400  # 2026-01-01 … 2036-01-01
windows = [[tuple(map(int, w.split("-"))) for w in line.split()] for line in sys.stdin if line.strip()]
EPOCH = datetime(1970, 1, 1)


def offset(zone, t):
    return int(datetime.fromtimestamp(t, zone).utcoffset().total_seconds())


def transitions(zone):
    found, t = [], START
    while t < END:
        step = min(t + 86400, END)
        if offset(zone, t) != offset(zone, step):
            low, high = t, step
            while high - low > 1:
                middle = (low + high) // 2
                if offset(zone, middle) == offset(zone, low):
                    low = middle
                else:
                    high = middle
            found.append(high)
        t = step
    return found


for name in sys.argv[1:]:
    zone = ZoneInfo(name)
    found = transitions(zone)
    print("n", name, len(found))
    around = [d * 900 + s for d in range(-100, 101) for s in (-1, 0, 1)]
    instants = [t + d for t in found for d in around]
    instants += range(START, END, 86400 * 7 + 5000)
    for t in instants:
        local = datetime.fromtimestamp(t, zone)
        day, minute = local.weekday(), local.hour * 60 + local.minute
        bits = "".join("1" if any(d == day and f <= minute < e for d, f, e in w) else "0" for w in windows)
        print("i", name, t, day, minute, bits)
    for t in found:
        before = offset(zone, t - 1)
        for minutes in range(-240, 241, 15):
            wall = EPOCH + timedelta(seconds=t + before + minutes * 60)
            answers = []
            for fold in (0, 1):
                aware = wall.replace(tzinfo=zone, fold=fold)
                instant = int(aware.timestamp())
                back = aware.astimezone(timezone.utc).astimezone(zone)
                answers.append(instant if back.replace(tzinfo=None) == wall else t)
            print("l", name, int((wall - EPOCH).total_seconds()), *answers)
