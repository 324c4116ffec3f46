#!/usr/bin/env python3
"""360 bad pictures of codes, 18 kinds in 20 severities, from one seed: degrade.py FOLDER.

Writes FOLDER/KIND_NN.png and FOLDER/list.tsv with name, kind and text. The order of the random numbers is part of the
set: figures of other readers were measured on exactly these pictures.
"""
import os
import random
import sys

import cv2
import numpy as np
import segno

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
rng = np.random.default_rng(42)
random.seed(42)
VERSIONS = [None, None, 7, 10]
rows = []


def matrix(text, level="m", version=None):
    code = segno.make_qr(text, error=level, version=version, boost_error=False)
    return np.array([list(row) for row in code.matrix], dtype=np.uint8)


def render(modules, scale=8, quiet=4):
    side = modules.shape[0]
    grid = np.full((side + 2 * quiet, side + 2 * quiet), 255, np.uint8)
    grid[quiet : quiet + side, quiet : quiet + side] = np.where(modules, 0, 255)
    return np.kron(grid, np.ones((scale, scale), np.uint8))


def url(number):
    return f"https://go.example.com/r/{number:08d}?utm_source=print&utm_id=a1"[:60]


def put(kind, i, image, text):
    name = f"{kind}_{i:02d}.png"
    cv2.imwrite(os.path.join(folder, name), image)
    rows.append(f"{name}\t{kind}\t{text}\n")


def plain(i, scale=8, level="m"):
    text = url(1000 * i + 7)
    return render(matrix(text, level, VERSIONS[i % 4]), scale), text


def is_eye(x, y, side):
    return (x < 7 and y < 7) or (x >= side - 7 and y < 7) or (x < 7 and y >= side - 7)


def styled(modules, scale, kind, size, quiet=4, eyes=True):
    """Modules as separate shapes of `size` of their width, four times supersampled; `eyes`: finder patterns stay solid."""
    side, fine = modules.shape[0], scale * 4
    width = (side + 2 * quiet) * fine
    image = np.full((width, width), 255, np.uint8)
    for y in range(side):
        for x in range(side):
            if not modules[y, x]:
                continue
            cx, cy = int((x + quiet + 0.5) * fine), int((y + quiet + 0.5) * fine)
            half = fine // 2
            if eyes and is_eye(x, y, side):
                cv2.rectangle(image, (cx - half, cy - half), (cx + half - 1, cy + half - 1), 0, -1)
            elif kind == "dot":
                cv2.circle(image, (cx, cy), int(fine * size / 2), 0, -1)
            elif kind == "diamond":
                r = int(fine * size / 2 * 1.2)
                cv2.fillPoly(image, [np.array([[cx, cy - r], [cx + r, cy], [cx, cy + r], [cx - r, cy]])], 0)
            else:
                r = int(fine * size / 2)
                cv2.rectangle(image, (cx - r, cy - r), (cx + r - 1, cy + r - 1), 0, -1)
    return cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)


for i in range(20):
    t = i / 19
    image, text = plain(i, scale=4 + (i % 3) * 2)
    put("clean", i, image, text)
    image, text = plain(i)
    put("blur", i, cv2.GaussianBlur(image, (0, 0), 2 + 6 * t), text)
    image, text = plain(i)
    k = int(5 + 26 * t) | 1
    kernel = np.zeros((k, k), np.float32)
    kernel[k // 2, :] = 1 / k
    kernel = cv2.warpAffine(kernel, cv2.getRotationMatrix2D((k // 2, k // 2), 37 * i, 1), (k, k))
    put("motion", i, cv2.filter2D(image, -1, kernel / kernel.sum()), text)
    image, text = plain(i, scale=6)
    wide = cv2.copyMakeBorder(image, 80, 80, 80, 80, cv2.BORDER_CONSTANT, value=255)
    turn = cv2.getRotationMatrix2D((wide.shape[1] / 2, wide.shape[0] / 2), 18 * i + 7, 1)
    put("rotate", i, cv2.warpAffine(wide, turn, wide.shape[::-1], borderValue=255, flags=cv2.INTER_LINEAR), text)
    image, text = plain(i)
    wide = cv2.copyMakeBorder(image, 60, 60, 60, 60, cv2.BORDER_CONSTANT, value=200)
    h, w = wide.shape
    d = (0.05 + 0.32 * t) * w
    source = np.float32([[0, 0], [w, 0], [w, h], [0, h]])
    target = np.float32([[d, d * 0.3], [w - d * 0.2, 0], [w, h], [0, h - d * 0.6]])
    tilt = cv2.getPerspectiveTransform(source, target)
    put("perspective", i, cv2.warpPerspective(wide, tilt, (w, h), borderValue=200), text)
    image, text = plain(i, scale=6)
    grain = rng.normal(0, 20 + 110 * t, image.shape)
    put("noise", i, np.clip(image + grain, 0, 255).astype(np.uint8), text)
    image, text = plain(i, scale=6)
    pale = 128 + (image.astype(float) - 128) * (0.5 - 0.48 * t) + rng.normal(0, 3, image.shape)
    put("contrast", i, np.clip(pale, 0, 255).astype(np.uint8), text)
    image, text = plain(i, scale=5)
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(30 - 28 * t)])
    put("jpeg", i, cv2.imdecode(packed, 0), text)
    text = url(500 + i)
    image = render(matrix(text, "h"))
    h, w = image.shape
    logo, c = int((w - 64) * (0.15 + 0.30 * t)), w // 2
    cv2.rectangle(image, (c - logo // 2, c - logo // 2), (c + logo // 2, c + logo // 2), 255, -1)
    cv2.circle(image, (c, c), int(logo * 0.42), int(60 + 100 * (i % 2)), -1)
    put("logo", i, image, text)
    image, text = plain(i, scale=6)
    border = 0 if i % 2 else 255
    put("inverted", i, cv2.copyMakeBorder(255 - image, 30, 30, 30, 30, cv2.BORDER_CONSTANT, value=border), text)
    text = url(700 + i)
    put("dots", i, styled(matrix(text, "m", VERSIONS[i % 4]), 8, "dot", 0.95 - 0.60 * t), text)
    text = url(800 + i)
    shape = ["dot", "diamond", "square"][i % 3]
    put("eyes", i, styled(matrix(text, "m", VERSIONS[i % 4]), 8, shape, 0.95 - 0.45 * t, eyes=False), text)
    image, text = plain(i, scale=6)
    h, w = image.shape
    light = np.linspace(1, 0.9 - 0.85 * t, w)[None, :] * np.ones((h, 1))
    put("shadow", i, np.clip(image * light + 10 * t, 0, 255).astype(np.uint8), text)
    image, text = plain(i, scale=6)
    h, w = image.shape
    for _ in range(int(2 + 30 * t)):
        place = (int(rng.integers(0, w)), int(rng.integers(0, h)))
        cv2.circle(image, place, int(rng.integers(4, 12)), int(rng.integers(0, 2) * 255), -1)
    put("damage", i, image, text)
    text = url(900 + i)
    image = render(matrix(text), 6, quiet=[4, 2, 1, 0][i % 4])
    size = (image.shape[0] // 6 + 20, image.shape[1] // 6 + 20)
    ground = rng.integers(0, 256, size).astype(np.uint8) if i >= 8 else np.full(size, int(200 * (1 - t)), np.uint8)
    ground = cv2.resize(ground, None, fx=6, fy=6, interpolation=cv2.INTER_NEAREST)
    oy, ox = (ground.shape[0] - image.shape[0]) // 2, (ground.shape[1] - image.shape[1]) // 2
    ground[oy : oy + image.shape[0], ox : ox + image.shape[1]] = image
    put("quiet", i, ground, text)
    image, text = plain(i)
    f = 0.5 - 0.36 * t
    put("small", i, cv2.resize(image, None, fx=f, fy=f, interpolation=cv2.INTER_AREA), text)
    image, text = plain(i, scale=7)
    h, w = image.shape
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    wave = yy + (2 + 16 * t) * np.sin(xx / w * np.pi * 1.5).astype(np.float32)
    put("curved", i, cv2.remap(image, xx, wave, cv2.INTER_LINEAR, borderValue=255), text)
    text = url(950 + i)
    modules = matrix(text, "q")
    side = modules.shape[0]
    shade = np.clip(np.add.outer(np.arange(side), np.arange(side)) / (2 * side) * (80 + 150 * t), 0, 235)
    grid = np.full((side + 8, side + 8), 255.0)
    grid[4:-4, 4:-4] = np.where(modules, shade, 255)
    put("gradient", i, np.kron(grid, np.ones((7, 7))).astype(np.uint8), text)

with open(os.path.join(folder, "list.tsv"), "w") as out:
    out.writelines(rows)
