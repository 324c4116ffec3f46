// A hot file: unsafe pointers.

/// One row of modules as one machine value: a word up to version 11, two up to 27, three up to 40.
protocol ModuleRow {
    static var words: Int { get }
    /// A row whose first `count` modules are dark.
    init(first count: Int)
    init(load words: UnsafePointer<UInt64>)
    func store(_ words: UnsafeMutablePointer<UInt64>)
    static func & (a: Self, b: Self) -> Self
    static func | (a: Self, b: Self) -> Self
    static func ^ (a: Self, b: Self) -> Self
    prefix static func ~ (a: Self) -> Self
    /// Towards lower columns; 0 < `count` < 64.
    func right(_ count: UInt64) -> Self
    /// Towards higher columns; 0 < `count` < 64.
    func left(_ count: UInt64) -> Self
    /// Counts the modules of one row's findings.
    static func count(_ findings: Findings<Self>, in tally: inout Tally)
}

extension UInt64: ModuleRow {
    static var words: Int { 1 }
    init(first count: Int) { self = count <= 0 ? 0 : count >= 64 ? .max : 1 << UInt64(count) - 1 }
    @inline(__always) init(load words: UnsafePointer<UInt64>) { self = words[0] }
    @inline(__always) func store(_ words: UnsafeMutablePointer<UInt64>) { words[0] = self }
    @inline(__always) func right(_ count: UInt64) -> UInt64 { self &>> count }
    @inline(__always) func left(_ count: UInt64) -> UInt64 { self &<< count }
    @inline(__always) static func count(_ findings: Findings<UInt64>, in tally: inout Tally) {
        tally.add(findings)
    }
}

/// A row of 65 to 128 modules.
struct Row2: ModuleRow {
    var a: UInt64
    var b: UInt64
    static var words: Int { 2 }
    init(first count: Int) { self.init(UInt64(first: count), UInt64(first: count - 64)) }
    @inline(__always) init(_ a: UInt64, _ b: UInt64) { (self.a, self.b) = (a, b) }
    @inline(__always) init(load words: UnsafePointer<UInt64>) { self.init(words[0], words[1]) }
    @inline(__always) func store(_ words: UnsafeMutablePointer<UInt64>) { (words[0], words[1]) = (a, b) }
    @inline(__always) static func & (x: Row2, y: Row2) -> Row2 { Row2(x.a & y.a, x.b & y.b) }
    @inline(__always) static func | (x: Row2, y: Row2) -> Row2 { Row2(x.a | y.a, x.b | y.b) }
    @inline(__always) static func ^ (x: Row2, y: Row2) -> Row2 { Row2(x.a ^ y.a, x.b ^ y.b) }
    @inline(__always) static prefix func ~ (x: Row2) -> Row2 { Row2(~x.a, ~x.b) }
    @inline(__always) func right(_ count: UInt64) -> Row2 {
        Row2(a &>> count | b &<< (64 &- count), b &>> count)
    }
    @inline(__always) func left(_ count: UInt64) -> Row2 {
        Row2(a &<< count, b &<< count | a &>> (64 &- count))
    }
    @inline(__always) static func count(_ findings: Findings<Row2>, in tally: inout Tally) {
        tally.add(findings.map { $0.a })
        tally.add(findings.map { $0.b })
    }
}

/// A row of 129 to 192 modules.
struct Row3: ModuleRow {
    var a: UInt64
    var b: UInt64
    var c: UInt64
    static var words: Int { 3 }
    init(first count: Int) {
        self.init(UInt64(first: count), UInt64(first: count - 64), UInt64(first: count - 128))
    }
    @inline(__always) init(_ a: UInt64, _ b: UInt64, _ c: UInt64) { (self.a, self.b, self.c) = (a, b, c) }
    @inline(__always) init(load words: UnsafePointer<UInt64>) { self.init(words[0], words[1], words[2]) }
    @inline(__always) func store(_ words: UnsafeMutablePointer<UInt64>) {
        (words[0], words[1], words[2]) = (a, b, c)
    }
    @inline(__always) static func & (x: Row3, y: Row3) -> Row3 { Row3(x.a & y.a, x.b & y.b, x.c & y.c) }
    @inline(__always) static func | (x: Row3, y: Row3) -> Row3 { Row3(x.a | y.a, x.b | y.b, x.c | y.c) }
    @inline(__always) static func ^ (x: Row3, y: Row3) -> Row3 { Row3(x.a ^ y.a, x.b ^ y.b, x.c ^ y.c) }
    @inline(__always) static prefix func ~ (x: Row3) -> Row3 { Row3(~x.a, ~x.b, ~x.c) }
    @inline(__always) func right(_ count: UInt64) -> Row3 {
        let rest = 64 &- count
        return Row3(a &>> count | b &<< rest, b &>> count | c &<< rest, c &>> count)
    }
    @inline(__always) func left(_ count: UInt64) -> Row3 {
        let rest = 64 &- count
        return Row3(a &<< count, b &<< count | a &>> rest, c &<< count | b &>> rest)
    }
    @inline(__always) static func count(_ findings: Findings<Row3>, in tally: inout Tally) {
        tally.add(findings.map { $0.a })
        tally.add(findings.map { $0.b })
        tally.add(findings.map { $0.c })
    }
}
