/// The language of manifests as data: which keys exist where, what they take, who may see them, and whether this version
/// compiles them. `wayseal.schema.json` says the same to editors; a test holds the two together.

/// What a key takes.
indirect enum SchemaShape: Sendable {
    case text(SchemaText)
    case list(SchemaShape)
    /// One value, or a list of such.
    case oneOrMore(SchemaText)
    case record(SchemaRecord)
    /// A mapping whose keys are names.
    case table(SchemaTable)
    /// One value, or the longer form.
    case either(SchemaText, SchemaShape)
}

/// What a single value says.
enum SchemaText: Sendable, Equatable {
    case any
    case url
    case boolean
    case integer(ClosedRange<Int>)
    case choice([String])
}

/// A mapping with known keys.
struct SchemaRecord: Sendable {
    /// As messages call it: "a link".
    let name: String
    let keys: [SchemaKey]
    /// Keys that begin with this may follow (`hook:NAME`).
    var prefixed: (prefix: String, shape: SchemaShape)?
    private let index: [String: Int]

    init(_ name: String, _ keys: [SchemaKey], prefixed: (prefix: String, shape: SchemaShape)? = nil) {
        self.name = name
        self.keys = keys
        self.prefixed = prefixed
        index = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1.name, $0) })
    }

    subscript(name: String) -> SchemaKey? { index[name].map { keys[$0] } }
}

/// A mapping from names to values of one shape.
struct SchemaTable: Sendable {
    /// How the name is written in paths: `SLUG`.
    let placeholder: String
    /// As messages call the whole: "the links".
    let name: String
    let value: SchemaShape

    init(_ name: String, _ placeholder: String, _ value: SchemaShape) {
        self.name = name
        self.placeholder = placeholder
        self.value = value
    }
}

/// One key.
struct SchemaKey: Sendable {
    /// Who may see the value, and hence whether it may come from the environment.
    enum Use: Sendable {
        /// Everyone: it ends up in what is published.
        case open
        /// The machine it is set up on: `${NAME}` is read.
        case deployment
        /// Nobody: `${NAME}` is read, and the value is never shown.
        case secret
    }

    let name: String
    let shape: SchemaShape
    let doc: String
    /// This version compiles it.
    let works: Bool
    let use: Use
    /// What to do as long as it does not work, in the imperative.
    let instead: String

    init(
        _ name: String, _ shape: SchemaShape, _ doc: String, works: Bool = true, use: Use = .open,
        instead: String = "remove it for now"
    ) {
        self.name = name
        self.shape = shape
        self.doc = doc
        self.works = works
        self.use = use
        self.instead = instead
    }

    /// A key that a later version compiles.
    static func later(
        _ name: String, _ shape: SchemaShape, _ doc: String, use: Use = .open, instead: String = "remove it for now"
    ) -> SchemaKey {
        SchemaKey(name, shape, doc, works: false, use: use, instead: instead)
    }
}

extension SchemaShape {
    /// Every key beneath, with its path: `links.SLUG.utm.source`.
    func forEachKey(path: String, _ visit: (_ path: String, _ key: SchemaKey) -> Void) {
        func join(_ name: String) -> String { path.isEmpty ? name : path + "." + name }
        switch self {
        case .text, .oneOrMore: break
        case .list(let element): element.forEachKey(path: path, visit)
        case .either(_, let long): long.forEachKey(path: path, visit)
        case .table(let table): table.value.forEachKey(path: join(table.placeholder), visit)
        case .record(let record):
            for key in record.keys {
                visit(join(key.name), key)
                key.shape.forEachKey(path: join(key.name), visit)
            }
            if let prefixed = record.prefixed {
                prefixed.shape.forEachKey(path: join(prefixed.prefix + "NAME"), visit)
            }
        }
    }
}
