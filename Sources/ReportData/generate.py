#!/usr/bin/env python3
"""Makes world.txt, territories.txt and languages.txt: the geometry of the report's map and names.

    python3 -m venv venv && venv/bin/pip install pyshp==3.1.6 babel==2.17.0 pycountry==24.6.1
    venv/bin/pip download --no-deps geopandas==0.14.4 && unzip geopandas-*.whl 'geopandas/datasets/*'
    venv/bin/python generate.py geopandas/datasets/naturalearth_lowres/naturalearth_lowres.shp

Geometry: Natural Earth, 1:110m admin-0 countries (public domain, naturalearthdata.com), in the Equal Earth
projection (Šavrič, Patterson and Jenny, "The Equal Earth map projection", 2018), without Antarctica, rounded
once to a grid 1000 wide. Countries too small for that scale get a dot at the place given below.
Names: Unicode CLDR through Babel (Unicode License v3, https://www.unicode.org/license.txt).

world.txt has a line for each country: ISO 3166-1 alpha-2 code, tab, `x y` of its middle, tab, its outline as
an SVG path of `M x y`, relative `l` and `z` (nothing else), empty for a dot. Its first line is `width height`.
territories.txt and languages.txt: code, English, German, Russian name, separated by tabs.
"""
import math, pathlib, sys
import babel, pycountry, shapefile

HERE = pathlib.Path(__file__).parent
SMALL = {  # latitude, longitude
    "AD": (42.5, 1.5), "AG": (17.1, -61.8), "AI": (18.2, -63.1), "AS": (-14.3, -170.7), "AW": (12.5, -70.0),
    "AX": (60.2, 20.0), "BB": (13.2, -59.5), "BH": (26.0, 50.5), "BL": (17.9, -62.8), "BM": (32.3, -64.8),
    "BQ": (12.2, -68.3), "CC": (-12.2, 96.8), "CK": (-21.2, -159.8), "CV": (15.1, -23.6), "CW": (12.2, -69.0),
    "CX": (-10.5, 105.7), "DM": (15.4, -61.4), "FM": (6.9, 158.2), "FO": (62.0, -6.8), "GD": (12.1, -61.7),
    "GF": (4.0, -53.0), "GG": (49.5, -2.6), "GI": (36.1, -5.3), "GP": (16.2, -61.5), "GU": (13.4, 144.8),
    "HK": (22.3, 114.2), "IM": (54.2, -4.5), "JE": (49.2, -2.1), "KI": (1.4, 173.0), "KM": (-11.9, 43.4),
    "KN": (17.3, -62.7), "KY": (19.3, -81.2), "LC": (13.9, -61.0), "LI": (47.2, 9.6), "MC": (43.7, 7.4),
    "MF": (18.1, -63.1), "MH": (7.1, 171.2), "MO": (22.2, 113.5), "MP": (15.2, 145.7), "MQ": (14.6, -61.0),
    "MS": (16.7, -62.2), "MT": (35.9, 14.4), "MU": (-20.3, 57.6), "MV": (3.2, 73.2), "NF": (-29.0, 168.0),
    "NR": (-0.5, 166.9), "NU": (-19.1, -169.9), "PF": (-17.6, -149.4), "PM": (46.9, -56.3), "PN": (-25.1, -130.1),
    "PW": (7.5, 134.6), "RE": (-21.1, 55.5), "SC": (-4.7, 55.5), "SG": (1.35, 103.8), "SH": (-15.9, -5.7),
    "SM": (43.9, 12.5), "ST": (0.2, 6.6), "SX": (18.0, -63.1), "TC": (21.8, -71.8), "TK": (-9.2, -171.8),
    "TO": (-21.2, -175.2), "TV": (-8.5, 179.2), "VA": (41.9, 12.45), "VC": (13.2, -61.2), "VG": (18.4, -64.6),
    "VI": (18.0, -64.8), "WF": (-13.3, -176.2), "WS": (-13.8, -172.1), "YT": (-12.8, 45.2),
}
BY_NAME = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO"}  # drawn apart, without a code of their own
SKIP = {"ATA", "ATF"}
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796


def equal_earth(lon, lat):
    theta = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(lat)))
    t2 = theta * theta
    t6 = t2 ** 3
    slope = A1 + 3 * A2 * t2 + t6 * (7 * A3 + 9 * A4 * t2)
    x = 2 * math.sqrt(3) * math.radians(lon) * math.cos(theta) / (3 * slope)
    return x, theta * (A1 + A2 * t2 + t6 * (A3 + A4 * t2))


SCALE = 1000 / (2 * equal_earth(180, 0)[0])
TOP, BOTTOM = equal_earth(0, 84)[1], equal_earth(0, -57)[1]


def grid(lon, lat):
    x, y = equal_earth(lon, lat)
    return round(500 + x * SCALE), round((TOP - y) * SCALE)


def numbers(values):
    text = ""
    for value in values:
        text += (" " if text and value >= 0 else "") + str(value)
    return text


def ring(points):
    """The path of one ring and its area; empty when the grid swallows it."""
    cells = []
    for lon, lat in points:
        cell = grid(lon, lat)
        if not cells or cells[-1] != cell:
            cells.append(cell)
    if cells and cells[0] == cells[-1]:
        cells.pop()
    # A point on the straight line between its neighbours says nothing.
    cells = [c for i, c in enumerate(cells) if (lambda a, b: (c[0] - a[0]) * (b[1] - a[1]) != (c[1] - a[1]) * (b[0] - a[0]))(cells[i - 1], cells[(i + 1) % len(cells)])]
    if len(cells) < 3:
        return "", 0, (0, 0)
    area = cx = cy = 0
    for (x0, y0), (x1, y1) in zip(cells, cells[1:] + cells[:1]):
        cross = x0 * y1 - x1 * y0
        area += cross / 2
        cx += (x0 + x1) * cross
        cy += (y0 + y1) * cross
    steps = [d for (x0, y0), (x1, y1) in zip(cells, cells[1:]) for d in (x1 - x0, y1 - y0)]
    centre = (round(cx / 6 / area), round(cy / 6 / area)) if area else cells[0]
    return f"M{numbers(cells[0])}l{numbers(steps)}z", abs(area), centre


countries = {}
for item in shapefile.Reader(sys.argv[1]).shapeRecords():
    iso3, name = item.record["iso_a3"], item.record["name"]
    if iso3 in SKIP:
        continue
    code = BY_NAME.get(name) or pycountry.countries.get(alpha_3=iso3).alpha_2
    bounds = list(item.shape.parts) + [len(item.shape.points)]
    rings = [ring(item.shape.points[a:b]) for a, b in zip(bounds, bounds[1:])]
    rings = [r for r in rings if r[0]]
    biggest = max(rings, key=lambda r: r[1])
    path, _, _ = countries.get(code, ("", 0, (0, 0)))
    old = countries.get(code)
    centre = old[2] if old and old[1] > biggest[1] else biggest[2]
    countries[code] = (path + "".join(r[0] for r in rings), max(biggest[1], old[1] if old else 0), centre)

for code, (lat, lon) in SMALL.items():
    if code not in countries:
        countries[code] = ("", 0, grid(lon, lat))

height = round((TOP - BOTTOM) * SCALE)
with open(HERE / "world.txt", "w", encoding="ascii", newline="\n") as out:
    out.write(f"1000 {height}\n")
    for code, (path, _, centre) in sorted(countries.items()):
        out.write(f"{code}\t{numbers(centre)}\t{path}\n")

locales = [babel.Locale(tag).territories for tag in ("en", "de", "ru")]
codes = sorted({c.alpha_2 for c in pycountry.countries} | {"XK"})
with open(HERE / "territories.txt", "w", encoding="utf-8", newline="\n") as out:
    for code in codes:
        out.write("\t".join([code] + [names[code] for names in locales]) + "\n")
tongues = [babel.Locale(tag).languages for tag in ("en", "de", "ru")]
with open(HERE / "languages.txt", "w", encoding="utf-8", newline="\n") as out:
    for code in sorted(c for c in tongues[0] if len(c) == 2 and all(c in names for names in tongues)):
        out.write("\t".join([code] + [names[code] for names in tongues]) + "\n")
missing = [c for c in codes if c not in countries]
print(len(countries), "countries;", "not on the map:", " ".join(missing))
