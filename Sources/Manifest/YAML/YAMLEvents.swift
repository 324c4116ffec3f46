// Owns a C parser: the unsafe expressions of this file are its calls, each marked.
import CYAML
import Support

/// One libyaml event, copied out of C.
struct YAMLEvent {
    enum Kind {
        case documentStart
        case documentEnd
        case streamEnd
        case alias
        case scalar(String, YAMLScalar.Style)
        case sequenceStart(isFlow: Bool)
        case sequenceEnd
        case mappingStart(isFlow: Bool)
        case mappingEnd
        /// Stream start, which says nothing.
        case other
    }

    var kind: Kind
    var hasAnchor = false
    var hasTag = false
    /// Places in characters, as libyaml counts.
    var start: Int
    var end: Int
}

/// Why libyaml stopped.
struct YAMLFailure: Error {
    var problem: String
    var context: String
    /// Places in characters.
    var place: Int
    var contextPlace: Int
}

/// libyaml's parser over bytes in memory. The bytes must be UTF-8 without a byte order mark.
@safe struct YAMLEvents: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        unsafe input = UnsafeMutableBufferPointer.allocate(capacity: max(1, bytes.count))
        _ = unsafe input.initialize(from: bytes)
        // libyaml keeps a pointer to the parser inside the parser: it must not move.
        unsafe parser = UnsafeMutablePointer.allocate(capacity: 1)
        unsafe parser.initialize(to: yaml_parser_t())
        _ = unsafe yaml_parser_initialize(parser)
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    /// The next event; after the stream's end that event again.
    mutating func next() throws(YAMLFailure) -> YAMLEvent {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { unsafe yaml_event_delete(&event) }
        return unsafe Self.copied(event)
    }

    private func failure() -> YAMLFailure {
        let state = unsafe parser.pointee
        func text(_ pointer: UnsafePointer<CChar>?) -> String {
            unsafe pointer.map { unsafe String(cString: $0) } ?? ""
        }
        return unsafe YAMLFailure(
            problem: text(state.problem), context: text(state.context), place: Int(state.problem_mark.index),
            contextPlace: Int(state.context_mark.index))
    }

    private static func copied(_ event: yaml_event_t) -> YAMLEvent {
        let start = unsafe Int(event.start_mark.index)
        let end = unsafe Int(event.end_mark.index)
        switch unsafe event.type {
        case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, start: start, end: end)
        case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, start: start, end: end)
        case YAML_STREAM_END_EVENT: return YAMLEvent(kind: .streamEnd, start: start, end: end)
        case YAML_ALIAS_EVENT: return YAMLEvent(kind: .alias, start: start, end: end)
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let style: YAMLScalar.Style =
                switch unsafe scalar.style {
                case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE: .quoted
                case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
                default: .plain
                }
            return unsafe YAMLEvent(
                kind: .scalar(String(decoding: bytes, as: UTF8.self), style), hasAnchor: scalar.anchor != nil,
                hasTag: scalar.tag != nil, start: start, end: end)
        case YAML_SEQUENCE_START_EVENT:
            let data = unsafe event.data.sequence_start
            return unsafe YAMLEvent(
                kind: .sequenceStart(isFlow: data.style == YAML_FLOW_SEQUENCE_STYLE),
                hasAnchor: data.anchor != nil,
                hasTag: data.tag != nil, start: start, end: end)
        case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .sequenceEnd, start: start, end: end)
        case YAML_MAPPING_START_EVENT:
            let data = unsafe event.data.mapping_start
            return unsafe YAMLEvent(
                kind: .mappingStart(isFlow: data.style == YAML_FLOW_MAPPING_STYLE),
                hasAnchor: data.anchor != nil,
                hasTag: data.tag != nil, start: start, end: end)
        case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mappingEnd, start: start, end: end)
        default: return YAMLEvent(kind: .other, start: start, end: end)
        }
    }
}
