"use strict";
// Checks wayseal's bundles and proofs: pure functions, nothing of the page. The formats are those of ledger/FORMAT.md, and
// what is refused there is refused here. No answer is one green word: every question has its own.
const Wayseal = (() => {
  const encoder = new TextEncoder();
  const bytesOf = (text) => encoder.encode(text);
  // Fatal: bytes that are not UTF-8 are no text; and a byte order mark is a character like others.
  const textOf = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const equal = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
  const join = (...parts) => {
    const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  };
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const unhex = (text) => {
    if (!/^0x([0-9a-f]{2})*$/.test(text)) throw new Refusal("anchor", "anchorForm");
    return Uint8Array.from({ length: text.length / 2 - 1 }, (_, i) => parseInt(text.substr(2 + 2 * i, 2), 16));
  };
  const base64 = (bytes) => {
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  };
  // Only the one spelling: what is decoded encodes to the same text again. null for anything else.
  const unbase64 = (text) => {
    if (typeof text !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) return null;
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return base64(bytes) === text ? bytes : null;
  };

  // A reason to say no to one question.
  class Refusal extends Error {
    constructor(question, code, args = {}) {
      super(code);
      Object.assign(this, { question, code, args });
    }
  }

  // ---- Hashes

  const primes = (() => {
    const found = [];
    for (let n = 2; found.length < 80; n++) if (found.every((p) => n % p)) found.push(n);
    return found;
  })();
  const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
  const K256 = Int32Array.from(primes.slice(0, 64), (p) => fraction(Math.cbrt(p)));
  const H256 = Int32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p)));

  // FIPS 180-4. Own, because thousands of small hashes through promises take ten times as long.
  function sha256(message) {
    const blocks = (message.length + 72) >> 6;
    const padded = new Uint8Array(blocks * 64);
    padded.set(message);
    padded[message.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29));
    view.setUint32(padded.length - 4, message.length << 3);
    const state = H256.slice();
    const w = new Int32Array(64);
    const turn = (x, n) => (x >>> n) | (x << (32 - n));
    for (let at = 0; at < padded.length; at += 64) {
      for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
      for (let i = 16; i < 64; i++) {
        const a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let i = 0; i < 64; i++) {
        const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K256[i] + w[i]) | 0;
        const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
      }
      [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] += word; });
    }
    const out = new DataView(new ArrayBuffer(32));
    state.forEach((word, i) => out.setInt32(4 * i, word));
    return new Uint8Array(out.buffer);
  }

  // FIPS 180-4, for Ed25519 where the browser has none. The constants are the first 64 bits of roots of primes.
  const root = (n, power) => {
    let x = 1n << BigInt(Math.ceil(n.toString(2).length / Number(power)));
    for (;;) {
      const next = ((power - 1n) * x + n / x ** (power - 1n)) / power;
      if (next >= x) return x;
      x = next;
    }
  };
  const low64 = (x) => BigInt.asUintN(64, x);
  let tables512 = null;
  function sha512(message) {
    tables512 ??= {
      k: primes.map((p) => low64(root(BigInt(p) << 192n, 3n))),
      h: primes.slice(0, 8).map((p) => low64(root(BigInt(p) << 128n, 2n))),
    };
    const padded = new Uint8Array(((message.length + 144) >> 7) * 128);
    padded.set(message);
    padded[message.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setBigUint64(padded.length - 8, BigInt(message.length) * 8n);
    const state = tables512.h.slice();
    const turn = (x, n) => (x >> n) | low64(x << (64n - n));
    for (let at = 0; at < padded.length; at += 128) {
      const w = Array.from({ length: 16 }, (_, i) => view.getBigUint64(at + 8 * i));
      for (let i = 16; i < 80; i++) {
        const a = w[i - 15], b = w[i - 2];
        w[i] = low64(w[i - 16] + (turn(a, 1n) ^ turn(a, 8n) ^ (a >> 7n)) + w[i - 7]
          + (turn(b, 19n) ^ turn(b, 61n) ^ (b >> 6n)));
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let i = 0; i < 80; i++) {
        const t1 = h + (turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n)) + ((e & f) ^ (low64(~e) & g)) + tables512.k[i] + w[i];
        const t2 = (turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
        h = g; g = f; f = e; e = low64(d + t1); d = c; c = b; b = a; a = low64(t1 + t2);
      }
      [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] = low64(state[i] + word); });
    }
    const out = new DataView(new ArrayBuffer(64));
    state.forEach((word, i) => out.setBigUint64(8 * i, word));
    return new Uint8Array(out.buffer);
  }

  // Keccak-256 as Ethereum uses it: FIPS 202 with the padding of the submission.
  function keccak256(message) {
    const rate = 136;
    const padded = new Uint8Array((Math.floor(message.length / rate) + 1) * rate);
    padded.set(message);
    padded[message.length] ^= 0x01;
    padded[padded.length - 1] ^= 0x80;
    const view = new DataView(padded.buffer);
    const lo = new Int32Array(25), hi = new Int32Array(25);
    for (let at = 0; at < padded.length; at += rate) {
      for (let i = 0; i < 17; i++) {
        lo[i] ^= view.getInt32(at + 8 * i, true);
        hi[i] ^= view.getInt32(at + 8 * i + 4, true);
      }
      permute(lo, hi);
    }
    const out = new DataView(new ArrayBuffer(32));
    for (let i = 0; i < 4; i++) {
      out.setInt32(8 * i, lo[i], true);
      out.setInt32(8 * i + 4, hi[i], true);
    }
    return new Uint8Array(out.buffer);
  }

  function permute(lo, hi) {
    const cl = new Int32Array(5), ch = new Int32Array(5);
    let shift = 1;
    for (let round = 0; round < 24; round++) {
      for (let x = 0; x < 5; x++) {
        cl[x] = lo[x] ^ lo[x + 5] ^ lo[x + 10] ^ lo[x + 15] ^ lo[x + 20];
        ch[x] = hi[x] ^ hi[x + 5] ^ hi[x + 10] ^ hi[x + 15] ^ hi[x + 20];
      }
      for (let x = 0; x < 5; x++) {
        const l = cl[(x + 1) % 5], h = ch[(x + 1) % 5];
        const dl = cl[(x + 4) % 5] ^ ((l << 1) | (h >>> 31)), dh = ch[(x + 4) % 5] ^ ((h << 1) | (l >>> 31));
        for (let y = x; y < 25; y += 5) {
          lo[y] ^= dl;
          hi[y] ^= dh;
        }
      }
      let x = 1, y = 0, l = lo[1], h = hi[1];
      for (let t = 0; t < 24; t++) {
        [x, y] = [y, (2 * x + 3 * y) % 5];
        let r = (((t + 1) * (t + 2)) / 2) % 64;
        const i = x + 5 * y, pl = lo[i], ph = hi[i];
        if (r > 31) {
          [l, h] = [h, l];
          r -= 32;
        }
        lo[i] = (l << r) | (h >>> (32 - r));
        hi[i] = (h << r) | (l >>> (32 - r));
        l = pl;
        h = ph;
      }
      for (const lane of [lo, hi]) {
        for (let row = 0; row < 25; row += 5) {
          const [a, b, c, d, e] = lane.subarray(row, row + 5);
          lane[row] = a ^ (~b & c);
          lane[row + 1] = b ^ (~c & d);
          lane[row + 2] = c ^ (~d & e);
          lane[row + 3] = d ^ (~e & a);
          lane[row + 4] = e ^ (~a & b);
        }
      }
      for (let j = 0; j < 7; j++) {
        const bit = 2 ** j - 1;
        if (shift & 1) {
          if (bit < 32) lo[0] ^= 1 << bit;
          else hi[0] ^= 1 << (bit - 32);
        }
        shift <<= 1;
        if (shift & 0x100) shift ^= 0x171;
      }
    }
  }

  // ---- Ed25519 (RFC 8032), by the browser or by hand

  const P = 2n ** 255n - 19n, L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const mod = (x, m = P) => ((x % m) + m) % m;
  const power = (base, exponent) => {
    let out = 1n;
    for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = (b * b) % P) if (e & 1n) out = (out * b) % P;
    return out;
  };
  const littleEndian = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let curve = null;
  const ed25519 = () => curve ??= (() => {
    const d = mod(-121665n * power(121666n, P - 2n));
    const y = mod(4n * power(5n, P - 2n));
    return { d, base: decompress(y, 0n, d) };
  })();
  function decompress(y, sign, d) {
    if (y >= P) return null;
    const u = mod(y * y - 1n), v = mod(d * y * y + 1n);
    let x = mod(u * v ** 3n * power(u * v ** 7n, (P - 5n) / 8n));
    if (mod(v * x * x - u) !== 0n) x = mod(x * power(2n, (P - 1n) / 4n));
    if (mod(v * x * x - u) !== 0n || (x === 0n && sign === 1n)) return null;
    if ((x & 1n) !== sign) x = P - x;
    return [x, y, 1n, mod(x * y)];
  }
  const add = (p, q, d) => {
    const a = mod((p[1] - p[0]) * (q[1] - q[0])), b = mod((p[1] + p[0]) * (q[1] + q[0]));
    const c = mod(2n * p[3] * q[3] * d), e = mod(2n * p[2] * q[2]);
    const f = b - a, g = e - c, h = e + c, i = b + a;
    return [mod(f * g), mod(h * i), mod(g * h), mod(f * i)];
  };
  const times = (n, point, d) => {
    let out = [0n, 1n, 1n, 0n];
    for (let p = point; n > 0n; n >>= 1n, p = add(p, p, d)) if (n & 1n) out = add(out, p, d);
    return out;
  };
  function verifiesByHand(signature, message, key) {
    const { d, base } = ed25519();
    const encoded = littleEndian(key), mask = 2n ** 255n - 1n;
    const a = decompress(encoded & mask, encoded >> 255n, d);
    const s = littleEndian(signature.subarray(32));
    if (!a || s >= L) return false;
    const k = littleEndian(sha512(join(signature.subarray(0, 32), key, message))) % L;
    const r = add(times(s, base, d), times(k, [mod(-a[0]), a[1], 1n, mod(-a[3])], d), d);
    const inverse = power(r[2], P - 2n);
    const x = mod(r[0] * inverse), y = mod(r[1] * inverse);
    return littleEndian(signature.subarray(0, 32)) === (y | ((x & 1n) << 255n));
  }
  async function verifiesEd25519(signature, message, key) {
    if (signature.length !== 64 || key.length !== 32) return false;
    try {
      const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
      return await crypto.subtle.verify("Ed25519", imported, signature, message);
    } catch {
      return verifiesByHand(signature, message, key);
    }
  }

  // ---- Text formats

  // RFC 8785 and nothing else. null for bytes that are spelled otherwise.
  function canonicalJSON(bytes) {
    let value;
    try {
      value = JSON.parse(textOf(bytes));
    } catch {
      return null;
    }
    let text;
    try {
      text = spell(value, 0);
    } catch {
      return null;
    }
    return equal(bytesOf(text), bytes) ? value : null;
  }
  function spell(value, depth) {
    if (depth > 32) throw new RangeError();
    if (Array.isArray(value)) return `[${value.map((item) => spell(item, depth + 1)).join(",")}]`;
    if (value !== null && typeof value === "object") {
      const members = Object.keys(value).sort().map((key) => `${spell(key)}:${spell(value[key], depth + 1)}`);
      return `{${members.join(",")}}`;
    }
    if (typeof value === "number" && (!Number.isSafeInteger(value) || Object.is(value, -0))) throw new RangeError();
    if (typeof value === "string" && /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value)) {
      throw new RangeError();
    }
    return JSON.stringify(value);
  }
  const has = (object, ...names) => object !== null && typeof object === "object" && !Array.isArray(object)
    && names.every((name) => Object.hasOwn(object, name));
  const isOnly = (object, names) => has(object) && Object.keys(object).every((name) => names.includes(name));

  // NAME+KEYID+BASE64 of c2sp.org/signed-note, of a witness with type 4; null for anything else.
  function readKey(text, type = 1) {
    const parts = /^([^\s+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text);
    const blob = parts && unbase64(parts[3]);
    if (!blob || blob.length !== 33 || blob[0] !== type) return null;
    const id = hex(sha256(join(bytesOf(`${parts[1]}\n`), blob)).subarray(0, 4));
    return id === parts[2] ? { text, name: parts[1], id, bytes: blob.subarray(1) } : null;
  }

  // A signed note: text, empty line, signatures; null for anything that is not spelled like that.
  function readNote(text) {
    const split = text.lastIndexOf("\n\n");
    if (split < 0 || !text.endsWith("\n") || /[\0-\x09\x0b-\x1f]/.test(text)) return null;
    const signatures = [];
    for (const line of text.slice(split + 2, -1).split("\n")) {
      const parts = /^\u2014 ([^ ]+) ([^ ]+)$/.exec(line);
      const blob = parts && unbase64(parts[2]);
      if (!blob || blob.length <= 4) return null;
      signatures.push({ name: parts[1], id: hex(blob.subarray(0, 4)), bytes: blob.subarray(4) });
    }
    return { text: text.slice(0, split + 1), signatures };
  }
  // "signed", "unsigned" or "forged": one wrong signature of a key spoils the others.
  async function signedBy(note, key) {
    const own = note.signatures.filter((signature) => signature.name === key.name && signature.id === key.id);
    if (!own.length) return "unsigned";
    for (const signature of own) {
      if (!(await verifiesEd25519(signature.bytes, bytesOf(note.text), key.bytes))) return "forged";
    }
    return "signed";
  }
  // When a witness has seen the note, in seconds since 1970; null: it says nothing; "forged" if it does not hold.
  async function seenBy(note, witness) {
    let at = null;
    for (const signature of note.signatures) {
      if (signature.name !== witness.name || signature.id !== witness.id) continue;
      const time = signature.bytes.subarray(0, 8).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
      const message = bytesOf(`cosignature/v1\ntime ${time}\n${note.text}`);
      if (signature.bytes.length !== 72 || !(await verifiesEd25519(signature.bytes.subarray(8), message, witness.bytes))) {
        return "forged";
      }
      at = Math.max(at ?? 0, Number(time));
    }
    return at;
  }

  // What an issuer says about one of its keys; null for anything that is not spelled like that.
  function readStatement(text) {
    const note = readNote(text);
    const parts = note && /^wayseal\/key@v1\n([^\n]+)\n(log|revocation|witness|anchor|revoked) ([^ \n]+)\n(0|-?[1-9]\d{0,15})\n$/.exec(note.text);
    if (!parts || new Set(note.signatures.map(({ name, id }) => `${name} ${id}`)).size !== note.signatures.length) return null;
    return { note, origin: parts[1], act: parts[2], key: parts[3], since: Number(parts[4]) };
  }
  // The keys that trusted ones lead to by such statements, as ledger/FORMAT.md has it. What is carried along must be whole,
  // even where nothing follows from it.
  async function follow(trusted, statements) {
    const ring = { logs: [...trusted], revocations: [], witnesses: [], revoked: new Map(), conflict: null };
    const named = [...trusted, ...statements.map(({ key }) => readKey(key)).filter(Boolean)];
    for (const { note } of statements) {
      for (const { name, id } of note.signatures) {
        let holds = false;
        for (const key of named) if (key.name === name && key.id === id) holds ||= (await signedBy(note, key)) === "signed";
        if (!holds) throw new Refusal("format", "keysForged");
      }
    }
    const successors = new Map();
    const addTo = (list, key) => { if (!list.some(({ text }) => text === key.text)) list.push(key); };
    let pending = [...statements], isGrowing = true;
    while (isGrowing) {
      isGrowing = false;
      const left = [];
      for (const statement of pending) {
        let signer = null;
        for (const key of [...ring.logs, ...ring.revocations]) {
          if (signer || ![statement.origin, `${statement.origin}/revocation`].includes(key.name)) continue;
          if (statement.act !== "revoked" && key.text === statement.key) continue;
          if ((await signedBy(statement.note, key)) === "signed") signer = key;
        }
        if (!signer) {
          left.push(statement);
          continue;
        }
        isGrowing = true;
        if (statement.act === "revoked") {
          ring.revoked.set(statement.key, Math.min(ring.revoked.get(statement.key) ?? Infinity, statement.since));
        }
        if (!ring.logs.includes(signer)) continue;
        const key = readKey(statement.key, statement.act === "witness" ? 4 : 1);
        if (!key) continue;
        if (statement.act === "log" && key.name === statement.origin && (await signedBy(statement.note, key)) === "signed") {
          // Whoever stole a key can name a successor, too: then nobody can tell which one is right.
          if ((successors.get(signer.text) ?? key.text) !== key.text) ring.conflict = signer.text;
          successors.set(signer.text, key.text);
          addTo(ring.logs, key);
        }
        if (statement.act === "revocation" && key.name === `${statement.origin}/revocation`) addTo(ring.revocations, key);
        if (statement.act === "witness" && key.name === `${statement.origin}/witness`) addTo(ring.witnesses, key);
      }
      pending = left;
    }
    return ring;
  }

  function readCheckpoint(text) {
    const parts = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/=]{44})\n$/.exec(text);
    const hash = parts && unbase64(parts[3]);
    const size = parts && Number(parts[2]);
    return hash?.length === 32 && Number.isSafeInteger(size) ? { origin: parts[1], size, root: hash } : null;
  }
  function readProof(text) {
    const parts = /^c2sp\.org\/tlog-proof@v1\n(extra [^\n]*\n)?index (0|[1-9][0-9]{0,15})\n((?:[A-Za-z0-9+/=]{44}\n){0,63})\n([^]*)$/
      .exec(text);
    if (!parts) return null;
    const path = parts[3].split("\n").slice(0, -1).map(unbase64);
    const index = Number(parts[2]);
    if (path.some((hash) => hash?.length !== 32) || !Number.isSafeInteger(index)) return null;
    return { index, path, checkpoint: parts[4], hasExtra: parts[1] !== undefined };
  }
  const kinds = ["code", "link", "document", "certificate", "build", "revoke", "suspend", "restore", "key", "anchor"];
  function readEntry(text) {
    const bytes = bytesOf(text);
    const json = bytes.length <= 65535 ? canonicalJSON(bytes) : null;
    if (!has(json, "kind", "at", "v") || json.v !== 1 || !kinds.includes(json.kind) || !Number.isSafeInteger(json.at)) {
      return null;
    }
    if (!isOnly(json, ["at", "commit", "kind", "of", "open", "previous", "v"])) return null;
    for (const name of ["of", "previous"]) {
      if (has(json, name) && !(Number.isSafeInteger(json[name]) && json[name] >= 0)) return null;
    }
    const commitments = new Map(), open = new Map();
    for (const [name, target, isFit] of [
      ["commit", commitments, (value) => unbase64(value)?.length === 32], ["open", open, (value) => typeof value === "string"],
    ]) {
      if (!has(json, name)) continue;
      if (!has(json[name]) || !Object.keys(json[name]).length) return null;
      for (const [field, value] of Object.entries(json[name])) {
        if (!isFit(value)) return null;
        target.set(field, value);
      }
    }
    return { kind: json.kind, at: json.at, commitments, open };
  }

  const leafHash = (entry) => sha256(join([0], entry));
  const nodeHash = (left, right) => sha256(join([1], left, right));

  // RFC 9162 §2.1.3.2. Sizes go beyond 32 bits, hence no bit operators.
  function includes(leaf, index, size, root, path) {
    if (index >= size) return false;
    let place = index, last = size - 1, hash = leaf;
    for (const sibling of path) {
      if (last === 0) return false;
      if (place % 2 || place === last) {
        hash = nodeHash(sibling, hash);
        while (place % 2 === 0 && place !== 0) {
          place /= 2;
          last = Math.floor(last / 2);
        }
      } else {
        hash = nodeHash(hash, sibling);
      }
      place = Math.floor(place / 2);
      last = Math.floor(last / 2);
    }
    return last === 0 && equal(hash, root);
  }

  // ---- Status lists

  // RFC 1952 and 1951, of a known size. Own, because DecompressionStream can't be bounded and is missing in places.
  function gunzip(packed, size) {
    if (packed.length < 18 || packed[0] !== 0x1f || packed[1] !== 0x8b || packed[2] !== 8 || packed[3] !== 0) return null;
    const out = new Uint8Array(size);
    let at = 10, bit = 0, length = 0;
    const take = (count) => {
      let value = 0;
      for (let i = 0; i < count; i++) {
        if (at >= packed.length) throw new RangeError();
        value |= ((packed[at] >> bit) & 1) << i;
        if (++bit === 8) {
          bit = 0;
          at++;
        }
      }
      return value;
    };
    const put = (byte) => {
      if (length >= size) throw new RangeError();
      out[length++] = byte;
    };
    const table = (lengths) => {
      const counts = new Uint16Array(16), offsets = new Uint16Array(17);
      for (const n of lengths) if (n) counts[n]++;
      for (let i = 1; i < 16; i++) offsets[i + 1] = offsets[i] + counts[i];
      const symbols = new Uint16Array(lengths.length);
      lengths.forEach((n, symbol) => { if (n) symbols[offsets[n]++] = symbol; });
      return { counts, symbols };
    };
    const symbol = ({ counts, symbols }) => {
      let code = 0, first = 0, index = 0;
      for (let n = 1; n < 16; n++) {
        code |= take(1);
        if (code - first < counts[n]) return symbols[index + code - first];
        index += counts[n];
        first = (first + counts[n]) << 1;
        code <<= 1;
      }
      throw new RangeError();
    };
    const steps = (count, every, start) => {
      const values = [];
      for (let i = 0, value = start; i < count; i++) {
        const extra = Math.max(0, Math.floor(i / every) - 1);
        values.push([value, extra]);
        value += 2 ** extra;
      }
      return values;
    };
    const lengths = [...steps(28, 4, 3), [258, 0]], distances = steps(30, 2, 1);
    try {
      for (let isLast = 0; !isLast;) {
        isLast = take(1);
        const kind = take(2);
        if (kind === 0) {
          if (bit) at++;
          bit = 0;
          const count = packed[at] | (packed[at + 1] << 8);
          if ((count ^ 0xffff) !== (packed[at + 2] | (packed[at + 3] << 8)) || at + 4 + count > packed.length) return null;
          for (const byte of packed.subarray(at + 4, at + 4 + count)) put(byte);
          at += 4 + count;
          continue;
        }
        let literals, offsets;
        if (kind === 1) {
          literals = table(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)));
          offsets = table(new Array(30).fill(5));
        } else if (kind === 2) {
          const counts = [take(5) + 257, take(5) + 1], order = new Array(19).fill(0);
          const places = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
          for (let i = 0, n = take(4) + 4; i < n; i++) order[places[i]] = take(3);
          const code = table(order), all = [];
          while (all.length < counts[0] + counts[1]) {
            const next = symbol(code);
            if (next < 16) all.push(next);
            else if (next === 16 && !all.length) return null;
            else {
              const [value, n] = next === 16 ? [all.at(-1), 3 + take(2)] : [0, next === 17 ? 3 + take(3) : 11 + take(7)];
              for (let i = 0; i < n; i++) all.push(value);
            }
          }
          literals = table(all.slice(0, counts[0]));
          offsets = table(all.slice(counts[0], counts[0] + counts[1]));
        } else {
          return null;
        }
        for (let next = symbol(literals); next !== 256; next = symbol(literals)) {
          if (next < 256) {
            put(next);
            continue;
          }
          const [n, nExtra] = lengths[next - 257] ?? [NaN, 0];
          const count = n + take(nExtra);
          const [d, dExtra] = distances[symbol(offsets)] ?? [NaN, 0];
          const distance = d + take(dExtra);
          if (!(distance <= length) || !(count > 0)) return null;
          for (let i = 0; i < count; i++) put(out[length - distance]);
        }
      }
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
    if (bit) at++;
    const tail = new DataView(packed.buffer, packed.byteOffset);
    const isWhole = length === size && at + 8 === packed.length && tail.getUint32(at + 4, true) === size
      && tail.getUint32(at, true) === crc32(out);
    return isWhole ? out : null;
  }
  function crc32(bytes) {
    let crc = ~0;
    for (const byte of bytes) {
      crc ^= byte;
      for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
  }

  const listSize = 131072;

  // What a signed status list says about an entry: { purpose, isSet, at }.
  async function readStatus(list, keys, origin, index) {
    const refuse = (code) => { throw new Refusal("status", code); };
    const note = readNote(list.note);
    if (!note || note.signatures.length !== 1) refuse("statusNote");
    const lines = /^wayseal\/status@v1\n([^\n]+)\n(0|[1-9]\d*) (0|[1-9]\d*)\n([0-9a-f]{64})  (revocation|suspension)-(0|[1-9]\d*)\.json\n$/
      .exec(note.text);
    let signer = null;
    for (const key of lines ? keys : []) {
      if ([lines[1], `${lines[1]}/revocation`].includes(key.name) && (await signedBy(note, key)) === "signed") signer ??= key.text;
    }
    if (!signer) refuse("statusUnsigned");
    if (lines[1] !== origin) refuse("statusOther");
    const [size, at, purpose, number] = [Number(lines[2]), Number(lines[3]), lines[5], Number(lines[6])];
    const credential = bytesOf(list.credential);
    if (hex(sha256(credential)) !== lines[4]) refuse("statusChanged");
    const subject = canonicalJSON(credential)?.credentialSubject;
    if (!has(subject, "statusPurpose", "encodedList") || subject.statusPurpose !== purpose) refuse("statusChanged");
    if (typeof subject.encodedList !== "string" || !/^u[A-Za-z0-9_-]{1,65535}$/.test(subject.encodedList)) refuse("statusChanged");
    const text = subject.encodedList.slice(1).replaceAll("-", "+").replaceAll("_", "/");
    const packed = unbase64(text + "=".repeat((4 - (text.length % 4)) % 4));
    const bits = packed && gunzip(packed, listSize / 8);
    if (!bits) refuse("statusChanged");
    if (!(index < size) || Math.floor(index / listSize) !== number) refuse("statusUncovered");
    const place = index % listSize;
    return { purpose, at, signer, isSet: (bits[place >> 3] & (0x80 >> place % 8)) !== 0 };
  }

  // ---- Anchors: a block's header, and what its roots lead to

  // Canonical RLP only (yellow paper, appendix B).
  function readRLP(bytes) {
    const bad = () => { throw new Refusal("anchor", "anchorProof"); };
    let at = 0;
    const item = (end, depth) => {
      if (at >= end || depth > 16) bad();
      const first = bytes[at++];
      if (first < 0x80) return Uint8Array.of(first);
      const base = first < 0xc0 ? 0x80 : 0xc0;
      let length = first - base;
      if (length > 55) {
        const width = length - 55;
        if (width > 4 || end - at < width || bytes[at] === 0) bad();
        length = 0;
        for (let i = 0; i < width; i++) length = length * 256 + bytes[at++];
        if (length <= 55) bad();
      }
      if (length > end - at) bad();
      const stop = at + length;
      if (base === 0x80) {
        if (length === 1 && bytes[at] < 0x80) bad();
        at = stop;
        return bytes.subarray(stop - length, stop);
      }
      const items = [];
      while (at < stop) items.push(item(stop, depth + 1));
      return items;
    };
    const whole = item(bytes.length, 0);
    return at === bytes.length ? whole : bad();
  }
  function writeRLP(item) {
    const head = (base, count) => {
      if (count <= 55) return [base + count];
      const digits = [];
      for (let n = count; n > 0; n = Math.floor(n / 256)) digits.unshift(n % 256);
      return [base + 55 + digits.length, ...digits];
    };
    if (Array.isArray(item)) {
      const body = join(...item.map(writeRLP));
      return join(head(0xc0, body.length), body);
    }
    return item.length === 1 && item[0] < 0x80 ? item : join(head(0x80, item.length), item);
  }
  const nibblesOf = (bytes) => Array.from(bytes).flatMap((byte) => [byte >> 4, byte & 15]);

  // Merkle-Patricia proofs (appendix D): every node hashes to what its parent says, and all are used.
  function trieValue(root, key, nodes) {
    const bad = () => { throw new Refusal("anchor", "anchorProof"); };
    if (!nodes.length || nodes.length > 65) bad();
    let left = nodes.slice(1), path = nibblesOf(key), node = readRLP(nodes[0]);
    if (!equal(keccak256(nodes[0]), root)) bad();
    const end = (value) => (left.length ? bad() : value);
    for (;;) {
      if (!Array.isArray(node)) bad();
      let next;
      if (node.length === 17) {
        if (!path.length) return Array.isArray(node[16]) ? bad() : end(node[16].length ? node[16] : null);
        next = node[path.shift()];
        if (!Array.isArray(next) && !next.length) return end(null);
      } else {
        if (node.length !== 2 || Array.isArray(node[0]) || !node[0].length || node[0][0] >> 4 > 3) bad();
        const flags = node[0][0];
        if (!(flags & 0x10) && flags & 15) bad();
        const part = [...(flags & 0x10 ? [flags & 15] : []), ...nibblesOf(node[0].subarray(1))];
        const isSame = part.every((nibble, i) => nibble === path[i]);
        if (flags & 0x20) {
          if (Array.isArray(node[1]) || !node[1].length) bad();
          return end(isSame && part.length === path.length ? node[1] : null);
        }
        if (!part.length) bad();
        if (!isSame) return end(null);
        path = path.slice(part.length);
        next = node[1];
      }
      if (Array.isArray(next)) {
        const encoded = writeRLP(next);
        if (encoded.length >= 32) bad();
        if (left.length && equal(left[0], encoded)) left = left.slice(1);
        node = next;
      } else {
        if (next.length !== 32 || !left.length || !equal(keccak256(left[0]), next)) bad();
        node = readRLP(left[0]);
        left = left.slice(1);
      }
    }
  }
  const number = (item) => {
    if (Array.isArray(item) || item.length > 8 || item[0] === 0) throw new Refusal("anchor", "anchorProof");
    return item.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  };
  const word = (value) => {
    const out = new Uint8Array(32);
    out[31] = value;
    return out;
  };
  // keccak256 of the code of wayseal's own contract: the times of an unknown code could be any.
  const knownCode = ["0x30cfa8fbf4bf51bab273399499300d4d4cdfd25050b2b3eef2cc9d6d82f5ced6"];

  // What the proof of an anchor shows about a value: { chain, block, hash, time }.
  function readAnchor(bytes, value) {
    const refuse = (code, args) => { throw new Refusal("anchor", code, args); };
    let json;
    try {
      json = JSON.parse(textOf(bytes));
    } catch {
      refuse("anchorForm");
    }
    const common = ["format", "chainId", "value", "transaction", "blockNumber", "blockHash", "header", "kind"];
    const isCalldata = json?.kind === "calldata";
    const own = isCalldata ? ["rawTransaction", "transactionIndex", "transactionProof"] : ["contract", "accountProof", "storageProof"];
    if (!has(json, ...common, ...own) || json.format !== "wayseal/anchor@1") refuse("anchorForm");
    // One form only: two spaces, members in this order, a line end.
    const ordered = Object.fromEntries([...common, ...own].map((name) => [name, json[name]]));
    if (JSON.stringify(ordered, null, 2) + "\n" !== textOf(bytes)) refuse("anchorForm");
    const digits = (text) => (/^(0|[1-9]\d{0,19})$/.test(text) ? BigInt(text) : refuse("anchorForm"));
    const nodes = (list) => (Array.isArray(list) ? list.map(unhex) : refuse("anchorForm"));
    if (json.value !== "0x" + hex(value)) refuse("anchorOther");
    const header = unhex(json.header), hash = unhex(json.blockHash);
    if (!equal(keccak256(header), hash)) refuse("anchorProof");
    const fields = readRLP(header);
    if (!Array.isArray(fields) || fields.length < 15 || fields[3].length !== 32 || fields[4].length !== 32) refuse("anchorProof");
    const block = number(fields[8]);
    if (block !== digits(json.blockNumber)) refuse("anchorProof");
    let time = number(fields[11]);
    const chain = digits(json.chainId);
    if (isCalldata) {
      const index = digits(json.transactionIndex), raw = unhex(json.rawTransaction), key = [];
      for (let n = index; n > 0n; n >>= 8n) key.unshift(Number(n & 255n));
      const found = trieValue(fields[4], writeRLP(Uint8Array.from(key)), nodes(json.transactionProof));
      if (!found || !equal(found, raw) || raw[0] !== 2) refuse("anchorProof");
      const items = readRLP(raw.subarray(1));
      if (!Array.isArray(items) || items.length !== 12 || number(items[0]) !== chain) refuse("anchorProof");
      if (Array.isArray(items[7]) || !equal(items[7], value)) refuse("anchorOther");
      if (json.transaction !== null && json.transaction !== "0x" + hex(keccak256(raw))) refuse("anchorProof");
    } else {
      if (json.kind !== "timestamper" && json.kind !== "eas") refuse("anchorForm");
      if (!/^0x[0-9a-fA-F]{40}$/.test(json.contract)) refuse("anchorForm");
      const address = unhex(json.contract.toLowerCase());
      const account = trieValue(fields[3], keccak256(address), nodes(json.accountProof));
      const state = account && readRLP(account);
      if (!Array.isArray(state) || state.length !== 4 || state[2].length !== 32 || state[3].length !== 32) refuse("anchorProof");
      if (!knownCode.includes("0x" + hex(state[3]))) refuse("anchorCode");
      const slot = json.kind === "eas" ? keccak256(join(value, word(2))) : keccak256(join(word(0), value));
      const stored = trieValue(state[2], keccak256(slot), nodes(json.storageProof));
      const since = stored && number(readRLP(stored));
      if (!since || since > time) refuse("anchorProof");
      time = since;
    }
    return { chain, block, hash: json.blockHash, time: Number(time) };
  }

  // Asks a node that the visitor has chosen whether the block is on its chain and final.
  async function confirms(anchor, url) {
    const ask = async (method, params) => {
      const answer = await fetch(url, {
        method: "POST", headers: { "Content-Type": "application/json" }, credentials: "omit", referrerPolicy: "no-referrer",
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }), signal: AbortSignal.timeout(15000),
      });
      return (await answer.json()).result;
    };
    if (BigInt(await ask("eth_chainId", [])) !== anchor.chain) return false;
    const final = await ask("eth_getBlockByNumber", ["finalized", false]);
    if (!final || BigInt(final.number) < anchor.block) return false;
    const block = await ask("eth_getBlockByNumber", ["0x" + anchor.block.toString(16), false]);
    return block?.hash === anchor.hash;
  }

  // ---- The verdict

  function readBundle(bytes) {
    const json = canonicalJSON(bytes);
    const names = ["anchor", "disclosed", "entry", "format", "keys", "log", "proof", "status"];
    const isText = (...values) => values.every((value) => typeof value === "string");
    if (!has(json, "disclosed", "entry", "format", "log", "proof", "status") || !isOnly(json, names)) return null;
    if (json.format !== "wayseal/bundle@v1" || !isText(json.entry, json.log, json.proof)) return null;
    if (!Array.isArray(json.disclosed) || !Array.isArray(json.status)) return null;
    if (!json.disclosed.every((value) => isOnly(value, ["field", "salt", "value"]) && isText(value.field, value.salt, value.value)
      && unbase64(value.salt))) return null;
    if (!json.status.every((list) => isOnly(list, ["credential", "note"]) && isText(list.credential, list.note))) return null;
    // Sorted by bytes, each once.
    const isBefore = (a, b) => {
      const [x, y] = [bytesOf(a), bytesOf(b)];
      for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i] < y[i];
      return x.length < y.length;
    };
    const isSorted = (list) => list.every((text, i) => i === 0 || isBefore(list[i - 1], text));
    if (!isSorted(json.disclosed.map((value) => value.field)) || !isSorted(json.status.map((list) => list.credential))) return null;
    const anchor = has(json, "anchor") ? unbase64(json.anchor) : undefined;
    if (has(json, "keys") && !(Array.isArray(json.keys) && json.keys.length && json.keys.length <= 64 && isText(...json.keys))) return null;
    const statements = (json.keys ?? []).map(readStatement);
    return anchor === null || statements.includes(null) ? null : { ...json, anchor, statements };
  }

  // Checks a bundle.
  //   keys: vkeys that are trusted; expected: { field: value } that must be disclosed; newest: status lists known besides.
  // Answers { answers: [{ question, state: "yes" | "no" | "unknown", code, args }], disclosed, anchor, … }.
  async function verify(bytes, { keys = [], expected = {}, newest = [] } = {}) {
    const answers = [];
    const say = (question, state, code, args = {}) => answers.push({ question, state, code, args });
    const verdict = { answers, disclosed: [], hidden: 0, anchor: null, isValid: false };
    const step = async (question, body) => {
      try {
        await body();
        return true;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        say(error.question, "no", error.code, error.args);
        return false;
      }
    };
    let trusted = keys.map((key) => readKey(key)).filter(Boolean), ring = null;
    let bundle, proof, entry, checkpoint, note;
    const isRecord = await step("format", async () => {
      bundle = bytes.length <= 1 << 24 ? readBundle(bytes) : null;
      if (!bundle) throw new Refusal("format", "notABundle");
      proof = readProof(bundle.proof);
      if (!proof || proof.hasExtra) throw new Refusal("format", "notAProof");
      entry = readEntry(bundle.entry);
      if (!entry) throw new Refusal("format", "notAnEntry");
      say("format", "yes", "format", { kind: entry.kind, index: proof.index });
      note = readNote(proof.checkpoint);
      checkpoint = note && readCheckpoint(note.text);
      if (!checkpoint) throw new Refusal("log", "notACheckpoint");
      verdict.origin = checkpoint.origin;
      verdict.key = bundle.log;
      ring = await follow(trusted, bundle.statements);
      trusted = ring.logs;
      const own = trusted.filter((candidate) => candidate.name === checkpoint.origin);
      if (!own.length) throw new Refusal("log", "otherIssuer", { origin: checkpoint.origin });
      let key = null, signature = "unsigned";
      for (const candidate of own) {
        const said = await signedBy(note, candidate);
        if (said === "forged") throw new Refusal("log", said);
        if (said === "signed") [key, signature] = [candidate, said];
      }
      if (signature !== "signed") throw new Refusal("log", signature);
      verdict.revoked = ring.revoked.get(key.text) ?? null;
      if (!trusted.some((candidate) => candidate.text === bundle.log)) throw new Refusal("log", "otherKey");
      say("log", "yes", "log", { origin: checkpoint.origin, size: checkpoint.size });
      if (!includes(leafHash(bytesOf(bundle.entry)), proof.index, checkpoint.size, checkpoint.root, proof.path)) {
        throw new Refusal("entry", "notIncluded");
      }
      say("entry", "yes", "entry", { index: proof.index, origin: checkpoint.origin, at: entry.at });
    });
    if (!isRecord) return verdict;
    verdict.entry = { kind: entry.kind, at: entry.at, index: proof.index };

    const isWitnessed = await step("witnesses", async () => {
      for (const witness of ring.witnesses) {
        const at = await seenBy(note, witness);
        if (at === "forged") throw new Refusal("witnesses", "witnessForged");
        if (at !== null) verdict.seen = Math.max(verdict.seen ?? 0, at);
      }
      // A bundle that names the issuer's witness has its cosignature: it can't be dropped unseen.
      if (ring.witnesses.length && verdict.seen === undefined) throw new Refusal("witnesses", "witnessMissing");
      if (verdict.seen === undefined) return say("witnesses", "unknown", "noWitness");
      say("witnesses", "yes", "ownWitness", { at: verdict.seen });
    });

    const haveValues = await step("values", async () => {
      const shown = new Map();
      for (const { field, salt, value } of bundle.disclosed) {
        const bytes = unbase64(salt);
        const commitment = bytes.length === 16 && !field.includes("\n")
          && base64(sha256(join(bytesOf(`wayseal/commitment@v1\n${field}\n`), bytes, bytesOf(value))));
        if (!commitment || entry.commitments.get(field) !== commitment) throw new Refusal("values", "otherValue", { field });
        shown.set(field, value);
      }
      for (const [field, value] of Object.entries(expected)) {
        const found = shown.get(field) ?? entry.open.get(field);
        if (found === undefined) throw new Refusal("values", "notDisclosed", { field });
        if (found !== value) throw new Refusal("values", "unexpected", { field, found, value });
      }
      verdict.disclosed = [...shown, ...entry.open];
      verdict.hidden = entry.commitments.size - shown.size;
      say("values", shown.size ? "yes" : "unknown", shown.size ? "values" : "noValues", { shown: shown.size, all: entry.commitments.size });
    });

    const isAnchored = await step("anchor", async () => {
      if (bundle.anchor === undefined) return say("anchor", "unknown", "noAnchor", { at: entry.at });
      verdict.anchor = readAnchor(bundle.anchor, sha256(bytesOf(note.text)));
      say("anchor", "unknown", "anchored", verdict.anchor);
    });
    // The date that a document claims could be anything; only a chain's time counts.
    const isOwnKey = await step("key", async () => {
      if (ring.conflict) throw new Refusal("key", "keyConflict");
      if (verdict.revoked === null) return;
      if (!(verdict.anchor?.time < verdict.revoked)) throw new Refusal("key", "keyRevoked", { at: verdict.revoked });
      say("key", "unknown", "keyRevokedLater", { at: verdict.revoked });
    });

    const isCurrent = await step("status", async () => {
      const seen = new Map(), lists = newest.length ? newest : bundle.status;
      for (const list of lists) {
        const status = await readStatus(list, [...trusted, ...ring.revocations], checkpoint.origin, proof.index);
        // That something is valid today is worth nothing from a revoked key, whenever it claims to have said so.
        if (!status.isSet && ring.revoked.has(status.signer)) continue;
        if (seen.has(status.purpose)) throw new Refusal("status", "statusOther");
        seen.set(status.purpose, status);
      }
      if (seen.get("revocation")?.isSet) throw new Refusal("status", "revoked", { at: seen.get("revocation").at });
      if (seen.get("suspension")?.isSet) throw new Refusal("status", "suspended", { at: seen.get("suspension").at });
      if (seen.size < 2) return say("status", "unknown", "noStatus");
      say("status", "yes", "current", { at: Math.min(...Array.from(seen.values(), (status) => status.at)) });
    });
    verdict.isValid = haveValues && isWitnessed && isAnchored && isOwnKey && isCurrent;
    return verdict;
  }

  // ---- Where bundles hide

  const indexOf = (bytes, mark, from = 0) => {
    const wanted = bytesOf(mark);
    for (let at = bytes.indexOf(wanted[0], from); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
      if (equal(bytes.subarray(at, at + wanted.length), wanted)) return at;
    }
    return -1;
  };

  // The bundle in a PNG's iTXt chunk, an SVG's metadata or a PDF's attachment; the bytes themselves if they begin like
  // one; null where there is none.
  function bundleIn(bytes) {
    if (bytes[0] === 0x7b) return bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (equal(bytes.subarray(0, 8), [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) {
      for (let at = 8; at + 12 <= bytes.length;) {
        const length = view.getUint32(at), data = bytes.subarray(at + 8, at + 8 + length);
        if (at + 12 + length > bytes.length) return null;
        const head = bytesOf("wayseal\0\0\0\0\0");
        if (textual(bytes.subarray(at + 4, at + 8)) === "iTXt" && equal(data.subarray(0, head.length), head)) return data.slice(head.length);
        at += 12 + length;
      }
      return null;
    }
    if (indexOf(bytes.subarray(0, 1024), "%PDF-") >= 0) {
      let found = null;
      for (let at = indexOf(bytes, "/WaysealBundle true"); at >= 0; at = indexOf(bytes, "/WaysealBundle true", at + 1)) {
        const head = /^\/WaysealBundle true \/Length (\d{1,8}) >>\nstream\n/.exec(textual(bytes.subarray(at, at + 80)));
        if (head) found = bytes.slice(at + head[0].length, at + head[0].length + Number(head[1]));
      }
      return found;
    }
    if (bytes.length <= 1 << 24) {
      const start = indexOf(bytes, '<metadata id="wayseal">');
      const end = start < 0 ? -1 : indexOf(bytes, "</metadata>", start);
      if (end >= 0) return unbase64(textual(bytes.subarray(start + 23, end)));
    }
    return null;
  }
  const textual = (bytes) => String.fromCharCode(...bytes.subarray(0, 1 << 16)) +
    (bytes.length > 1 << 16 ? textual(bytes.subarray(1 << 16)) : "");

  return {
    verify, confirms, bundleIn, readAnchor, readKey, readProof, readNote, readCheckpoint, signedBy, bytesOf, textOf, base64, hex,
    sha256, sha512, keccak256, verifiesByHand, gunzip, listSize,
  };
})();
