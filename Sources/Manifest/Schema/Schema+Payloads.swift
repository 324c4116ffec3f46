import Payloads

extension ManifestLanguage {
    /// A key for each kind of thing that a code can hold by itself: one value, or its fields.
    static let payloadKeys = PayloadKind.allCases.map { kind in
        SchemaKey(kind.rawValue, .either(.any, .record(record(of: kind))), kind.definition.doc)
    }

    /// The fields of a kind; groups (`address.city`) are mappings of their own.
    static func record(of kind: PayloadKind) -> SchemaRecord {
        var keys: [SchemaKey] = []
        var groups: [(name: String, keys: [SchemaKey])] = []
        for field in kind.definition.fields {
            let parts = field.name.split(separator: ".").map(String.init)
            let shape: SchemaShape =
                switch field.shape {
                case .list: .oneOrMore(.any)
                case .flag: .text(.boolean)
                case .text, .lines, .secret: .text(.any)
                }
            let key = SchemaKey(parts[parts.count - 1], shape, field.doc, use: field.shape == .secret ? .secret : .open)
            guard parts.count == 2 else {
                keys.append(key)
                continue
            }
            if groups.last?.name != parts[0] { groups.append((parts[0], [])) }
            groups[groups.count - 1].keys.append(key)
        }
        for group in groups {
            keys.append(
                SchemaKey(
                    group.name, .record(SchemaRecord("`\(group.name)`", group.keys)), "The parts of the \(group.name).")
            )
        }
        return SchemaRecord("`\(kind.rawValue)`", keys)
    }
}
