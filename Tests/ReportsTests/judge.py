"""Reads the reports in a folder with other people's readers; says what is wrong and exits 1.

Files are LANGUAGE-NAME.KIND with NAME harmless, hostile (alike but for the texts) and sample.
"""
import csv, glob, json, os, shutil, subprocess, sys, tempfile, zipfile
import html5lib, openpyxl, pypdf

folder = sys.argv[1]
wrong = []
FREE = {  # attributes that hold texts or numbers
    "aria-label", "d", "x", "y", "width", "height", "cx", "cy", "r", "rx", "viewBox", "content", "class", "href", "id",
    "text-anchor", "font-size", "stroke-width", "stroke-dasharray",
}


def check(truth, what):
    if not truth:
        wrong.append(what)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def structure(html):
    """Elements with the names of their attributes, in order, as the parsing algorithm of the standard sees them."""
    tree = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
    return [(str(e.tag), sorted(str(a) for a in e.attrib)) for e in tree.iter()]


def compare(a, b, what):
    if a == b:
        return
    for x, y in zip(a, b):
        if x != y:
            return check(False, f"{what}: {x} became {y}")
    check(False, f"{what}: {len(a)} elements became {len(b)}")


def chromium(path):
    """The page as Chromium's parser built it."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    check(program, "chromium is not installed")
    if not program:
        return None
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
             "--enable-logging=stderr", "--v=0", "--dump-dom", "file://" + path],
            capture_output=True, timeout=120)
    log = done.stderr.decode("utf-8", "replace")
    for sign in ["Refused to", "violates the following Content Security Policy", "Uncaught"]:
        check(sign not in log, f"{path}: chromium says {sign}")
    return done.stdout


for language in ("en", "de", "ru"):
    base = os.path.join(folder, language)
    clean = structure(read(base + "-harmless.html"))
    compare(clean, structure(read(base + "-hostile.html")), f"{language}: html5lib")
    parser = html5lib.HTMLParser()
    parser.parse(read(base + "-sample.html"))
    check(not parser.errors, f"{language}: the page is not valid: {parser.errors[:3]}")
    for element, attributes in structure(read(base + "-sample.html")):
        check(element not in ("script", "link", "img", "iframe", "object", "embed", "form"), f"{language}: <{element}>")
        check(not [a for a in attributes if a.startswith("on") or a in ("src", "style", "srcset")], f"{language}: {attributes}")
    if language == "en":
        built = [chromium(base + f"-{name}.html") for name in ("harmless", "hostile")]
        if all(built):
            compare(structure(built[0]), structure(built[1]), "chromium")
            check(b"<h1>" in built[0], "chromium built no page")

    rows = {}
    for name in ("harmless", "hostile"):
        with open(base + f"-{name}.csv", newline="", encoding="utf-8") as file:
            rows[name] = list(csv.reader(file, strict=True))
        for row in rows[name]:
            check(len(row) == 6, f"{language}: CSV row {row}")
            for cell in row[1:3]:
                check(not cell.lstrip(" \ufeff\xa0").startswith(tuple("=+-@\t\r\n")), f"{language}: CSV formula {cell!r}")
    compare([r[0::3] for r in rows["harmless"]], [r[0::3] for r in rows["hostile"]], f"{language}: CSV")

    sample = json.loads(read(base + "-sample.json"))
    json.loads(read(base + "-hostile.json"))
    check(sample["waterfall"]["scans"] == sample["totals"]["scans"], "JSON totals")

    sheets = {}
    for name in ("harmless", "hostile", "sample"):
        path = base + f"-{name}.xlsx"
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                if member.startswith("xl/worksheets/sheet"):
                    check(b"<f>" not in archive.read(member) and b"<f " not in archive.read(member), f"{path}: formula")
                check("hyperlink" not in member and "external" not in member, f"{path}: {member}")
        book = openpyxl.load_workbook(path)
        sheets[name] = [(sheet.max_row, sheet.max_column) for sheet in book]
        for sheet in book:
            check(len(sheet.title) <= 31, f"{path}: {sheet.title}")
            for row in sheet.iter_rows():
                for cell in row:
                    check(cell.data_type in "sn", f"{path}: {sheet.title}!{cell.coordinate} is {cell.data_type}")
                    check(cell.hyperlink is None, f"{path}: link in {cell.coordinate}")
    compare(sheets["harmless"], sheets["hostile"], f"{language}: XLSX")
    book = openpyxl.load_workbook(base + "-sample.xlsx")
    days = book.worksheets[1]
    total = sum(row[1].value for row in days.iter_rows(min_row=2))
    check(total == sample["totals"]["scans"], f"{language}: the days of the workbook sum to {total}")
    check(str(book.properties.created) == "2026-04-01 08:00:00", f"{language}: created {book.properties.created}")

    for name in ("sample", "hostile"):
        path = base + f"-{name}.pdf"
        info = subprocess.run(["pdfinfo", path], capture_output=True, text=True, timeout=60)
        check(info.returncode == 0 and not info.stderr, f"{path}: {info.stderr}")
        check("Tagged:          yes" in info.stdout, f"{path}: not tagged")
        check("JavaScript:      no" in info.stdout, f"{path}: JavaScript")
    text = subprocess.run(["pdftotext", base + "-sample.pdf", "-"], capture_output=True, timeout=60).stdout.decode()
    words = {"en": "What the words mean", "de": "Was die Worte bedeuten", "ru": "Что означают слова"}
    check(words[language] in text, f"{language}: {words[language]} can't be found in the PDF")
    check("Санкт-Петербург" in text and "Weingut Vinea" in text, f"{language}: names can't be found in the PDF")
    tags = subprocess.run(["pdfinfo", "-struct", base + "-sample.pdf"], capture_output=True, text=True, timeout=60).stdout
    catalog = pypdf.PdfReader(base + "-sample.pdf", strict=True).trailer["/Root"]
    check(catalog["/Lang"] == language, f"{language}: /Lang is {catalog.get('/Lang')}")
    children = [child.get_object() for child in catalog["/StructTreeRoot"]["/K"][0]["/K"]]
    figures = [child for child in children if child["/S"] == "/Figure"]
    check(len(figures) > 20 and all(len(f.get("/Alt", "")) > 10 for f in figures), f"{language}: figures without a text")
    first = {"en": "Scans per day. ", "de": "Scans je Tag. ", "ru": "Сканирования по дням. "}[language]
    check(figures[0]["/Alt"].startswith(first), f"{language}: {figures[0]['/Alt']}")
    for tag in ("Document", "H1", "H2", "Figure", "Table", "TR", "TH", "TD"):
        check(tag in tags, f"{language}: no {tag} in the structure of the PDF")

print("\n".join(wrong[:40]) or "all is well")
sys.exit(1 if wrong else 0)
