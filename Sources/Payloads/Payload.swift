import Support

/// What a person wrote into the fields of a payload.
public struct PayloadFields: Sendable {
    private(set) var values: [String: [String]] = [:]

    /// Nothing yet.
    public init() {}

    /// Values by name.
    public init(_ values: [String: [String]]) { self.values = values }

    /// The first value of a field.
    public func first(_ name: String) -> String? { values[name]?.first }

    /// Gives a field this one value.
    public mutating func set(_ name: String, _ value: String) { values[name] = [value] }

    /// Adds a value; a field that takes several may get more than one.
    public mutating func add(_ name: String, _ value: String) { values[name, default: []].append(value) }
}

/// What is wrong with the fields of a payload; every problem, not just the first.
public struct PayloadError: Error, Equatable, Sendable {
    /// One of them.
    public struct Problem: Equatable, Sendable {
        /// The field; `nil`: something is missing.
        public var field: String?
        /// What is wrong: lower case, no full stop. Never holds the value of a secret field.
        public var summary: String
        /// What to do.
        public var help: String?
    }

    /// In the order in which they were found; never empty.
    public var problems: [Problem]
}

/// What a code says, made of checked and escaped fields.
public struct Payload: Equatable, Sendable {
    /// What the code must be like (for payments, whose readers insist on it).
    public struct Needs: Equatable, Sendable {
        /// Error correction level M, whatever else was wished.
        public var isLevelM = false
        /// The largest version.
        public var maximumVersion = 40
        /// The Swiss cross in the middle, and 46 mm a side.
        public var isSwiss = false

        /// Any code will do, unless said otherwise.
        public init(isLevelM: Bool = false, maximumVersion: Int = 40, isSwiss: Bool = false) {
            self.isLevelM = isLevelM
            self.maximumVersion = maximumVersion
            self.isSwiss = isSwiss
        }
    }

    /// What it is.
    public let kind: PayloadKind
    /// What the code holds. Holds a secret if ``isSecret``.
    public let text: String
    /// What it is called, for people: `Vinea Guests`. Never holds a secret; perhaps empty.
    public let title: String
    /// Whether a secret is in the text.
    public let isSecret: Bool
    /// Eight hex digits that change when a field does that is no secret: for what is published. Of a secret it tells nothing,
    /// since who knows the other fields could guess a weak one.
    public let fingerprint: String
    /// What the code must be like.
    public let needs: Needs

    /// Makes the text from fields.
    public init(_ kind: PayloadKind, _ fields: PayloadFields) throws(PayloadError) {
        var form = Form(kind, fields)
        form.checkNames()
        let text = form.compose()
        guard form.problems.isEmpty else { throw PayloadError(problems: form.problems) }
        self.kind = kind
        self.text = text
        title = form.title
        needs = form.needs
        let definition = kind.definition
        isSecret = definition.fields.contains { $0.shape == .secret && fields.values[$0.name] != nil }
        fingerprint = Self.fingerprint(kind, fields)
    }

    /// The fingerprint of fields whose secrets may be missing.
    public static func fingerprint(_ kind: PayloadKind, _ fields: PayloadFields) -> String {
        let definition = kind.definition
        var parts: [String] = [kind.rawValue]
        for (name, values) in fields.values.sorted(by: { $0.key < $1.key }) where definition[name]?.shape != .secret {
            for value in values { parts.append("\(name)\u{1F}\(value)") }
        }
        return Hex.encode(SHA256.hash(Array(parts.joined(separator: "\u{1E}").utf8))[..<4])
    }
}

/// Fields that are being read: what is wrong with them is collected, and reading goes on.
struct Form {
    let kind: PayloadKind
    let values: [String: [String]]
    private(set) var problems: [PayloadError.Problem] = []
    /// What the payload is called.
    var title = ""
    var needs = Payload.Needs()

    /// No field is longer: a code holds 2,953 bytes at most.
    static let limit = 3_000

    init(_ kind: PayloadKind, _ fields: PayloadFields) {
        self.kind = kind
        values = fields.values
    }

    mutating func compose() -> String {
        switch kind {
        case .url: webAddress("url", required: true)
        case .gs1: digitalLink()
        case .vcard: vCard()
        case .mecard: meCard()
        case .wifi: wifi()
        case .mail: mail()
        case .sms: message()
        case .tel: "tel:" + phone("number", required: true)
        case .geo: place()
        case .event: event()
        case .epc: creditTransfer()
        case .swissBill: swissBill()
        case .st00012: paymentOrder()
        case .ethereum: ether()
        case .bitcoin: bitcoin()
        case .otp: oneTimePassword()
        case .whatsapp: chat()
        case .text: text("text", required: true)
        }
    }

    mutating func refuse(_ field: String?, _ summary: String, _ help: String? = nil) {
        problems.append(.init(field: field, summary: summary, help: help))
    }

    /// Fields that the kind does not have, and several values where one is taken.
    mutating func checkNames() {
        let definition = kind.definition
        for (name, list) in values.sorted(by: { $0.key < $1.key }) {
            guard let field = definition[name] else {
                let names = definition.fields.map(\.name)
                let near = SpellingSuggestion.nearest(to: name, among: names)
                refuse(
                    name, "unknown field \(Self.quoted(name)) of '\(kind.rawValue)'",
                    near.map { "did you mean '\($0)'?" } ?? "fields are \(names.joined(separator: ", "))")
                continue
            }
            if list.count > 1, field.shape != .list { refuse(name, "'\(name)' takes one value") }
        }
    }

    /// A checked text; empty when there is none or it was refused. Line ends are LF, and allowed only where the field has
    /// lines. Blanks around it don't count.
    mutating func text(_ name: String, required: Bool = false, atMost limit: Int = Form.limit) -> String {
        guard let value = values[name]?.first else {
            if required { refuse(nil, "'\(name)' is missing", doc(name)) }
            return ""
        }
        return checked(value, name, required: required, atMost: limit)
    }

    /// All values of a field that takes several, checked, without empty ones.
    mutating func list(_ name: String) -> [String] {
        (values[name] ?? []).map { checked($0, name, required: false, atMost: Self.limit) }.filter { !$0.isEmpty }
    }

    private mutating func checked(_ value: String, _ name: String, required: Bool, atMost limit: Int) -> String {
        let field = kind.definition[name]
        let isSecret = field?.shape == .secret
        var out = ""
        var isGood = true
        for scalar in value.unicodeScalars {
            switch scalar.value {
            // CR and CRLF end lines, too.
            case 0x0D: continue
            case 0x0A where field?.shape == .lines: out.unicodeScalars.append(scalar)
            // Joiners shape letters and pictures of names; what else can't be seen has no business here.
            case 0x200C, 0x200D: out.unicodeScalars.append(scalar)
            default:
                if UTF8Scalars.isTreacherous(scalar) { isGood = false }
                out.unicodeScalars.append(scalar)
            }
        }
        if !isSecret { out = Self.trimmed(out) }
        if !isGood {
            refuse(name, "'\(name)' holds a line end, a control or an invisible character")
            return ""
        }
        if required, out.isEmpty {
            refuse(name, "'\(name)' is empty", doc(name))
        }
        if out.utf8.count > limit {
            refuse(
                name,
                "'\(name)' has \(out.utf8.count) bytes, \(limit) are possible: "
                    + "\(out.utf8.count - limit) too many")
            return ""
        }
        return out
    }

    /// Says what a missing field is: the beginning of its doc in small letters would be wrong for names, so as it stands.
    private func doc(_ name: String) -> String? { kind.definition[name].map { "\(name): \($0.doc.dropLast())" } }

    mutating func flag(_ name: String) -> Bool {
        switch values[name]?.first {
        case nil, "false": return false
        case "true": return true
        default:
            refuse(name, "'\(name)' is neither true nor false")
            return false
        }
    }

    /// One of some words, in any case; the first one, or `standard`, when nothing is said.
    mutating func choice(_ name: String, _ words: [String], standard: String? = nil) -> String {
        let standard = standard ?? words[0]
        let word = text(name)
        if word.isEmpty { return standard }
        if let found = words.first(where: { $0.lowercased() == word.lowercased() }) { return found }
        refuse(
            name, "\(Self.quoted(word)) is not one of \(words.joined(separator: ", "))",
            SpellingSuggestion.nearest(to: word, among: words).map { "did you mean '\($0)'?" })
        return standard
    }

    /// A text for a message: in quotes, cut after 60 characters.
    static func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(60)
        return shown.endIndex < text.endIndex ? "'\(String(shown))…'" : "'\(text)'"
    }

    static func trimmed(_ text: String) -> String {
        var bytes = Array(text.utf8)[...]
        while let first = bytes.first, first <= 0x20 { bytes.removeFirst() }
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func isDigits(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 &- 0x30 < 10 }
    }

    /// Percent-encoded UTF-8 (RFC 3986 §2.1): all but unreserved characters and `also`.
    static func percent(_ text: String, also: String = "") -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            let isPlain =
                byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || "-._~".utf8.contains(byte)
                || also.utf8.contains(byte)
            if isPlain {
                out.append(byte)
            } else {
                out += "%".utf8
                out += Hex.encode([byte]).uppercased().utf8
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// A decimal amount of at least `least` and at most `most`, with at most `places` places, as `WHOLE.FRACTION` without
    /// needless zeros; empty when there is none or it was refused.
    mutating func amount(_ name: String, places: Int, most: String, required: Bool = false) -> String {
        let written = text(name, required: required)
        if written.isEmpty { return "" }
        let parts = written.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ Self.isDigits($0) }),
            parts.count == 1 || parts[1].utf8.count <= places
        else {
            refuse(
                name, "\(Self.quoted(written)) is no amount",
                "write digits, a point and at most \(places) places: 12.5")
            return ""
        }
        let whole = String(parts[0].drop { $0 == "0" })
        var fraction = parts.count == 2 ? String(parts[1]) : ""
        while fraction.utf8.last == UInt8(ascii: "0") { fraction.removeLast() }
        if whole.isEmpty, fraction.isEmpty {
            refuse(name, "the amount is zero")
            return ""
        }
        if whole.utf8.count > most.utf8.count || whole.utf8.count == most.utf8.count && whole > most {
            refuse(name, "\(written) is more than can be paid", "at most \(most)")
            return ""
        }
        return (whole.isEmpty ? "0" : whole) + (fraction.isEmpty ? "" : "." + fraction)
    }
}
