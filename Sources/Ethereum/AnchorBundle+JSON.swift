import Support

extension AnchorBundle {
    /// The first member of the file, by which readers know it.
    public static let format = "wayseal/anchor@1"

    /// The file.
    public var json: [UInt8] {
        var json = JSONWriter(indent: 2)
        json.object {
            $0.field("format", Self.format)
            $0.field("chainId", String(chainID))
            $0.field("value", value.description)
            $0.field("transaction", transaction?.description)
            $0.field("blockNumber", String(blockNumber))
            $0.field("blockHash", blockHash.description)
            $0.field("header", "0x" + Hex.encode(header))
            switch evidence {
            case .storage(let contract, let layout, let account, let slot):
                $0.field("kind", layout.rawValue)
                $0.field("contract", contract.description)
                Self.write("accountProof", account, &$0)
                Self.write("storageProof", slot, &$0)
            case .calldata(let raw, let index, let nodes):
                $0.field("kind", "calldata")
                $0.field("rawTransaction", "0x" + Hex.encode(raw))
                $0.field("transactionIndex", String(index))
                Self.write("transactionProof", nodes, &$0)
            }
        }
        json.lineEnd()
        return json.bytes
    }

    private static func write(_ name: String, _ nodes: [[UInt8]], _ json: inout JSONWriter) {
        json.key(name)
        json.array { for node in nodes { $0.string("0x" + Hex.encode(node)) } }
    }

    /// Reads the file: every member present, no other, each in the one form in which it is written.
    public init(json bytes: [UInt8]) throws(EthereumError) {
        guard bytes.count <= 1 << 20 else { throw .bundle("longer than 1 MB") }
        let json: JSONValue
        do { json = try JSONValue(reading: bytes, depth: 4) } catch { throw .bundle("\(error)") }
        guard json["format"]?.string == Self.format else { throw .bundle("not of the format \(Self.format)") }
        let fields = BundleFields(json: json)
        chainID = try fields.number("chainId")
        value = try fields.word("value")
        transaction = json["transaction"] == .null ? nil : try fields.word("transaction")
        blockNumber = try fields.number("blockNumber")
        blockHash = try fields.word("blockHash")
        header = try fields.bytes("header")
        let kind = json["kind"]?.string
        if let layout = kind.flatMap(TimestampLayout.init(rawValue:)) {
            evidence = .storage(
                contract: try Address(try fields.text("contract")), layout: layout,
                account: try fields.nodes("accountProof"), slot: try fields.nodes("storageProof"))
        } else if kind == "calldata" {
            evidence = .calldata(
                raw: try fields.bytes("rawTransaction"), index: try fields.number("transactionIndex"),
                nodes: try fields.nodes("transactionProof"))
        } else {
            throw .bundle("an unknown 'kind'")
        }
        // One form only: what is read is written the same, so nothing hides in the file.
        guard self.json == bytes else { throw .bundle("not in the form in which wayseal writes it") }
    }
}

/// Members of the file by type.
private struct BundleFields {
    let json: JSONValue

    func text(_ name: String) throws(EthereumError) -> String {
        guard let text = json[name]?.string else { throw .bundle("'\(name)' is missing") }
        return text
    }

    func number(_ name: String) throws(EthereumError) -> UInt64 {
        guard let value = UInt64(try text(name)) else { throw .bundle("'\(name)' is no number") }
        return value
    }

    func word(_ name: String) throws(EthereumError) -> Bytes32 {
        guard let word = Bytes32(try text(name)) else { throw .bundle("'\(name)' is no word of 32 bytes") }
        return word
    }

    func bytes(_ name: String) throws(EthereumError) -> [UInt8] { try bytes(name, json[name]) }

    func nodes(_ name: String) throws(EthereumError) -> [[UInt8]] {
        guard let items = json[name]?.array else { throw .bundle("'\(name)' is missing") }
        var nodes: [[UInt8]] = []
        for item in items { nodes.append(try bytes(name, item)) }
        return nodes
    }

    private func bytes(_ name: String, _ value: JSONValue?) throws(EthereumError) -> [UInt8] {
        guard let text = value?.string, text.hasPrefix("0x"), let bytes = Hex.decode(text.utf8.dropFirst(2)) else {
            throw .bundle("'\(name)' is not in hexadecimal")
        }
        return bytes
    }
}
