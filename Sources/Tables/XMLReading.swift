// Calls C: unsafe pointers.
internal import CExpat

/// What an XML file's events go to. Names come without their namespace's prefix.
class XMLHandler {
    func start(_ name: String, _ attributes: [String: String]) {}
    func end(_ name: String) {}
    func text(_ bytes: UnsafeRawBufferPointer) {}
    /// Set by a handler that has seen enough, or something it can't take: reading stops.
    var problem: TableError?
    var isDone = false
}

/// Reads XML a piece at a time, by expat.
final class XMLReading {
    private let parser: XML_Parser
    private let stream: ZipStream
    private let handler: XMLHandler
    private var piece: [UInt8] = []

    init(_ stream: ZipStream, _ handler: XMLHandler) throws(TableError) {
        guard let parser = XML_ParserCreate(nil) else { throw TableError(line: nil, "no memory is left") }
        self.parser = parser
        self.stream = stream
        self.handler = handler
        XML_SetUserData(parser, Unmanaged.passUnretained(handler).toOpaque())
        XML_SetElementHandler(
            parser,
            { context, name, list in
                guard let context, let name else { return }
                var attributes: [String: String] = [:]
                var list = list
                while let key = list?.pointee, let value = list?[1] {
                    attributes[XMLReading.local(key)] = String(cString: value)
                    list = list.map { $0 + 2 }
                }
                Unmanaged<XMLHandler>.fromOpaque(context).takeUnretainedValue().start(
                    XMLReading.local(name), attributes)
            },
            { context, name in
                guard let context, let name else { return }
                Unmanaged<XMLHandler>.fromOpaque(context).takeUnretainedValue().end(XMLReading.local(name))
            })
        XML_SetCharacterDataHandler(parser) { context, text, length in
            guard let context, let text else { return }
            Unmanaged<XMLHandler>.fromOpaque(context).takeUnretainedValue()
                .text(UnsafeRawBufferPointer(start: text, count: Int(length)))
        }
        // A workbook has none: entities, which grow without end, come from there.
        XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in
            guard let context else { return }
            Unmanaged<XMLHandler>.fromOpaque(context).takeUnretainedValue().problem = ZipArchive.noWorkbook
        }
    }

    deinit { XML_ParserFree(parser) }

    /// Reads the next piece; `false` at the end.
    func next() throws(TableError) -> Bool {
        if handler.isDone { return false }
        let isMore = try stream.fill(&piece)
        let status = piece.withUnsafeBytes { bytes in
            XML_Parse(
                parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), isMore ? 0 : 1)
        }
        if let problem = handler.problem { throw problem }
        guard status == XML_STATUS_OK else { throw TableError(line: nil, "the workbook is damaged") }
        return isMore
    }

    /// Reads everything.
    func finish() throws(TableError) { while try next() {} }

    private static func local(_ name: UnsafePointer<CChar>) -> String {
        let whole = String(cString: name)
        return whole.utf8.lastIndex(of: UInt8(ascii: ":")).map { String(whole[whole.index(after: $0)...]) } ?? whole
    }
}
