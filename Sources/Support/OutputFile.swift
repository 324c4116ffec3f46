/// One file of a generation, before it is written.
public struct OutputFile: Equatable, Sendable {
    /// Path relative to the generation directory, with `/`, without `.` or `..`.
    public var path: String
    /// The whole content.
    public var bytes: [UInt8]
    /// Permission bits: 0644 for what is served, 0640 for what lies in `private/`, 0755 for scripts.
    public var mode: UInt16

    /// A file at `path` with `bytes`.
    public init(path: String, bytes: [UInt8], mode: UInt16 = 0o644) {
        self.path = path
        self.bytes = bytes
        self.mode = mode
    }

    /// A text file.
    public init(path: String, text: String, mode: UInt16 = 0o644) {
        self.init(path: path, bytes: Array(text.utf8), mode: mode)
    }
}
