// Unsafe: hands buffers to the C++ template library and takes its result over.
import CMustache
import Glibc
import Support

/// A mustache template and the values it is filled with. `{{name}}` is escaped for HTML by the library.
struct Template {
    /// What a template's names stand for.
    indirect enum Value {
        case text(String)
        case flag
        case list([[String: Value]])
    }

    /// The template's bytes.
    let source: [UInt8]

    /// The filled template; `nil` when it does not parse, which only a broken template of ours could cause.
    func render(_ values: [String: Value]) -> [UInt8]? {
        let data = Self.data(values)
        defer { cmustache_free(data) }
        var length = 0
        let rendered = source.withUnsafeBytes { bytes in
            cmustache_render(bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, data, &length)
        }
        guard let rendered else { return nil }
        defer { free(rendered) }
        return rendered.withMemoryRebound(to: UInt8.self, capacity: length) {
            Array(UnsafeBufferPointer(start: $0, count: length))
        }
    }

    private static func data(_ values: [String: Value]) -> OpaquePointer? {
        let data = cmustache_object()
        for (name, value) in values {
            switch value {
            case .text(let text): cmustache_set_text(data, name, text, text.utf8.count)
            case .flag: cmustache_set_flag(data, name)
            case .list(let items):
                for item in items { cmustache_append(data, name, Self.data(item)) }
            }
        }
        return data
    }
}
