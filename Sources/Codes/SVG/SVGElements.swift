// Owns a C parser: the unsafe expressions of this file are its calls.
internal import CExpat
internal import Support

/// An SVG file as a tree in an array: elements in the order of their beginnings.
struct SVGElements {
    struct Element {
        /// The local name; of elements in another namespace than SVG's, empty.
        var name: String
        /// Attributes without a namespace, and `href` of XLink.
        var attributes: [(name: String, value: String)]
        /// Children and characters in order.
        var content: [Content] = []
        /// The bytes of the start tag.
        var start: Int
        var length: Int

        subscript(name: String) -> String? { attributes.first { $0.name == name }?.value }
    }

    enum Content {
        case element(Int)
        case text(String)
    }

    /// Why reading stopped.
    struct Failure: Error {
        var code: DiagnosticCode
        var summary: String
        var help: String?
        var place: Int
    }

    static let mostBytes = 4_000_000
    static let deepest = 64
    static let most = 50_000

    var elements: [Element] = []
    /// Elements by `id`; of two with one id, the first.
    var byID: [String: Int] = [:]

    /// Reads a file; the first failure ends it, as XML demands.
    init(_ bytes: [UInt8]) throws(Failure) {
        guard bytes.count <= Self.mostBytes else {
            throw Failure(code: SVGCodes.limit, summary: "the file has more than 4 MB", place: 0)
        }
        // The separator is a character that no URI in XML can hold.
        guard let parser = XML_ParserCreateNS(nil, 1) else {
            throw Failure(code: SVGCodes.limit, summary: "out of memory", place: 0)
        }
        defer { XML_ParserFree(parser) }
        // A seed for its hash tables: always the same, as the file alone decides what is built. Attributes of one element
        // are few, so that colliding names gain nothing.
        XML_SetHashSalt(parser, 0x7761_7973)
        let reading = Reading(parser)
        XML_SetUserData(parser, Unmanaged.passUnretained(reading).toOpaque())
        XML_SetElementHandler(
            parser,
            { user, name, attributes in user.map { Reading.of($0).open(name, attributes) } },
            { user, _ in user.map { Reading.of($0).close() } })
        XML_SetCharacterDataHandler(parser) { user, text, count in
            user.map { Reading.of($0).take(UnsafeBufferPointer(start: text, count: Int(count))) }
        }
        XML_SetStartDoctypeDeclHandler(parser) { user, _, _, _, hasInternalSubset in
            guard let user, hasInternalSubset != 0 else { return }
            Reading.of(user).stop(
                SVGCodes.active, "a DTD with declarations of its own",
                help: "remove <!DOCTYPE … [ … ]>, or export plain SVG")
        }
        XML_SetProcessingInstructionHandler(parser) { user, target, _ in
            guard let user, let target, String(cString: target) == "xml-stylesheet" else { return }
            Reading.of(user).stop(
                SVGCodes.active, "a style sheet that lies elsewhere", help: "put its rules into a <style> element")
        }
        XML_SetSkippedEntityHandler(parser) { user, name, _ in
            guard let user, let name else { return }
            Reading.of(user).stop(
                SVGCodes.syntax, "the entity '&\(ShownText.text(String(cString: name)));' does not exist",
                help: "write the character itself")
        }
        let status = withExtendedLifetime(reading) {
            bytes.withUnsafeBytes {
                XML_Parse(parser, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count), 1)
            }
        }
        if let failure = reading.failure { throw failure }
        guard status == XML_STATUS_OK else {
            let place = min(max(0, Int(XML_GetCurrentByteIndex(parser))), bytes.count)
            let said = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "not readable"
            throw Failure(code: SVGCodes.syntax, summary: "not well-formed XML: \(said)", place: place)
        }
        (elements, byID) = (reading.elements, reading.byID)
    }

    /// What the parser's callbacks write into; lives as long as one call of `XML_Parse`.
    private final class Reading {
        let parser: XML_Parser
        var elements: [Element] = []
        var byID: [String: Int] = [:]
        var failure: Failure?
        /// Open elements, the innermost last.
        private var open: [Int] = []

        init(_ parser: XML_Parser) { self.parser = parser }

        static func of(_ user: UnsafeMutableRawPointer) -> Reading {
            Unmanaged<Reading>.fromOpaque(user).takeUnretainedValue()
        }

        func stop(_ code: DiagnosticCode, _ summary: String, help: String? = nil) {
            guard failure == nil else { return }
            let place = max(0, Int(XML_GetCurrentByteIndex(parser)))
            failure = Failure(code: code, summary: summary, help: help, place: place)
            XML_StopParser(parser, 0)
        }

        func open(
            _ name: UnsafePointer<XML_Char>?, _ pairs: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?
        ) {
            guard failure == nil, let name, var pair = pairs else { return }
            guard open.count < SVGElements.deepest else {
                return stop(SVGCodes.limit, "elements lie more than \(SVGElements.deepest) deep in one another")
            }
            guard elements.count < SVGElements.most else {
                return stop(SVGCodes.limit, "more than \(SVGElements.most) elements")
            }
            let (space, local) = Self.split(String(cString: name))
            var attributes: [(name: String, value: String)] = []
            while let key = pair[0], let value = pair[1] {
                let (space, local) = Self.split(String(cString: key))
                if space.isEmpty || space == "http://www.w3.org/1999/xlink" && local == "href" {
                    attributes.append((local, String(cString: value)))
                }
                pair += 2
            }
            let isSVG = space == "http://www.w3.org/2000/svg"
            let index = elements.count
            if open.isEmpty, !isSVG || local != "svg" {
                return stop(
                    SVGCodes.syntax, "the outermost element is not <svg>",
                    help: #"write <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 …">"#)
            }
            elements.append(
                Element(
                    name: isSVG ? local : "", attributes: attributes,
                    start: max(0, Int(XML_GetCurrentByteIndex(parser))),
                    length: Int(XML_GetCurrentByteCount(parser))))
            if let id = elements[index]["id"], byID[id] == nil { byID[id] = index }
            if let parent = open.last { elements[parent].content.append(.element(index)) }
            open.append(index)
        }

        func close() { _ = open.popLast() }

        func take(_ text: UnsafeBufferPointer<XML_Char>) {
            guard failure == nil, let parent = open.last else { return }
            let text = String(decoding: text.lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if case .text(let before)? = elements[parent].content.last {
                elements[parent].content[elements[parent].content.count - 1] = .text(before + text)
            } else {
                elements[parent].content.append(.text(text))
            }
        }

        private static func split(_ name: String) -> (space: String, local: String) {
            guard let at = name.utf8.firstIndex(of: 1) else { return ("", name) }
            return (String(name[..<at]), String(name[name.utf8.index(after: at)...]))
        }
    }
}
