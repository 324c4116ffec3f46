internal import Glibc
internal import Support

/// The files that close links whose soft scan limit is used up: a server's configuration tests whether they are there.
/// Some scans come through between the last one that counts and the marker: the limit is approximate.
public struct DenyMarkers: Sendable {
    private let folder: String
    private let limits: [(key: String, scans: Int, marker: String)]
    /// Markers that were seen to be as they should.
    private var known: [String: Bool] = [:]

    /// Markers under a state folder for the links of a catalogue.
    public init(folder: String, catalog: LinkCatalog) {
        self.folder = folder
        limits = catalog.entries.compactMap { entry in
            entry.softLimit.map { (entry.key, $0.scans, $0.marker) }
        }
    }

    /// Whether there is any link to look after.
    public var isEmpty: Bool { limits.isEmpty }

    /// Sets the markers of links that are used up, and takes away those of links that are not: when a limit was raised.
    /// - Returns: how many were set and taken away.
    @discardableResult
    public mutating func update(_ builder: borrowing ReportBuilder) throws(IngestError) -> (set: Int, removed: Int) {
        let scans = try builder.scans(of: limits.map(\.key))
        var changes = (set: 0, removed: 0)
        do {
            for limit in limits {
                let isUsedUp = scans[limit.key, default: 0] >= limit.scans
                if known[limit.marker] == isUsedUp { continue }
                let path = folder + "/" + limit.marker
                let isThere = try Files.status(path, followLinks: false) != nil
                if isUsedUp, !isThere {
                    try Files.makeDirectory(Files.parent(of: path))
                    _ = try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT)
                    changes.set += 1
                } else if !isUsedUp, isThere {
                    try Files.remove(path)
                    changes.removed += 1
                }
                known[limit.marker] = isUsedUp
            }
        } catch { throw .file(error) }
        return changes
    }
}
