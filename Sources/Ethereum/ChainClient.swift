import Support

/// A node that speaks Ethereum's JSON-RPC, believed as little as possible: each answer is read strictly, and what can be
/// checked (hashes of headers, proofs) is checked by the caller against what it says.
public struct ChainClient: Sendable {
    /// Sends one request's body and gives the answer's.
    public typealias Transport = @Sendable ([UInt8]) throws(ChainError) -> [UInt8]

    /// A point in the chain's history.
    public enum Moment: Sendable {
        /// The newest block.
        case latest
        /// The newest block and what waits.
        case pending
        /// The newest block that can't be reorganised away.
        case finalized
        /// A block by its hash (EIP-1898).
        case hash(Bytes32)
        /// A block by its height.
        case number(UInt64)
    }

    let transport: Transport

    /// A client over a transport.
    public init(transport: @escaping Transport) { self.transport = transport }

    /// Calls a method. The parameters are written by `parameters` into an open array.
    func call(
        _ method: String, _ parameters: (inout JSONWriter) -> Void = { _ in }
    ) throws(ChainError) -> JSONValue {
        var request = JSONWriter()
        request.object {
            $0.field("jsonrpc", "2.0")
            $0.field("id", 1)
            $0.field("method", method)
            $0.key("params")
            $0.array(parameters)
        }
        let answer: JSONValue
        let bytes = try transport(request.bytes)
        do { answer = try JSONValue(reading: bytes) } catch { throw .notJSONRPC }
        guard answer["jsonrpc"]?.string == "2.0" else { throw .notJSONRPC }
        if let error = answer["error"], !error.isNull {
            throw .refused(
                method: method, code: error["code"]?.integer ?? 0,
                message: Self.cleaned(error["message"]?.string ?? "no reason given"))
        }
        guard answer["id"]?.integer == 1, let result = answer["result"] else { throw .notJSONRPC }
        return result
    }

    /// A stranger's text for our terminal: at most 200 printable characters.
    static func cleaned(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(200).map {
                    switch $0.properties.generalCategory {
                    case .control, .format, .surrogate, .privateUse, .lineSeparator, .paragraphSeparator, .unassigned:
                        "\u{FFFD}"
                    default: $0
                    }
                }))
    }
}

extension JSONWriter {
    /// Writes a moment as a block parameter.
    mutating func moment(_ moment: ChainClient.Moment) {
        switch moment {
        case .latest: string("latest")
        case .pending: string("pending")
        case .finalized: string("finalized")
        case .number(let height): string("0x" + String(height, radix: 16))
        case .hash(let hash): object { $0.field("blockHash", hash.description) }
        }
    }

    mutating func hex(_ bytes: [UInt8]) { string("0x" + Hex.encode(bytes)) }
}

/// Strict readers of the values in answers.
struct AnswerReader {
    let method: String

    func fault(_ what: String) -> ChainError { .malformed(method: method, what) }

    /// `0x` and digits without leading zeros.
    func quantity(_ value: JSONValue?) throws(ChainError) -> UInt128 {
        guard let text = value?.string, text.hasPrefix("0x"), text.utf8.count > 2, text.utf8.count <= 34,
            text == "0x0" || !text.hasPrefix("0x0"), !text.contains("+"),
            let number = UInt128(text.dropFirst(2), radix: 16)
        else { throw fault("not a number where one is due") }
        return number
    }

    func quantity64(_ value: JSONValue?) throws(ChainError) -> UInt64 {
        guard let number = UInt64(exactly: try quantity(value)) else { throw fault("a number out of range") }
        return number
    }

    func bytes(_ value: JSONValue?) throws(ChainError) -> [UInt8] {
        guard let text = value?.string, text.hasPrefix("0x"), let bytes = Hex.decode(text.utf8.dropFirst(2)) else {
            throw fault("no bytes where some are due")
        }
        return bytes
    }

    func word(_ value: JSONValue?) throws(ChainError) -> Bytes32 {
        guard let word = Bytes32(try bytes(value)) else { throw fault("not a word of 32 bytes where one is due") }
        return word
    }

    func list(_ value: JSONValue?) throws(ChainError) -> [JSONValue] {
        guard let items = value?.array else { throw fault("no list where one is due") }
        return items
    }
}
