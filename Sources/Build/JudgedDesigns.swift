import QRCode
import Site
import Support

/// What designs came to in earlier builds, so that what did not change is not judged again. Kept in `.judged` beside the
/// generations, a line for each code that was judged: a digest of all that its points depend on, and the points.
///
/// Only points are kept: what is refused is judged again, as its reasons have to be said.
public struct JudgedDesigns: Sendable {
    private let path: String?
    private var points: [String: Int] = [:]
    /// Digests, those that were added last at the end.
    private var order: [String] = []
    private var isChanged = false
    /// Lines that are kept.
    private static let most = 4_000

    /// Remembers nothing, before and after.
    public init() { path = nil }

    /// What is remembered in a folder of builds. What can't be read there was never judged.
    public init(output: String) {
        path = output + "/.judged"
        guard let path, let bytes = try? Files.read(path, limit: 1 << 20) else { return }
        for line in bytes.split(separator: 0x0A) {
            let parts = line.split(separator: 0x20)
            guard parts.count == 2, parts[0].count == 64, Hex.decode(parts[0]) != nil,
                let value = Int(String(decoding: parts[1], as: UTF8.self)), (0...100).contains(value)
            else { continue }
            let key = String(decoding: parts[0], as: UTF8.self)
            if points.updateValue(value, forKey: key) == nil { order.append(key) }
        }
    }

    /// The digest of all that the points of a code depend on, but for the versions of the readers' libraries.
    static func key(_ text: String, _ design: Design, _ codes: CodeSettings, hasZBar: Bool) -> String {
        let facts = [
            "wayseal judgement \(DesignJudge.version)", "\(hasZBar)", codes.level.rawValue, "\(codes.quietZone)",
            design.facts, text,
        ]
        return Hex.encode(SHA256.hash(Array(facts.map { "\($0.utf8.count):\($0)" }.joined().utf8)))
    }

    /// The points of a code; `nil`: it was not judged.
    subscript(key: String) -> Int? { points[key] }

    /// Remembers.
    mutating func add(_ key: String, _ value: Int) {
        if points.updateValue(value, forKey: key) == nil { order.append(key) }
        isChanged = true
    }

    /// Writes down what is new. A build does not depend on it, so that a folder that can't be written to is no error here.
    public func save() {
        guard isChanged, let path else { return }
        var bytes: [UInt8] = []
        for key in order.suffix(Self.most) { bytes += Array("\(key) \(points[key] ?? 0)\n".utf8) }
        do {
            try Files.makeDirectory(Files.parent(of: path))
            try Files.replace(path, bytes)
        } catch {}
    }
}
