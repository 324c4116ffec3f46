"use strict";
// The page around verify-core.js: takes a record from wherever the visitor has it, shows four answers side by side.
(() => {
  const $ = (id) => document.getElementById(id);
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  const isServed = location.protocol === "https:" || location.protocol === "http:";
  const largest = 1 << 26;

  // ---- Languages

  const offered = meta("wayseal-languages").split(" ").filter((tag) => waysealLanguages.includes(tag));
  const languages = offered.length ? offered : ["en"];
  let language = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => languages.includes(tag)) ?? languages[0];
  const say = (code, args = {}) => (waysealWords[code]?.[waysealLanguages.indexOf(language)] ?? code)
    .replace(/\{(\w+)\}/g, (_, name) => {
      const value = args[name] ?? "";
      if ((name === "at" || name === "time") && Number.isSafeInteger(value)) return when(value);
      return String(value);
    });
  const when = (seconds) => {
    const date = new Date(seconds * 1000);
    if (Number.isNaN(date.getTime())) return String(seconds);
    return new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }).format(date) + " UTC";
  };
  function translate() {
    document.documentElement.lang = language;
    for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
    document.title = `${say("heading")} · ${meta("wayseal-name")}`;
    for (const button of $("languages").children) button.setAttribute("aria-pressed", String(button.lang === language));
    if (shown) show(shown);
    else if (told) tell(...told);
  }
  const names = { en: "English", de: "Deutsch", fr: "Français", ru: "Русский" };
  for (const tag of languages.length > 1 ? languages : []) {
    const button = make("button", { type: "button", lang: tag }, names[tag]);
    button.addEventListener("click", () => {
      language = tag;
      translate();
    });
    $("languages").append(button);
  }

  // ---- Whom to trust

  let keys = meta("wayseal-key").split(" ").filter(Boolean);
  $("key").value = keys[0] ?? "";
  $("trust").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = $("key").value.trim();
    if (!Wayseal.readKey(typed)) return tell("badKey");
    keys = [typed];
    if (last) check(last.bytes, last.options);
  });

  // ---- The answer

  let shown = null, last = null, told = null;

  function tell(code, args) {
    told = code ? [code, args] : null;
    $("message").textContent = code ? say(code, args) : "";
    $("message").hidden = !code;
    if (code) shown = null;
    if (code) $("verdict").hidden = true;
  }

  // One of the four: a question, its answer in a word and a shape, and the reason.
  function card(number, question, state, text) {
    const shapes = { yes: "M4 10.5l4 4 8-9", no: "M5 5l10 10M15 5L5 15", unknown: "M7 7.5a3 3 0 1 1 4.5 2.6c-1 .6-1.500 1-1.5 2.2M10 15.5v.1", look: "M2 10c4-7 12-7 16 0-4 7-12 7-16 0zM10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4" };
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [key, value] of Object.entries({ viewBox: "0 0 20 20", "aria-hidden": "true" })) icon.setAttribute(key, value);
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", shapes[state]);
    icon.append(path);
    const word = make("span", { class: "word" }, icon, say(state));
    return make("li", { class: state, "data-question": question }, make("h3", {}, `${number}. ${say(question)}`), word, make("p", {}, text));
  }

  function show(verdict) {
    shown = verdict;
    const find = (question) => verdict.answers.find((answer) => answer.question === question);
    const reason = (answer) => say(answer.code, answer.args);
    const failed = ["format", "log", "key", "entry", "values", "witnesses"].map(find).find((answer) => answer?.state === "no");
    const cards = [card(1, "record", failed ? "no" : "yes", failed ? reason(failed) : say("recordYes", { origin: verdict.origin }))];
    if (!failed) {
      const anchor = find("anchor"), status = find("status");
      const chain = verdict.confirmation;
      const parts = [reason(anchor)];
      if (chain) parts.push(say(chain.code, verdict.anchor));
      if (verdict.seen !== undefined) parts.push(say("seen", { at: verdict.seen }));
      const text = parts.join(" ");
      cards.push(card(2, "before", chain?.state ?? anchor.state, text));
      cards.push(card(3, "current", status.state, status.code === "current" ? say("currentYes", status.args) : reason(status)));
    }
    cards.push(card(cards.length + 1, "object", "look", say("objectText")));
    $("cards").replaceChildren(...cards);
    // What it is and its number first; which batch it belongs to is the issuer's affair.
    const order = (field) => ["title", "slug"].indexOf(field) + 1 || 3;
    const fields = verdict.disclosed.filter(([field]) => field !== "batch").sort(([a], [b]) => order(a) - order(b));
    const label = (field) => (field === "slug" || field === "title" ? say(field) : field);
    const rows = failed ? [] : fields.map(([field, value]) => [make("dt", {}, label(field)), make("dd", {}, make("bdi", {}, value))]);
    $("values").replaceChildren(...rows.flat());
    $("record").hidden = !rows.length;
    $("hidden").textContent = verdict.hidden > 0 ? say("more", verdict) : "";
    const lines = verdict.answers.map((answer) => make("li", {}, make("b", {}, `${answer.question}: ${say(answer.state)}`), ` ${answer.code === "current" ? say("currentYes", answer.args) : reason(answer)}`));
    $("evidence").replaceChildren(...lines, make("li", {}, make("code", {}, verdict.key ?? "")));
    $("rpc").hidden = !verdict.anchor;
    tell("");
    $("verdict").hidden = false;
    $("verdict").dataset.valid = String(verdict.isValid);
  }

  async function check(bytes, options = {}) {
    last = { bytes, options };
    tell("busy");
    const start = performance.now();
    let verdict = await Wayseal.verify(bytes, { keys, ...options });
    const local = verdict;
    // On the issuer's own host there is a newer status to be had.
    if (isServed && verdict.entry && location.hostname === verdict.origin) {
      const newest = await newestStatus(Math.floor(verdict.entry.index / Wayseal.listSize));
      if (newest) verdict = await Wayseal.verify(bytes, { keys, ...options, newest });
      // A list that can't be used is no reason to forget the one that came along.
      if (verdict.answers.some((answer) => answer.state === "no" && answer.code.startsWith("status"))) verdict = local;
    }
    show(verdict);
    document.documentElement.dataset.milliseconds = String(performance.now() - start);
    $("verdict").focus();
  }

  async function newestStatus(number) {
    try {
      const read = async (path) => {
        const answer = await fetch(path, { cache: "no-cache" });
        if (!answer.ok) throw new Error(path);
        return answer.text();
      };
      return await Promise.all(["revocation", "suspension"].map(async (purpose) => {
        const path = `/log/status/${purpose}-${number}.json`;
        return { credential: await read(path), note: await read(`${path}.note`) };
      }));
    } catch {
      return null;
    }
  }

  // ---- What the visitor has

  async function open(file) {
    if (file.size > largest) return tell("large");
    const bytes = new Uint8Array(await file.arrayBuffer());
    const start = new TextDecoder().decode(bytes.subarray(0, 20));
    if (start.startsWith("c2sp.org/tlog-proof")) return proofAlone(bytes);
    const bundle = Wayseal.bundleIn(bytes);
    if (bundle) return check(bundle);
    if ("BarcodeDetector" in window && /^image\//.test(file.type)) {
      try {
        const found = await new BarcodeDetector({ formats: ["qr_code"] }).detect(await createImageBitmap(file));
        if (found.length) return scanned(found[0].rawValue);
      } catch { /* A picture that the browser can't read holds nothing for us. */ }
    }
    tell("nothing");
  }

  async function proofAlone(bytes) {
    let proof = null;
    try {
      proof = Wayseal.readProof(Wayseal.textOf(bytes));
    } catch { /* Not text. */ }
    const note = proof && Wayseal.readNote(proof.checkpoint);
    const checkpoint = note && Wayseal.readCheckpoint(note.text);
    const key = keys.map((text) => Wayseal.readKey(text)).find((candidate) => candidate?.name === checkpoint?.origin);
    if (!checkpoint) return tell("notAProof");
    if (!key) return tell("otherIssuer", checkpoint);
    const signature = await Wayseal.signedBy(note, key);
    if (signature !== "signed") return tell(signature);
    if (isServed && location.hostname === checkpoint.origin) {
      const entry = await entryOf(proof.index, checkpoint.size).catch(() => null);
      const text = JSON.stringify;
      if (entry) {
        return check(Wayseal.bytesOf(`{"disclosed":[],"entry":${text(Wayseal.textOf(entry))},"format":"wayseal/bundle@v1",`
          + `"log":${text(key.text)},"proof":${text(Wayseal.textOf(bytes))},"status":[]}`));
      }
    }
    tell("proofOnly", { index: proof.index, origin: checkpoint.origin });
  }

  // The entry that a proof is about, from the log of the page's own host; null where it is not served.
  async function entryOf(index, size) {
    const tile = Math.floor(index / 256), digits = String(tile);
    const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/\d{3}/g);
    const path = `/log/tile/entries/${groups.map((group, i) => (i < groups.length - 1 ? "x" : "") + group).join("/")}`;
    for (const name of [path, `${path}.p/${Math.min(256, size - 256 * tile)}`]) {
      const answer = await fetch(name);
      if (!answer.ok) continue;
      const bytes = new Uint8Array(await answer.arrayBuffer());
      for (let at = 0, place = 256 * tile; at + 2 <= bytes.length; place++) {
        const length = bytes[at] * 256 + bytes[at + 1];
        if (place === index) return bytes.subarray(at + 2, at + 2 + length);
        at += 2 + length;
      }
    }
    return null;
  }

  // A number, or the address in a certificate's code.
  async function scanned(text) {
    let id = text.trim();
    if (/^https?:\/\//i.test(id)) {
      const url = new URL(id);
      if (url.hostname !== (isServed ? location.hostname : Wayseal.readKey(keys[0] ?? "")?.name)) {
        return tell("elsewhere", { host: url.hostname });
      }
      id = decodeURIComponent(url.pathname.split("/").filter(Boolean).at(-1) ?? "");
    }
    if (!isServed) return tell("offline");
    if (!/^[\w.-]{1,100}$/.test(id)) return tell("unreachable");
    try {
      const answer = await fetch(`/certificates/${encodeURIComponent(id)}.wayseal.json`, { cache: "no-cache" });
      if (!answer.ok) return tell("unreachable");
      await check(new Uint8Array(await answer.arrayBuffer()), { expected: { slug: id } });
    } catch {
      tell("unreachable");
    }
  }

  $("file").addEventListener("change", () => {
    if ($("file").files[0]) open($("file").files[0]);
    $("file").value = "";
  });
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      $("drop").classList.add("over");
    });
  }
  document.addEventListener("dragleave", () => $("drop").classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    $("drop").classList.remove("over");
    if (event.dataTransfer.files[0]) open(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", (event) => {
    if (event.clipboardData.files[0]) open(event.clipboardData.files[0]);
  });
  $("lookup").addEventListener("submit", (event) => {
    event.preventDefault();
    if ($("id").value.trim()) scanned($("id").value);
  });
  $("again").addEventListener("click", () => {
    shown = last = null;
    $("verdict").hidden = true;
    tell("");
    $("file").focus();
  });
  $("rpc").addEventListener("submit", async (event) => {
    event.preventDefault();
    const verdict = shown;
    if (!verdict?.anchor) return;
    try {
      const isIt = await Wayseal.confirms(verdict.anchor, $("node").value);
      verdict.confirmation = { state: isIt ? "yes" : "no", code: isIt ? "confirmed" : "denied" };
    } catch {
      verdict.confirmation = { state: "unknown", code: "silent" };
    }
    show(verdict);
  });

  // ---- The camera, where the browser reads codes itself

  let stream = null;
  function stopCamera() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    $("viewer").hidden = true;
  }
  $("scan").hidden = true;
  // Some browsers have the interface and can read nothing by it.
  (async () => {
    const formats = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats() : [];
    $("scan").hidden = !(formats.includes("qr_code") && navigator.mediaDevices);
  })().catch(() => {});
  $("scan").addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      $("video").srcObject = stream;
      $("viewer").hidden = false;
      await $("video").play();
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      while (stream) {
        const found = await detector.detect($("video"));
        if (found.length) {
          stopCamera();
          return scanned(found[0].rawValue);
        }
        await new Promise((resolve) => { setTimeout(resolve, 150); });
      }
    } catch {
      stopCamera();
      tell("noCamera");
    }
  });
  $("stop").addEventListener("click", stopCamera);

  translate();
  $("app").hidden = false;
  if (location.hash.length > 1) {
    try {
      scanned(decodeURIComponent(location.hash.slice(1)));
    } catch { /* A broken address asks for nothing. */ }
  }
})();
