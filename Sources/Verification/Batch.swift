import Support
public import TransparencyLog

/// Many claims against one mirror: "entry 17 says that `slug` is SOM-26-0017".
public struct Batch: Sendable {
    /// One claim, one line of the file.
    public struct Claim: Equatable, Sendable {
        /// Line of the file, from 1.
        public var line: Int
        /// Number of the entry.
        public var index: Int
        /// The value it is claimed to hold; `nil`: that it is in the log is all that is claimed.
        public var value: Disclosure?
    }

    /// What came of a claim.
    public enum Outcome: String, Sendable {
        /// It is so.
        case holds = "holds"
        /// The log has no such entry.
        case noEntry = "no such entry"
        /// The entry does not commit to the value.
        case otherValue = "the entry does not commit to this value"
        /// The mirror's files are damaged there.
        case damaged = "the mirror is damaged here"
    }

    /// Why a file can't be read.
    public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
        /// Line, from 1.
        public let line: Int
        /// What is wrong: lower case, no full stop.
        public let summary: String
        /// `line 3: …`.
        public var description: String { "line \(line): \(summary)" }
    }

    /// The claims, in the order of the file.
    public let claims: [Claim]

    /// Reads CSV (RFC 4180) with the header `index` or `index,field,salt,value`; salts in base64.
    public init(csv bytes: [UInt8]) throws(Problem) {
        var claims: [Claim] = []
        var fields: [[UInt8]] = []
        var field: [UInt8] = []
        var isQuoted = false
        var line = 1
        var recordLine = 1
        var columns = 0
        func finish() throws(Problem) {
            fields.append(field)
            field = []
            defer {
                fields.removeAll(keepingCapacity: true)
                recordLine = line
            }
            if fields.count == 1, fields[0].isEmpty { return }
            if columns == 0 {
                let header = fields.map { String(decoding: $0, as: UTF8.self) }
                guard header == ["index"] || header == ["index", "field", "salt", "value"] else {
                    throw Problem(line: recordLine, summary: "the header must be 'index' or 'index,field,salt,value'")
                }
                columns = header.count
                return
            }
            guard fields.count == columns, fields[0].count <= 18, !fields[0].isEmpty,
                let index = fields[0].reduce(
                    into: Int?(0),
                    { number, digit in
                        number = digit &- 0x30 < 10 ? number.map { $0 * 10 + Int(digit &- 0x30) } : nil
                    })
            else { throw Problem(line: recordLine, summary: "not \(columns) fields that begin with a number") }
            var claim = Claim(line: recordLine, index: index)
            if columns == 4 {
                guard let salt = Base64.decode(String(decoding: fields[2], as: UTF8.self)),
                    let name = String(validating: fields[1], as: UTF8.self),
                    let value = String(validating: fields[3], as: UTF8.self)
                else { throw Problem(line: recordLine, summary: "the salt is not base64, or a field is not UTF-8") }
                claim.value = Disclosure(field: name, salt: salt, value: value)
            }
            claims.append(claim)
        }
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == 0x0A { line += 1 }
            if isQuoted {
                if byte != UInt8(ascii: "\"") {
                    field.append(byte)
                } else if place < bytes.count, bytes[place] == UInt8(ascii: "\"") {
                    field.append(byte)
                    place += 1
                } else {
                    isQuoted = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\"") where field.isEmpty: isQuoted = true
            case UInt8(ascii: ","):
                fields.append(field)
                field = []
            case 0x0D where place < bytes.count && bytes[place] == 0x0A: continue
            case 0x0A: try finish()
            default: field.append(byte)
            }
        }
        guard !isQuoted else { throw Problem(line: recordLine, summary: "a quote is not closed") }
        if !field.isEmpty || !fields.isEmpty { try finish() }
        guard columns > 0 else { throw Problem(line: 1, summary: "the file is empty") }
        self.claims = claims
    }

    /// Checks all claims, each bundle of entries read once. The outcomes are in the order of ``claims``.
    public func outcomes(in mirror: Mirror, workers: Int = 2) async -> [Outcome] {
        let order = claims.indices.sorted { claims[$0].index < claims[$1].index }
        let share = max(1, (order.count + max(1, workers) - 1) / max(1, workers))
        var outcomes = [Outcome](repeating: .noEntry, count: claims.count)
        await withTaskGroup(of: [(Int, Outcome)].self) { group in
            for start in stride(from: 0, to: order.count, by: share) {
                let part = order[start..<min(order.count, start + share)]
                group.addTask { part.isEmpty ? [] : check(part, in: mirror) }
            }
            for await part in group { for (place, outcome) in part { outcomes[place] = outcome } }
        }
        return outcomes
    }

    private func check(_ part: ArraySlice<Int>, in mirror: Mirror) -> [(Int, Outcome)] {
        var out: [(Int, Outcome)] = []
        out.reserveCapacity(part.count)
        var tile = -1
        var entries: Mirror.Entries?
        for place in part {
            let claim = claims[place]
            guard claim.index < mirror.size else {
                out.append((place, .noEntry))
                continue
            }
            if claim.index / Tile.fullWidth != tile {
                tile = claim.index / Tile.fullWidth
                entries = try? mirror.entries(tile: tile)
            }
            guard let entries else {
                out.append((place, .damaged))
                continue
            }
            guard let value = claim.value else {
                out.append((place, .holds))
                continue
            }
            let isIt =
                value.commitment.map { $0 == LedgerEntry.commitment(of: value.field, in: entries[claim.index]) }
                ?? false
            // Whatever is spelled in an unusual way is read whole before it is refused.
            let outcome: Outcome =
                isIt || LedgerEntry(entries[claim.index]).map(value.opens) == true ? .holds : .otherValue
            out.append((place, outcome))
        }
        return out
    }
}
