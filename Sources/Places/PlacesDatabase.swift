// A reader of MaxMind DB files that walks the whole tree, for compiling ranges instead of looking addresses up.
// Format: https://maxmind.github.io/MaxMind-DB/ (version 2.0), cited by section.

/// A database of places can't be used.
public struct PlacesError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Byte of the file at which it stopped making sense.
    public var offset: Int
    /// What is wrong there.
    public var problem: String
    /// `it is damaged at byte 1234: a record points behind the end`
    public var description: String { "it is damaged at byte \(offset): \(problem)" }

    init(_ offset: Int, _ problem: String) {
        self.offset = offset
        self.problem = problem
    }
}

/// A `.mmdb` file in memory: networks of addresses and what is known of each. Every byte of it may be hostile.
struct PlacesDatabase {
    /// The file.
    let bytes: [UInt8]
    /// Nodes of the tree.
    let nodes: Int
    /// Bytes of a node: 6, 7 or 8.
    let nodeSize: Int
    /// Whether its addresses have 128 bits; else 32.
    let isV6: Bool
    /// Unix seconds of its making; 0 if it does not say.
    let built: Int64
    /// `GeoLite2-City`, …
    let kind: String
    /// First byte of the data section.
    let data: Int
    /// First byte after it.
    let end: Int

    init(_ bytes: [UInt8]) throws(PlacesError) {
        self.bytes = bytes
        // §Metadata: behind the last marker in the last 128 KiB.
        let marker = [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
        var start = bytes.count - marker.count
        let lowest = max(0, bytes.count - 131_072)
        while start >= lowest, bytes[start] != 0xAB || !bytes[start..<start + marker.count].elementsEqual(marker) {
            start -= 1
        }
        guard start >= lowest else { throw PlacesError(bytes.count, "the metadata of a MaxMind database is missing") }
        end = start
        var decoder = PlacesDecoder(bytes: bytes, section: start + marker.count, end: bytes.count)
        guard case .map(let metadata) = try decoder.value(at: start + marker.count) else {
            throw PlacesError(start, "the metadata is not a map")
        }
        func number(_ name: String) throws(PlacesError) -> Int {
            guard case .number(let value)? = metadata[name], value >= 0, value <= Int64(UInt32.max) else {
                throw PlacesError(start, "the metadata has no \(name)")
            }
            return Int(value)
        }
        guard try number("binary_format_major_version") == 2 else {
            throw PlacesError(start, "this version of the format is unknown")
        }
        nodes = try number("node_count")
        let recordSize = try number("record_size")
        guard [24, 28, 32].contains(recordSize) else { throw PlacesError(start, "a record of \(recordSize) bits") }
        let version = try number("ip_version")
        guard version == 4 || version == 6 else { throw PlacesError(start, "addresses of version \(version)") }
        isV6 = version == 6
        nodeSize = recordSize / 4
        // §Binary Search Tree, then 16 zero bytes.
        data = nodes * nodeSize + 16
        guard nodes > 0, data <= end else { throw PlacesError(start, "\(nodes) nodes do not fit into the file") }
        if case .number(let value)? = metadata["build_epoch"], value >= 0 { built = value } else { built = 0 }
        if case .text(let text)? = metadata["database_type"] { kind = text } else { kind = "" }
    }

    /// One of a node's two records. `node` < ``nodes``.
    @inline(__always)
    func record(_ node: Int, right: Bool) -> Int {
        let at = node * nodeSize
        switch nodeSize {
        case 6:
            let i = right ? at + 3 : at
            return Int(bytes[i]) << 16 | Int(bytes[i + 1]) << 8 | Int(bytes[i + 2])
        case 7:
            // The middle byte holds the upper four bits of both.
            let middle = Int(bytes[at + 3])
            let i = right ? at + 4 : at
            return (right ? middle & 15 : middle >> 4) << 24
                | Int(bytes[i]) << 16 | Int(bytes[i + 1]) << 8 | Int(bytes[i + 2])
        default:
            let i = right ? at + 4 : at
            return Int(bytes[i]) << 24 | Int(bytes[i + 1]) << 16 | Int(bytes[i + 2]) << 8 | Int(bytes[i + 3])
        }
    }

    /// A network of which something is known: its first address (IPv4 right-aligned), the length of its prefix, and the
    /// place of its record in the file.
    struct Leaf {
        var address: UInt128
        var bits: Int
        var isV4: Bool
        var record: Int
    }

    /// Calls `body` for every network with a record, IPv4 and IPv6 each in order of address. Networks that repeat the
    /// IPv4 ones in another notation (::ffff:0:0/96, 2002::/16 and 2001::/32 of tunnels) are left out.
    /// O(nodes).
    func walk(_ body: (Leaf) throws(PlacesError) -> Void) throws(PlacesError) {
        let size = isV6 ? 128 : 32
        // Where the IPv4 addresses hang: behind 96 zero bits.
        var v4Root = 0
        if isV6 {
            var passed: Set<Int> = []
            while passed.count < 96, v4Root < nodes {
                guard passed.insert(v4Root).inserted else {
                    throw PlacesError(v4Root * nodeSize, "the tree runs in a circle")
                }
                v4Root = record(v4Root, right: false)
            }
            if passed.contains(v4Root) { throw PlacesError(v4Root * nodeSize, "the tree runs in a circle") }
        }
        var stack: [(value: Int, address: UInt128, depth: Int)] = [(0, 0, 0)]
        // A tree shares nothing but the IPv4 part; in a knot the walk would never end.
        var visits = 3 * nodes + 1024
        while let (value, address, depth) = stack.popLast() {
            if value == nodes { continue }
            if value > nodes {
                let at = data + value - nodes - 16
                guard at >= data, at < end else {
                    throw PlacesError(min(value - nodes, end), "a record points outside of the data")
                }
                if !isV6 || (depth >= 96 && address >> 32 == 0) {
                    let bits = isV6 ? depth - 96 : depth
                    try body(Leaf(address: address, bits: bits, isV4: true, record: at))
                    continue
                }
                if address >> 32 == 0xFFFF && depth >= 96 { continue }
                if address == 0 { try body(Leaf(address: 0, bits: 0, isV4: true, record: at)) }
                try body(Leaf(address: address, bits: depth, isV4: false, record: at))
                continue
            }
            visits -= 1
            guard visits > 0 else { throw PlacesError(value * nodeSize, "the tree runs in a circle") }
            guard depth < size else {
                throw PlacesError(value * nodeSize, "the tree is deeper than an address is long")
            }
            if isV6, value == v4Root, depth != 96 || address >> 32 != 0 { continue }
            let bit = UInt128(1) << UInt128(size - 1 - depth)
            stack.append((record(value, right: true), address | bit, depth + 1))
            stack.append((record(value, right: false), address, depth + 1))
        }
    }
}
