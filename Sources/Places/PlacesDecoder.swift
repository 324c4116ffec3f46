/// Values of a MaxMind database's data section.
struct PlacesDecoder {
    /// What can be of interest; everything else is read over.
    enum Value {
        case text(String)
        case number(Int64)
        case double(Double)
        case map([String: Value])
        case other
    }

    private let bytes: [UInt8]
    /// Pointers count from here.
    private let section: Int
    private let end: Int
    private var depth = 0
    private var budget = 0

    /// Values between `section` and `end` of `bytes`.
    init(bytes: [UInt8], section: Int, end: Int) {
        self.bytes = bytes
        self.section = section
        self.end = end
    }

    /// The value that begins at `offset`.
    mutating func value(at offset: Int) throws(PlacesError) -> Value {
        // A record has some hundred values; one that unfolds into millions through pointers is an attack.
        budget = 100_000
        var at = offset
        return try next(&at)
    }

    private func number(_ at: inout Int, _ size: Int) throws(PlacesError) -> UInt64 {
        guard at + size <= end else { throw PlacesError(at, "a value ends behind the end of the data") }
        var value: UInt64 = 0
        for byte in bytes[at..<at + size] { value = value << 8 | UInt64(byte) }
        at += size
        return value
    }

    /// §Data Section: a control byte with type and size, then the payload.
    private mutating func next(_ at: inout Int) throws(PlacesError) -> Value {
        let start = at
        budget -= 1
        guard budget > 0 else { throw PlacesError(start, "a record has too many values") }
        guard depth < 32 else { throw PlacesError(start, "values are nested too deeply") }
        depth += 1
        defer { depth -= 1 }
        let control = Int(try number(&at, 1))
        var type = control >> 5
        if type == 1 {
            // §Pointer.
            let size = (control >> 3) & 3
            var target = size == 3 ? 0 : control & 7
            target = target << (8 * (size + 1)) | Int(try number(&at, size + 1))
            target += [0, 2048, 526_336, 0][size]
            var there = section + target
            guard there < end else { throw PlacesError(start, "a pointer leads out of the data") }
            guard bytes[there] >> 5 != 1 else { throw PlacesError(start, "a pointer leads to a pointer") }
            return try next(&there)
        }
        if type == 0 { type = 7 + Int(try number(&at, 1)) }
        var size = control & 31
        if size >= 29 {
            let extra = size - 28
            size = [29, 285, 65_821][extra - 1] + Int(try number(&at, extra))
        }
        switch type {
        case 2:
            guard at + size <= end else { throw PlacesError(start, "a text ends behind the end of the data") }
            defer { at += size }
            return .text(String(decoding: bytes[at..<at + size], as: UTF8.self))
        case 3:
            guard size == 8 else { throw PlacesError(start, "a number of \(size) bytes") }
            return .double(Double(bitPattern: try number(&at, 8)))
        case 15:
            guard size == 4 else { throw PlacesError(start, "a number of \(size) bytes") }
            return .double(Double(Float(bitPattern: UInt32(truncatingIfNeeded: try number(&at, 4)))))
        case 5, 6, 9:
            guard size <= 8 else { throw PlacesError(start, "a number of \(size) bytes") }
            return .number(Int64(clamping: try number(&at, size)))
        case 7:
            var map: [String: Value] = [:]
            for _ in 0..<size {
                guard case .text(let key) = try next(&at) else { throw PlacesError(at, "a key is not a text") }
                map[key] = try next(&at)
            }
            return .map(map)
        case 11:
            for _ in 0..<size { _ = try next(&at) }
            return .other
        case 14: return .other
        case 4, 8, 10:
            guard at + size <= end else { throw PlacesError(start, "a value ends behind the end of the data") }
            at += size
            return .other
        default: throw PlacesError(start, "a value of the unknown type \(type)")
        }
    }
}
