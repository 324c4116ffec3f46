import Support

/// `${NAME}`, `${NAME:-default}`, `${NAME:?message}` and `${file:path}` in secrets and deployment settings.
struct Reference: Equatable {
    enum Kind: Equatable {
        case variable(String)
        case variableOr(String, fallback: String)
        case variableRequired(String, message: String)
        case file(String)

        /// What a deployment setting may hold ends up in the servers' configuration, which people exchange and publish:
        /// only variables that are meant for it.
        func problemInDeployment(at range: SourceRange) -> Diagnostic? {
            let name: String
            switch self {
            case .file:
                return .error(
                    ManifestCodes.deploymentVariable, at: range,
                    "a file's content can't become a part of the configuration",
                    help: "${file:…} is for secrets alone; write the value, or ${WAYSEAL_NAME}")
            case .variable(let variable), .variableOr(let variable, _), .variableRequired(let variable, _):
                name = variable
            }
            let isOurs =
                name.hasPrefix("WAYSEAL_") && name.utf8.count > 8
                && name.utf8.allSatisfy { ASCIISet.word.contains($0) && !(0x61...0x7A).contains($0) }
            let isSecret = ["PASSPHRASE", "PASSWORD", "SECRET", "TOKEN"].contains { word in
                name.split(separator: "_").contains(word[...])
            }
            if isOurs, !isSecret { return nil }
            return .error(
                ManifestCodes.deploymentVariable, at: range,
                isOurs
                    ? "the variable \(name) is a secret by its name, and this value is written into the configuration"
                    : "the variable \(Bytes.quoted(name)) can't be read here: its name does not begin with WAYSEAL_",
                help: isOurs ? nil : "name it ${WAYSEAL_…}, in capital letters, digits and '_'")
        }
    }

    /// A piece of a text.
    enum Piece: Equatable {
        case literal(String)
        case reference(Kind, bytes: Range<Int>)
    }

    /// Whether the text has a `${` that is not written `$${`.
    static func isPresent(in text: String) -> Bool {
        var dollars = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: "$") {
                dollars += 1
            } else {
                if byte == UInt8(ascii: "{"), dollars == 1 { return true }
                dollars = 0
            }
        }
        return false
    }

    /// The text with `$${` as `${`; for fields in which nothing is filled in.
    static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")), let pieces = try? pieces(of: text) else { return text }
        return pieces.reduce(into: "") { out, piece in
            if case .literal(let literal) = piece { out += literal }
        }
    }

    /// Literals and references, in order.
    static func pieces(of text: String) throws(TextProblem) -> [Piece] {
        let bytes = Array(text.utf8)
        var pieces: [Piece] = []
        var literal: [UInt8] = []
        var index = 0
        func isOpen(_ at: Int) -> Bool {
            at + 1 < bytes.count && bytes[at] == UInt8(ascii: "$") && bytes[at + 1] == UInt8(ascii: "{")
        }
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "$"), isOpen(index + 1) {
                literal += "${".utf8
                index += 3
                continue
            }
            guard isOpen(index) else {
                literal.append(bytes[index])
                index += 1
                continue
            }
            guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "}")) else {
                throw TextProblem(
                    ManifestCodes.referenceSyntax, "'${' is not closed by '}'", at: index..<bytes.count)
            }
            if !literal.isEmpty { pieces.append(.literal(String(decoding: literal, as: UTF8.self))) }
            literal = []
            let place = index..<(end + 1)
            pieces.append(.reference(try kind(bytes[(index + 2)..<end], at: place), bytes: place))
            index = end + 1
        }
        if !literal.isEmpty || pieces.isEmpty {
            pieces.append(.literal(String(decoding: literal, as: UTF8.self)))
        }
        return pieces
    }

    private static func kind(_ inside: ArraySlice<UInt8>, at place: Range<Int>) throws(TextProblem) -> Kind {
        let text = String(decoding: inside, as: UTF8.self)
        if text.hasPrefix("file:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty else {
                throw TextProblem(ManifestCodes.referenceSyntax, "${file:} names no file", at: place)
            }
            return .file(path)
        }
        let name = inside.prefix { ASCIISet.word.contains($0) }
        let rest = String(decoding: inside.dropFirst(name.count), as: UTF8.self)
        guard let first = name.first, first > 0x39 else {
            throw TextProblem(
                ManifestCodes.referenceSyntax, "a variable's name has letters, digits and '_'", at: place,
                help: "write ${NAME}, ${NAME:-default}, ${NAME:?message} or ${file:path}")
        }
        let variable = String(decoding: name, as: UTF8.self)
        if rest.isEmpty { return .variable(variable) }
        if rest.hasPrefix(":-") { return .variableOr(variable, fallback: String(rest.dropFirst(2))) }
        if rest.hasPrefix(":?") { return .variableRequired(variable, message: String(rest.dropFirst(2))) }
        throw TextProblem(
            ManifestCodes.referenceSyntax, "a reference can't be read", at: place,
            help: "write ${NAME}, ${NAME:-default}, ${NAME:?message} or ${file:path}")
    }
}
