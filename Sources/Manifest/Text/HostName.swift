// Calls libidn2 with C strings: the one unsafe stretch is marked.
import CIDN2
import Glibc
import Support

/// Host names as DNS and URLs know them.
enum HostName {
    /// What a host turned out to be.
    enum Kind: Equatable {
        case name
        case ipv4
        case ipv6
    }

    /// Lower-case ASCII of a declared domain: LDH labels only, IDN as punycode (UTS #46, non-transitional, by libidn2).
    static func domain(_ text: String) throws(TextProblem) -> String {
        let help = "write the host name alone, for example go.example.org"
        let bytes = Array(text.utf8)
        if text.isEmpty { throw TextProblem(ManifestCodes.badDomain, "a host name is empty", help: help) }
        if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
            let at = text.utf8.distance(from: text.startIndex, to: colon)
            let rest = text.utf8[colon...].dropFirst()
            let isPort = !rest.isEmpty && rest.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
            throw TextProblem(
                ManifestCodes.badDomain,
                isPort ? "a host name has no port" : "a host name is not a URL", at: at..<bytes.count,
                help: isPort ? "say where to listen with listen: \(text[colon...].dropFirst())" : help)
        }
        if let slash = bytes.firstIndex(of: UInt8(ascii: "/")) {
            throw TextProblem(
                ManifestCodes.badDomain, "a host name has no path", at: slash..<bytes.count, help: help)
        }
        var host = try ascii(bytes.span, code: ManifestCodes.badDomain)
        if host.last == UInt8(ascii: ".") { host.removeLast() }
        try checkLength(host, ManifestCodes.badDomain)
        for label in host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            let name = "'\(String(decoding: label, as: UTF8.self))'"
            if label.first == UInt8(ascii: "-") || label.last == UInt8(ascii: "-") {
                throw TextProblem(
                    ManifestCodes.badDomain, "the label \(name) begins or ends with a hyphen", help: help)
            }
            if let bad = label.firstIndex(where: { !(ASCIISet.host.contains($0) && $0 != UInt8(ascii: "_")) })
            {
                throw TextProblem(
                    ManifestCodes.badDomain, "a host name can't hold \(Bytes.name(host.span, at: bad))",
                    help: help)
            }
        }
        if host.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 || $0 == UInt8(ascii: ".") }) {
            throw TextProblem(
                ManifestCodes.badDomain, "'\(text)' is an address, not a host name",
                help: "for a trial use a name such as localhost and listen: \(text):8080")
        }
        return String(decoding: host, as: UTF8.self)
    }

    /// Appends the normal form of a target's host to `out`. Underscores are let through: such hosts exist.
    static func appendTargetHost(_ text: Span<UInt8>, to out: inout [UInt8]) throws(TextProblem) -> Kind {
        guard !text.isEmpty else { throw TextProblem(ManifestCodes.targetHost, "the target has no host") }
        if text[0] == UInt8(ascii: "[") {
            guard text[text.count - 1] == UInt8(ascii: "]"),
                let address = IPAddress.normalizedIPv6(text.extracting(1..<(text.count - 1)))
            else {
                throw TextProblem(
                    ManifestCodes.targetHost, "\(Bytes.quoted(text)) is not an IPv6 address in brackets")
            }
            out.append(contentsOf: "[\(address)]".utf8)
            return .ipv6
        }
        let host = try ascii(text, code: ManifestCodes.targetHost)
        try checkLength(host, ManifestCodes.targetHost)
        for byte in host where !ASCIISet.host.contains(byte) {
            throw TextProblem(ManifestCodes.targetHost, "a host can't hold \(Bytes.name([byte].span, at: 0))")
        }
        out.append(contentsOf: host)
        // A host whose last label is a number is an IPv4 address to browsers (WHATWG URL §3.5).
        let labels = host.split(separator: UInt8(ascii: "."))
        guard let last = labels.last, last.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return .name }
        guard IPAddress.isIPv4(host.span) else {
            throw TextProblem(ManifestCodes.targetHost, "\(Bytes.quoted(text)) is not an IPv4 address")
        }
        return .ipv4
    }

    private static func checkLength(_ host: [UInt8], _ code: DiagnosticCode) throws(TextProblem) {
        var name = host[...]
        if name.last == UInt8(ascii: ".") { name.removeLast() }
        if name.isEmpty { throw TextProblem(code, "the host name is empty") }
        if name.count > 253 {
            throw TextProblem(code, "the host name has \(name.count) bytes, 253 are possible")
        }
        for label in name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            if label.isEmpty {
                throw TextProblem(code, "the host name has an empty label (two dots, or one at its start)")
            }
            if label.count > 63 {
                throw TextProblem(code, "a label of the host name has \(label.count) bytes, 63 are possible")
            }
        }
    }

    /// Lower case; with other scripts, IDNA. Percent-encoded hosts are refused: few clients read them.
    private static func ascii(_ text: Span<UInt8>, code: DiagnosticCode) throws(TextProblem) -> [UInt8] {
        guard text.count <= 1_024 else {
            throw TextProblem(code, "the host name has \(text.count) bytes, 253 are possible")
        }
        var out: [UInt8] = []
        var isASCII = true
        for index in 0..<text.count {
            let byte = text[index]
            if byte <= 0x20 || byte == 0x7F || byte == UInt8(ascii: "%") {
                throw TextProblem(
                    code, "a host name can't hold \(Bytes.name(text, at: index))", at: index..<(index + 1))
            }
            isASCII = isASCII && byte < 0x80
            out.append(Bytes.lower(byte))
        }
        if isASCII { return out }
        if let bad = UTF8Scalars.firstMalformed(text) {
            throw TextProblem(code, "a host name that is not UTF-8", at: bad..<(bad + 1))
        }
        out.append(0)
        var result: UnsafeMutablePointer<CChar>?
        let flags = Int32(IDN2_NONTRANSITIONAL.rawValue | IDN2_NFC_INPUT.rawValue)
        let status = unsafe out.withUnsafeBufferPointer { buffer in
            unsafe buffer.withMemoryRebound(to: CChar.self) {
                unsafe idn2_to_ascii_8z($0.baseAddress, &result, flags)
            }
        }
        defer { unsafe idn2_free(result) }
        guard status == 0, let ascii = unsafe result else {
            let reason = unsafe String(cString: idn2_strerror(status))
            throw TextProblem(code, "the host name can't be written in punycode: \(reason)")
        }
        return unsafe Array(String(cString: ascii).utf8).map(Bytes.lower)
    }
}

/// IP addresses in text.
enum IPAddress {
    /// Four decimal numbers, 0 to 255, without leading zeros.
    static func isIPv4(_ text: Span<UInt8>) -> Bool {
        var parts = 0
        var digits = 0
        var value = 0
        for index in 0..<text.count {
            let byte = text[index]
            if byte == UInt8(ascii: ".") {
                guard digits > 0, parts < 3 else { return false }
                (parts, digits, value) = (parts + 1, 0, 0)
                continue
            }
            guard byte >= 0x30, byte <= 0x39, digits < 3, !(digits > 0 && value == 0) else { return false }
            value = value * 10 + Int(byte - 0x30)
            digits += 1
            guard value <= 255 else { return false }
        }
        return parts == 3 && digits > 0
    }

    /// The address as RFC 5952 writes it, or `nil`.
    static func normalizedIPv6(_ text: Span<UInt8>) -> String? {
        guard text.count >= 2, text.count <= 45 else { return nil }
        var bytes: [CChar] = []
        for index in 0..<text.count {
            guard text[index] > 0x20, text[index] < 0x7F else { return nil }
            bytes.append(CChar(text[index]))
        }
        bytes.append(0)
        var address = in6_addr()
        guard unsafe inet_pton(AF_INET6, bytes, &address) == 1 else { return nil }
        var shown = [CChar](repeating: 0, count: 64)
        guard unsafe inet_ntop(AF_INET6, &address, &shown, 64) != nil else { return nil }
        return String(decoding: shown.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
