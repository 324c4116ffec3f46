// A hot file: unsafe pointers.

/// The content of a symbol before error correction: segments, terminator and padding.
///
/// The step between ``QREncoder/dataCodewords(for:level:minimumVersion:utf8Designator:)`` and
/// ``QREncoder/symbol(of:mask:)``, for callers that put something of their own into the padding.
public struct DataCodewords: Equatable, Sendable {
    /// 1...40.
    public var version: Int
    /// The level whose room ``bytes`` fills.
    public var level: ErrorCorrection
    /// All data codewords.
    public var bytes: [UInt8]
    /// Index of the first codeword that is nothing but padding; `bytes.count` when there is none.
    public var paddingStart: Int
}

/// Makes QR codes (ISO/IEC 18004), versions 1 to 40, in numeric, alphanumeric and byte mode.
///
/// A value that remembers what it computed for each (version, level); give each thread its own. The first symbol of
/// a version costs 0.1–1 ms, the following ones microseconds.
///
/// Text outside ASCII is written as UTF-8 bytes in byte mode, without an ECI designator unless `utf8Designator` asks
/// for it: the standard's default there is ISO 8859-1, yet practically every reader recognises UTF-8 by itself,
/// while some old ones refuse symbols with a designator or show it as text.
public struct QREncoder: Sendable {
    private var plans = [Plan?](repeating: nil, count: 160)
    private var reedSolomon = [ReedSolomon?](repeating: nil, count: 33)
    /// Bits of data codewords for each (level, version).
    private let capacities: [Int]
    private var segmentation = Segmentation()
    private var evaluation = MaskEvaluation()
    /// Data and check codewords of the symbol at hand, in order of making.
    private var codewords: [UInt8] = []
    /// The same codewords interleaved, and one byte more.
    private var stream: [UInt8] = []
    private var rows: [UInt64] = []

    /// An encoder that has computed nothing yet.
    public init() {
        capacities = ErrorCorrection.allCases.flatMap { level in
            (1...40).map { Version.dataCodewords($0, level) * 8 }
        }
    }

    /// The smallest symbol that holds `text`.
    /// - Parameters:
    ///   - text: what a reader shows; not empty.
    ///   - level: how much damage it survives.
    ///   - minimumVersion: no symbol smaller than this version, 1...40.
    ///   - mask: 0...7 to force a mask instead of taking the one with the least penalty.
    ///   - utf8Designator: whether ECI 26 is written ahead of the text.
    public mutating func encode(
        _ text: String, level: ErrorCorrection = .medium, minimumVersion: Int = 1, mask: Int? = nil,
        utf8Designator: Bool = false
    ) throws(QRCodeError) -> Symbol {
        let utf8 = text.utf8.span
        return try encode(
            bytes: utf8, level: level, minimumVersion: minimumVersion, mask: mask,
            utf8Designator: utf8Designator)
    }

    /// The smallest symbol that holds `bytes`; see ``encode(_:level:minimumVersion:mask:utf8Designator:)``.
    public mutating func encode(
        bytes: [UInt8], level: ErrorCorrection = .medium, minimumVersion: Int = 1, mask: Int? = nil,
        utf8Designator: Bool = false
    ) throws(QRCodeError) -> Symbol {
        try encode(
            bytes: bytes.span, level: level, minimumVersion: minimumVersion, mask: mask,
            utf8Designator: utf8Designator)
    }

    /// The smallest symbol that holds `bytes`; see ``encode(_:level:minimumVersion:mask:utf8Designator:)``.
    public mutating func encode(
        bytes: Span<UInt8>, level: ErrorCorrection = .medium, minimumVersion: Int = 1, mask: Int? = nil,
        utf8Designator: Bool = false
    ) throws(QRCodeError) -> Symbol {
        if let mask, !(0...7).contains(mask) { throw .noSuchMask(mask) }
        let plan = try fillCodewords(bytes, level, minimumVersion, utf8Designator).plan
        return finish(plan, mask)
    }

    /// The first half of ``encode(bytes:level:minimumVersion:mask:utf8Designator:)-(Span<UInt8>,_,_,_,_)``: everything
    /// up to the padding.
    public mutating func dataCodewords(
        for bytes: Span<UInt8>, level: ErrorCorrection = .medium, minimumVersion: Int = 1,
        utf8Designator: Bool = false
    ) throws(QRCodeError) -> DataCodewords {
        let (plan, bits) = try fillCodewords(bytes, level, minimumVersion, utf8Designator)
        let data = Array(codewords[..<plan.dataCodewords])
        // The terminator is shorter than four bits when the symbol is full.
        let start = min(data.count, (bits + 4 + 7) / 8)
        return DataCodewords(version: plan.version, level: level, bytes: data, paddingStart: start)
    }

    /// The second half: error correction, placement and mask.
    /// - Parameter mask: 0...7, or `nil` for the one with the least penalty.
    public mutating func symbol(of data: DataCodewords, mask: Int? = nil) throws(QRCodeError) -> Symbol {
        guard (1...40).contains(data.version) else { throw .noSuchVersion(data.version) }
        if let mask, !(0...7).contains(mask) { throw .noSuchMask(mask) }
        let plan = plan(data.version, data.level)
        guard data.bytes.count == plan.dataCodewords else {
            throw .wrongCodewordCount(given: data.bytes.count, needed: plan.dataCodewords)
        }
        makeRoom(for: plan)
        codewords.replaceSubrange(..<data.bytes.count, with: data.bytes)
        return finish(plan, mask)
    }

    /// A symbol of codewords that somebody chose himself, check codewords included: nothing is corrected or completed.
    /// - Parameters:
    ///   - codewords: data of block 1, block 2, …, then check codewords of block 1, block 2, …, as in ``SymbolLayout``.
    ///   - mask: 0...7.
    public mutating func symbol(
        forcing codewords: [UInt8], version: Int, level: ErrorCorrection, mask: Int
    ) throws(QRCodeError) -> Symbol {
        guard (1...40).contains(version) else { throw .noSuchVersion(version) }
        guard (0...7).contains(mask) else { throw .noSuchMask(mask) }
        let plan = plan(version, level)
        guard codewords.count == plan.codewords else {
            throw .wrongCodewordCount(given: codewords.count, needed: plan.codewords)
        }
        makeRoom(for: plan)
        self.codewords = codewords
        return place(plan, mask)
    }

    /// The check codewords of one block of data codewords.
    public mutating func checkCodewords(_ data: [UInt8], version: Int, level: ErrorCorrection) -> [UInt8] {
        guard (1...40).contains(version), !data.isEmpty else { return [] }
        let code = plan(version, level).reedSolomon
        return [UInt8](unsafeUninitializedCapacity: code.degree) { check, count in
            data.withUnsafeBufferPointer { data in
                guard let start = data.baseAddress, let check = check.baseAddress else { return }
                code.write(of: start, count: data.count, to: check)
            }
            count = code.degree
        }
    }

    // MARK: - Steps

    /// Chooses the version and writes the data codewords; answers the plan and the bits that were needed.
    private mutating func fillCodewords(
        _ bytes: Span<UInt8>, _ level: ErrorCorrection, _ minimumVersion: Int, _ designator: Bool
    ) throws(QRCodeError) -> (plan: Plan, bits: Int) {
        guard !bytes.isEmpty else { throw .empty }
        guard (1...40).contains(minimumVersion) else { throw .noSuchVersion(minimumVersion) }
        return try bytes.withUnsafeBufferPointer { text throws(QRCodeError) in
            let classes = [1...9, 10...26, 27...40]
            var missing = 0
            for versionClass in (minimumVersion < 10 ? 0 : minimumVersion < 27 ? 1 : 2)...2 {
                // A digit takes at least 10/3 bits: don't divide for versions that are far too small.
                let largest = capacities[level.rawValue * 40 + classes[versionClass].upperBound - 1]
                if versionClass < 2, text.count > largest { continue }
                let bits =
                    segmentation.divide(text, versionClass: versionClass) + (designator ? 12 : 0)
                for version in max(
                    minimumVersion, classes[versionClass].lowerBound)...classes[versionClass].upperBound
                where capacities[level.rawValue * 40 + version - 1] >= bits {
                    let plan = plan(version, level)
                    makeRoom(for: plan)
                    write(text, versionClass, designator, plan.dataCodewords)
                    return (plan, bits)
                }
                missing = bits - largest
            }
            throw .tooLong(bytesTooMany: (missing + 7) / 8, level: level)
        }
    }

    private mutating func makeRoom(for plan: Plan) {
        if codewords.count != plan.codewords {
            codewords = [UInt8](repeating: 0, count: plan.codewords)
            stream = [UInt8](repeating: 0, count: plan.codewords + 1)
        }
    }

    private mutating func write(
        _ text: UnsafeBufferPointer<UInt8>, _ versionClass: Int, _ designator: Bool, _ dataCodewords: Int
    ) {
        codewords.withUnsafeMutableBufferPointer { codewords in
            guard let start = codewords.baseAddress else { return }
            var writer = BitWriter(to: start)
            if designator { writer.append(0b0111 << 8 | 26, 12) }
            segmentation.modes.withUnsafeBufferPointer { modes in
                var from = 0
                while from < modes.count {
                    var to = from &+ 1
                    while to < modes.count, modes[to] == modes[from] { to &+= 1 }
                    writer.append(text[from..<to], Mode(rawValue: modes[from]) ?? .byte, versionClass)
                    from = to
                }
            }
            writer.finish(at: start + dataCodewords)
        }
    }

    /// Error correction, placement and mask for the data in ``codewords``.
    private mutating func finish(_ plan: Plan, _ mask: Int?) -> Symbol {
        codewords.withUnsafeMutableBufferPointer { codewords in
            guard let start = codewords.baseAddress else { return }
            var data = UnsafePointer(start)
            var check = start + plan.dataCodewords
            let short = plan.dataCodewords / plan.blocks
            for block in 0..<plan.blocks {
                let count = block < plan.shortBlocks ? short : short + 1
                plan.reedSolomon.write(of: data, count: count, to: check)
                data += count
                check += plan.checkCodewordsPerBlock
            }
        }
        return place(plan, mask)
    }

    /// Placement and mask for the codewords in ``codewords``.
    private mutating func place(_ plan: Plan, _ mask: Int?) -> Symbol {
        if rows.count != plan.base.count { rows = plan.base }
        rows.withUnsafeMutableBufferPointer { rows in
            codewords.withUnsafeBufferPointer { codewords in
                stream.withUnsafeMutableBufferPointer { stream in
                    guard let rows = rows.baseAddress, let codewords = codewords.baseAddress,
                        let stream = stream.baseAddress
                    else { return }
                    plan.base.withUnsafeBufferPointer { base in
                        for i in 0..<base.count { rows[i] = base[i] }
                    }
                    plan.placement.place(codewords, stream: stream, in: rows)
                }
            }
        }

        let mask = mask ?? evaluation.bestMask(rows, plan)
        let words = [UInt64](unsafeUninitializedCapacity: rows.count) { words, count in
            rows.withUnsafeBufferPointer { rows in
                plan.masks[mask].withUnsafeBufferPointer { pattern in
                    for i in 0..<rows.count { words[i] = rows[i] ^ pattern[i] }
                }
            }
            count = rows.count
        }
        return Symbol(
            kind: .standard, version: plan.version, level: plan.level, mask: mask, size: plan.size,
            words: words)
    }

    private mutating func plan(_ version: Int, _ level: ErrorCorrection) -> Plan {
        let index = level.rawValue * 40 + version - 1
        if let plan = plans[index] { return plan }
        let degree = Version.checkCodewordsPerBlock(version, level)
        let code = reedSolomon[degree] ?? ReedSolomon(degree: degree)
        reedSolomon[degree] = code
        let plan = Plan(version: version, level: level, reedSolomon: code)
        plans[index] = plan
        return plan
    }
}
