/// A kind of thing that a code can hold by itself, without a link behind it.
///
/// Kinds and their fields stand in `fields.txt`, from which the manifest's language, the command line and messages take
/// them.
public enum PayloadKind: String, CaseIterable, Sendable {
    /// A web address.
    case url
    /// A GS1 Digital Link URI.
    case gs1
    /// A vCard, 3.0 or 4.0.
    case vcard
    /// A MECARD.
    case mecard
    /// A Wi-Fi network.
    case wifi
    /// A `mailto:` URI.
    case mail
    /// A text message.
    case sms
    /// A telephone number.
    case tel
    /// A place.
    case geo
    /// An event of a calendar.
    case event
    /// A SEPA credit transfer.
    case epc
    /// A Swiss QR-bill.
    case swissBill = "swiss-bill"
    /// A Russian payment order.
    case st00012
    /// A payment on Ethereum.
    case ethereum
    /// A payment in bitcoin.
    case bitcoin
    /// A secret for one-time passwords.
    case otp
    /// A chat on WhatsApp.
    case whatsapp
    /// Any text.
    case text

    /// One field of a kind.
    public struct Field: Sendable {
        /// What it takes.
        public enum Shape: String, Sendable {
            /// One line.
            case text
            /// A text of several lines.
            case lines
            /// One value or several.
            case list
            /// `true` or `false`.
            case flag
            /// A line that nobody may see but those who scan the code.
            case secret
        }

        /// Its name; of a group behind a dot: `address.city`.
        public let name: String
        /// What it takes.
        public let shape: Shape
        /// A sentence.
        public let doc: String
    }

    /// What a kind is.
    public struct Definition: Sendable {
        /// A sentence.
        public let doc: String
        /// The field that a single value without a name is; `nil`: there is none.
        public let primary: String?
        /// In the order in which people are shown them.
        public let fields: [Field]

        /// The field of a name.
        public subscript(name: String) -> Field? { fields.first { $0.name == name } }
    }

    /// What the kind is.
    public var definition: Definition {
        Self.definitions[self] ?? Definition(doc: "", primary: nil, fields: [])
    }

    private static let definitions: [PayloadKind: Definition] = {
        var found: [PayloadKind: Definition] = [:]
        var open: (kind: PayloadKind, doc: String, primary: String?)?
        var fields: [Field] = []
        func close() {
            if let open { found[open.kind] = Definition(doc: open.doc, primary: open.primary, fields: fields) }
            fields = []
        }
        for line in String(decoding: PackageResources.fields_txt, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
            guard parts.count == 3 else { continue }
            if line.utf8.first == 0x20 {
                fields.append(Field(name: parts[0], shape: Field.Shape(rawValue: parts[1]) ?? .text, doc: parts[2]))
            } else {
                close()
                open = PayloadKind(rawValue: parts[0]).map { ($0, parts[2], parts[1] == "-" ? nil : parts[1]) }
            }
        }
        close()
        return found
    }()
}
