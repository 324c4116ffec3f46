// Writes events through a pointer; the memory is taken for the longest.
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
    /// Into how many parts the addresses of a day are split in the journal.
    static let parts = 64
    /// The part of ``address``.
    var part: Int { Int(address >> 58) }
    /// The link of a goal is its number above this; no link has such a number.
    static let goalBase: UInt32 = 0xF000_0000
    /// The visitor opted out: counted, but no visitor.
    static let anonymous: UInt8 = 1
    /// Quarantined by itself, whatever else the visitor does.
    static let suspicious: UInt8 = 2

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

/// Events as bytes for the journal, in memory that is used again.
struct EventEncoder: ~Copyable {
    private static let pieceLimit = 32768
    private let room = UnsafeMutablePointer<UInt8>.allocate(capacity: pieceLimit * Event.longest)

    deinit { room.deallocate() }

    /// Events as bytes, by ``Event/part``: the two hashes, then LEB128 numbers, the time as the difference to the event
    /// before. About 28 bytes an event; what is written here SQLite writes, reads and overwrites.
    /// - Parameter emit: takes a part, how many events it has, and their bytes. Large days come in several pieces.
    func encode<Failure: Error>(
        _ events: [Event], emit: (Int, Int, [UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        var from = 0
        while from < events.count {
            let to = min(from + Self.pieceLimit, events.count)
            var counts = [Int](repeating: 0, count: Event.parts)
            for i in from..<to { counts[events[i].part] += 1 }
            var next = [Int](repeating: 0, count: Event.parts)
            for part in 1..<Event.parts { next[part] = next[part - 1] + counts[part - 1] * Event.longest }
            let starts = next
            var previous = [UInt32](repeating: 0, count: Event.parts)
            for i in from..<to {
                let part = events[i].part
                next[part] += events[i].write(room + next[part], after: previous[part])
                previous[part] = events[i].time
            }
            for part in 0..<Event.parts where counts[part] > 0 {
                let piece = UnsafeBufferPointer(start: room + starts[part], count: next[part] - starts[part])
                try emit(part, counts[part], Array(piece))
            }
            from = to
        }
    }
}

extension Event {
    /// The most bytes that one event takes: 16 of hashes, seven numbers, two more.
    fileprivate static let longest = 16 + 7 * 5 + 2

    /// Writes the event to memory that has room for ``longest`` bytes.
    /// - Returns: how many it took.
    fileprivate func write(_ start: UnsafeMutablePointer<UInt8>, after previous: UInt32) -> Int {
        UnsafeMutableRawPointer(start).storeBytes(of: visitor.littleEndian, as: UInt64.self)
        UnsafeMutableRawPointer(start + 8).storeBytes(of: address.littleEndian, as: UInt64.self)
        var at = start + 16
        func put(_ number: UInt32) {
            var number = number
            while number >= 0x80 {
                at.pointee = UInt8(truncatingIfNeeded: number) | 0x80
                at += 1
                number >>= 7
            }
            at.pointee = UInt8(truncatingIfNeeded: number)
            at += 1
        }
        let delta = Int32(bitPattern: time &- previous)
        put(UInt32(bitPattern: delta << 1 ^ delta >> 31))
        // The trap is all ones: one more, and it is the shortest of all.
        put(link &+ 1)
        put(place)
        put(device)
        put(referrer)
        put(UInt32(language))
        put(UInt32(variant))
        at.pointee = hour
        at[1] = origin << 4 | flags
        return at - start + 2
    }

    /// What ``EventEncoder/encode(_:emit:)`` wrote; `false` when the bytes are not whole events.
    static func decode(_ bytes: [UInt8], into events: inout [Event]) -> Bool {
        var reader = VarintReader(bytes: bytes)
        var previous: UInt32 = 0
        while !reader.isAtEnd {
            guard let visitor = reader.word(), let address = reader.word(), let zigzag = reader.next32(),
                let link = reader.next32(), let place = reader.next32(), let device = reader.next32(),
                let referrer = reader.next32(), let language = reader.next32(), let variant = reader.next32(),
                let hour = reader.byte(), let rest = reader.byte()
            else { return false }
            previous = previous &+ (zigzag >> 1 ^ (0 &- (zigzag & 1)))
            events.append(
                Event(
                    visitor: visitor, address: address, time: previous, link: link &- 1, place: place,
                    device: device, referrer: referrer, language: UInt16(truncatingIfNeeded: language),
                    variant: UInt16(truncatingIfNeeded: variant), hour: hour, origin: rest >> 4, flags: rest & 15))
        }
        return true
    }
}
