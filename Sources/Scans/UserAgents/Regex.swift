// A handle of PCRE2.
internal import CPCRE2

/// A compiled pattern of PCRE2 with its JIT code. Matching is over bytes, and bounded.
final class CompiledPattern {
    private let code: OpaquePointer
    private let data: OpaquePointer
    private let context: OpaquePointer?

    /// Compiles; `nil` when the pattern is none.
    init?(_ pattern: String, isCaseless: Bool = true) {
        var error: Int32 = 0
        var offset = 0
        let bytes = Array(pattern.utf8)
        guard
            let code = bytes.withUnsafeBufferPointer({ buffer in
                pcre2_compile_8(
                    buffer.baseAddress, buffer.count, isCaseless ? UInt32(PCRE2_CASELESS) : 0, &error, &offset, nil)
            })
        else { return nil }
        guard let data = pcre2_match_data_create_8(10, nil) else {
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

    /// Ranges of the match and of its first nine groups (empty when not taken); `nil` when it does not match.
    func groups(_ bytes: [UInt8]) -> [Range<Int>]? {
        let count = bytes.withUnsafeBufferPointer { buffer in
            pcre2_match_8(code, buffer.baseAddress, buffer.count, 0, 0, data, context)
        }
        guard count >= 0, let vector = pcre2_get_ovector_pointer_8(data) else { return nil }
        return (0..<(count == 0 ? 10 : Int(count))).map { group in
            let from = vector[2 * group]
            let to = vector[2 * group + 1]
            // A group that took no part is -1.
            return from >= 0 && from <= to && to <= bytes.count ? from..<to : 0..<0
        }
    }
}
