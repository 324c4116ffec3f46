import Support
public import TransparencyLog

/// Everything that is needed to verify one entry without its issuer, in one file (`.wayseal.json`, see `ledger/FORMAT.md`).
///
/// The file is JSON in the spelling of RFC 8785 and nothing else: no byte of it can change without changing what it says.
public struct ProofBundle: Equatable, Sendable {
    /// A status list with the signed note that dates it.
    public struct Status: Equatable, Sendable {
        /// The published list.
        public var credential: [UInt8]
        /// The note over it.
        public var note: [UInt8]

        /// A list and its note.
        public init(credential: [UInt8], note: [UInt8]) {
            self.credential = credential
            self.note = note
        }
    }

    static let format = "wayseal/bundle@v1"

    /// The key of the log, as a vkey. A hint for people who fetch keys; trust comes from the policy.
    public var log: String
    /// The stored bytes of the entry.
    public var entry: [UInt8]
    /// The proof that it is in the log.
    public var proof: LogProof
    /// The values that the holder shows; the others stay hidden.
    public var disclosed: [Disclosure]
    /// Status lists, newest known.
    public var status: [Status]
    /// The proof of an anchor, in the format of its own; `nil`: not anchored.
    public var anchor: [UInt8]?
    /// What the issuer has said about its keys, for those who trust an older one.
    public var keys: [KeyStatement] = []

    /// A bundle of these parts.
    public init(
        log: String, entry: [UInt8], proof: LogProof, disclosed: [Disclosure] = [], status: [Status] = [],
        anchor: [UInt8]? = nil
    ) {
        self.log = log
        self.entry = entry
        self.proof = proof
        self.disclosed = disclosed.sorted { $0.field.utf8.lexicographicallyPrecedes($1.field.utf8) }
        self.status = status.sorted { $0.credential.lexicographicallyPrecedes($1.credential) }
        self.anchor = anchor
    }

    /// The file.
    public var serialized: [UInt8] {
        let text = { (bytes: [UInt8]) in CanonicalJSON.string(String(decoding: bytes, as: UTF8.self)) }
        var members: [String: CanonicalJSON] = [
            "format": .string(Self.format), "log": .string(log), "entry": text(entry),
            "proof": text(proof.serialized),
            "disclosed": .array(
                disclosed.map {
                    .object([
                        "field": .string($0.field), "salt": .string(Base64.encode($0.salt)), "value": .string($0.value),
                    ])
                }),
            "status": .array(
                status.map { .object(["credential": text($0.credential), "note": text($0.note)]) }),
        ]
        if let anchor { members["anchor"] = .string(Base64.encode(anchor)) }
        if !keys.isEmpty { members["keys"] = .array(keys.map { text($0.serialized) }) }
        return CanonicalJSON.object(members).serialized
    }

    /// Reads a file; `nil` for anything that ``serialized`` would not write. Nothing is verified yet.
    public init?(_ bytes: [UInt8]) {
        guard let json = CanonicalJSON(bytes), json["format"]?.text == Self.format, let log = json["log"]?.text,
            let entry = json["entry"]?.text, let proof = json["proof"]?.text.flatMap({ LogProof(Array($0.utf8)) }),
            let disclosed = json["disclosed"]?.elements, let status = json["status"]?.elements
        else { return nil }
        self.init(log: log, entry: Array(entry.utf8), proof: proof)
        for value in disclosed {
            guard let field = value["field"]?.text, let text = value["value"]?.text,
                let salt = value["salt"]?.text.flatMap({ Base64.decode($0) })
            else { return nil }
            self.disclosed.append(Disclosure(field: field, salt: salt, value: text))
        }
        for list in status {
            guard let credential = list["credential"]?.text, let note = list["note"]?.text else { return nil }
            self.status.append(Status(credential: Array(credential.utf8), note: Array(note.utf8)))
        }
        if let blob = json["anchor"] {
            guard let bytes = blob.text.flatMap({ Base64.decode($0) }) else { return nil }
            anchor = bytes
        }
        if let list = json["keys"] {
            guard let elements = list.elements, 1...64 ~= elements.count else { return nil }
            for element in elements {
                guard let statement = element.text.flatMap({ KeyStatement(Array($0.utf8)) }) else { return nil }
                keys.append(statement)
            }
        }
        // One order, so that nothing can be swapped.
        let fields = self.disclosed.map(\.field)
        guard zip(fields, fields.dropFirst()).allSatisfy({ $0.utf8.lexicographicallyPrecedes($1.utf8) }),
            zip(self.status, self.status.dropFirst()).allSatisfy({
                $0.credential.lexicographicallyPrecedes($1.credential)
            })
        else { return nil }
        // Unknown members end here as well.
        guard serialized == bytes else { return nil }
    }
}
