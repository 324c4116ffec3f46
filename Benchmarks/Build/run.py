#!/usr/bin/env python3
"""Measures whole runs of the program: builds of 100,000 codes and of 1,000,000 links, and its start.

    Benchmarks/Build/run.py WAYSEAL

Inputs come from a seed. Prints "what measured / limit" lines; exit status 1 if a limit is missed. Wall time is the
best of the rounds (a disk shared with others only ever adds to it), memory the largest resident size of the process.
"""
import os, random, resource, shutil, subprocess, sys, tempfile, time

missed = False


def report(what, measured, limit, unit):
    global missed
    bad = measured > limit
    missed |= bad
    print(f"{what:<62} {measured:>9.3f} / {limit:g} {unit}{'   MISSED' if bad else ''}", flush=True)


def run(*command, cwd):
    """Wall seconds, CPU seconds and peak MiB of one run."""
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    if status:
        sys.exit(f"{' '.join(command)} ended with status {status}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def links(path, count, gs1=False):
    """A CSV of `count` links with slugs of seven characters, or GS1 Digital Link paths."""
    seed = random.Random(42)
    with open(path, "w") as out:
        out.write("slug,to\n")
        for i in range(count):
            if gs1:
                slug = f"01/09506000134352/10/L2024/21/{i:07d}"
            else:
                slug = "".join(seed.choices(ALPHABET, k=4)) + f"{i:07x}"[-7:]
            out.write(f"{slug},https://shop.example.com/products/{i}?utm_source=print&utm_id=a{i % 97}\n")


def manifest(folder, extra=""):
    with open(f"{folder}/wayseal.yaml", "w") as out:
        out.write("domains: { go.example.com: {} }\ninclude: [links.csv]\n" + extra)


def main():
    program = os.path.abspath(sys.argv[1])
    place = tempfile.mkdtemp(prefix="wayseal-bench-")
    try:
        walls = sorted(run(program, "--version", cwd=place)[0] for _ in range(15))
        report("start of wayseal --version, median", walls[7] * 1000, 30, "ms")

        links(f"{place}/links.csv", 100_000)
        manifest(place, "codes: { formats: [png] }\n")
        zips = []
        for n in range(3):
            zips.append(run(program, "build", "-q", "--archive", "zip", "-o", f"zip{n}", cwd=place)[0])
        report("100,000 codes as PNG to a zip, whole build, wall", min(zips), 3, "s")
        files = []
        for n in range(2):
            files.append(run(program, "build", "-q", "-o", f"files{n}", cwd=place)[0])
        report("100,000 codes to PNG files, whole build, wall", min(files), 10, "s")
        again = [run(program, "build", "-q", "-o", "files0", cwd=place)[0] for _ in range(3)]
        report("the same again, nothing changed, wall", min(again), 1.5, "s")

        for name, gs1 in (("random slugs", False), ("GS1-like paths", True)):
            folder = f"{place}/{'gs1' if gs1 else 'random'}"
            os.mkdir(folder)
            links(f"{folder}/links.csv", 1_000_000, gs1)
            manifest(folder)
            wall, _, memory = run(program, "build", "-q", "--formats", "none", cwd=folder)
            report(f"1,000,000 links from CSV, {name}, redirects only, wall", wall, 12, "s")
            report(f"1,000,000 links from CSV, {name}, peak memory", memory, 1536, "MiB")
    finally:
        shutil.rmtree(place, ignore_errors=True)
    sys.exit(1 if missed else 0)


main()
