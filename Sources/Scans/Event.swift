/// A request that may be a scan, while its day is open. No text, no address: only hashes under the day's salt.
///
/// The events of a day are the only thing kept of single visitors. They wait in the journal until the day closes,
/// and go with its salt.
struct Event: Sendable, Equatable {
    /// SipHash(salt, address, user agent).
    var visitor: UInt64
    /// SipHash(salt, address).
    var address: UInt64
    /// Seconds since 1970 UTC.
    var time: UInt32
    /// Number of the link; ``trap`` for a request for a trap, above ``goalBase`` a goal.
    var link: UInt32
    /// Place, device, referrer, language, variant: numbers of the dimension tables, 0 when not known.
    var place: UInt32
    var device: UInt32
    var referrer: UInt32
    var language: UInt16
    var variant: UInt16
    /// Hour of the local day.
    var hour: UInt8
    /// ``Origin``.
    var origin: UInt8
    /// ``anonymous``, ``suspicious``.
    var flags: UInt8

    static let trap = UInt32.max
    /// The link of a goal is its number above this; no link has such a number.
    static let goalBase: UInt32 = 0xF000_0000
    /// The visitor opted out: counted, but no visitor.
    static let anonymous: UInt8 = 1
    /// Quarantined by itself, whatever else the visitor does.
    static let suspicious: UInt8 = 2
    /// Bytes in the journal.
    static let size = 43

    /// Whether `self` comes first in the order in which a day is counted: visitors together, their goals behind their
    /// scans, then by time. All fields take part, so that the order of the log lines does not matter.
    @inline(__always)
    func precedes(_ other: Event) -> Bool {
        if address != other.address { return address < other.address }
        if visitor != other.visitor { return visitor < other.visitor }
        if isScan != other.isScan { return isScan }
        if time != other.time { return time < other.time }
        if link != other.link { return link < other.link }
        return rank(other)
    }

    /// Whether it may be a scan: no goal and no trap.
    @inline(__always)
    var isScan: Bool { link < Self.goalBase }

    private func rank(_ other: Event) -> Bool {
        if referrer != other.referrer { return referrer < other.referrer }
        if variant != other.variant { return variant < other.variant }
        if origin != other.origin { return origin < other.origin }
        if flags != other.flags { return flags < other.flags }
        if language != other.language { return language < other.language }
        if device != other.device { return device < other.device }
        return place < other.place
    }
}

extension Event {
    /// Events as bytes for the journal.
    static func encode(_ events: [Event]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(events.count * size)
        func put<Number: FixedWidthInteger>(_ number: Number) {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        for event in events {
            put(event.visitor)
            put(event.address)
            put(event.time)
            put(event.link)
            put(event.place)
            put(event.device)
            put(event.referrer)
            put(event.language)
            put(event.variant)
            bytes.append(event.hour)
            bytes.append(event.origin)
            bytes.append(event.flags)
        }
        return bytes
    }

    /// What ``encode(_:)`` wrote; `nil` when the bytes are not whole events.
    static func decode(_ bytes: [UInt8], into events: inout [Event]) -> Bool {
        guard bytes.count % size == 0 else { return false }
        events.reserveCapacity(events.count + bytes.count / size)
        bytes.withUnsafeBytes { raw in
            var at = 0
            func take<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
                let value = Number(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: type))
                at += MemoryLayout<Number>.size
                return value
            }
            while at < raw.count {
                events.append(
                    Event(
                        visitor: take(UInt64.self), address: take(UInt64.self), time: take(UInt32.self),
                        link: take(UInt32.self), place: take(UInt32.self), device: take(UInt32.self),
                        referrer: take(UInt32.self), language: take(UInt16.self), variant: take(UInt16.self),
                        hour: take(UInt8.self), origin: take(UInt8.self), flags: take(UInt8.self)))
            }
        }
        return true
    }
}
