// A handle of PCRE2.
internal import CPCRE2

/// A compiled pattern of PCRE2 with its JIT code. Matching is case-insensitive, over bytes, and bounded.
final class CompiledPattern {
    private let code: OpaquePointer
    private let data: OpaquePointer
    private let context: OpaquePointer?

    /// Compiles; `nil` when the pattern is none.
    init?(_ pattern: String) {
        var error: Int32 = 0
        var offset = 0
        let bytes = Array(pattern.utf8)
        guard
            let code = bytes.withUnsafeBufferPointer({ buffer in
                pcre2_compile_8(
                    buffer.baseAddress, buffer.count, UInt32(bitPattern: Int32(PCRE2_CASELESS)), &error, &offset, nil)
            })
        else { return nil }
        guard let data = pcre2_match_data_create_8(1, nil) else {
            pcre2_code_free_8(code)
            return nil
        }
        pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
        self.code = code
        self.data = data
        // Patterns may come from a file: none may run away on a User-Agent made for it.
        context = pcre2_match_context_create_8(nil)
        if let context { pcre2_set_match_limit_8(context, 100_000) }
    }

    deinit {
        pcre2_match_context_free_8(context)
        pcre2_match_data_free_8(data)
        pcre2_code_free_8(code)
    }

    /// Whether it matches somewhere.
    func matches(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { buffer in
            pcre2_match_8(code, buffer.baseAddress, buffer.count, 0, 0, data, context) >= 0
        }
    }
}
