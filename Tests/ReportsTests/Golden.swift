import Glibc
import Support
import Testing

/// Texts that were looked at once and must stay as they are; WAYSEAL_UPDATE_GOLDEN=1 writes them anew.
enum Golden {
    static let folder = Files.parent(of: #filePath) + "/Golden"

    static func expect(
        _ bytes: [UInt8], _ name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let path = folder + "/" + name
        if getenv("WAYSEAL_UPDATE_GOLDEN") != nil { try Files.replace(path, bytes) }
        #expect(try Files.read(path) == bytes, "differs from Golden/\(name)", sourceLocation: sourceLocation)
    }
}
