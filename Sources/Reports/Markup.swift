/// Writing HTML and SVG so that text can never become markup.

/// Appends elements to a byte array. Names of elements and attributes are literals of this program (`StaticString`);
/// everything else is escaped on its way in, so no text from a log can open or close anything.
struct Markup {
    private(set) var bytes: [UInt8] = []
    private var open: [StaticString] = []

    /// An attribute.
    struct Attribute: Sendable {
        var name: StaticString
        var value: String
        init(_ name: StaticString, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// An element with content.
    mutating func element(
        _ name: StaticString, _ attributes: [Attribute] = [], _ content: (inout Markup) -> Void
    ) {
        begin(name, attributes)
        content(&self)
        end()
    }

    /// An element with text.
    mutating func element(_ name: StaticString, _ attributes: [Attribute] = [], text: String) {
        element(name, attributes) { $0.text(text) }
    }

    /// An element of SVG without content, `<rect …/>`.
    mutating func empty(_ name: StaticString, _ attributes: [Attribute]) {
        tag(name, attributes)
        literal("/>")
    }

    /// An HTML element that has no end tag, `<meta …>`.
    mutating func void(_ name: StaticString, _ attributes: [Attribute]) {
        tag(name, attributes)
        literal(">")
    }

    /// Opens an element; ``end()`` closes it.
    mutating func begin(_ name: StaticString, _ attributes: [Attribute] = []) {
        tag(name, attributes)
        literal(">")
        open.append(name)
    }

    /// Closes the element opened last.
    mutating func end() {
        guard let name = open.popLast() else { return }
        literal("</")
        literal(name)
        literal(">")
    }

    /// Text; `<`, `>`, `&`, `"`, `'` and `` ` `` become character references, what can't be seen U+FFFD.
    mutating func text(_ text: String) { escaped(text) }

    /// Bytes of this program's own making.
    mutating func literal(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// The style sheet; never text from outside.
    mutating func style(_ css: String) {
        literal("<style>")
        // `</` can't stand in a style element, whatever a later hand adds here.
        bytes.append(contentsOf: css.utf8.filter { $0 != UInt8(ascii: "<") })
        literal("</style>")
    }

    /// A line end between blocks, for those who read the source.
    mutating func lineEnd() { bytes.append(0x0A) }

    private mutating func tag(_ name: StaticString, _ attributes: [Attribute]) {
        literal("<")
        literal(name)
        for attribute in attributes {
            literal(" ")
            literal(attribute.name)
            literal("=\"")
            escaped(attribute.value)
            literal("\"")
        }
    }

    private mutating func escaped(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": literal("&lt;")
            case ">": literal("&gt;")
            case "&": literal("&amp;")
            case "\"": literal("&quot;")
            case "'": literal("&#39;")
            case "`": literal("&#96;")
            default:
                if scalar.isASCII, scalar.value >= 0x20, scalar.value < 0x7F {
                    bytes.append(UInt8(scalar.value))
                } else {
                    let shown = Visible.isHidden(scalar) ? Unicode.Scalar(0xFFFD) ?? scalar : scalar
                    bytes.append(contentsOf: String(shown).utf8)
                }
            }
        }
    }
}
