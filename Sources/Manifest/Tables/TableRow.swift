import Site
import Support

/// Columns of a table of links; also the keys of a JSON line.
enum TableColumn: Int, CaseIterable {
    case slug, to, domain, redirect, query, suffix, dense, noindex, privacy, tags, reuse, design
    case from, until, hours, days, limit, once, confirm, enforce, only, gone, rate

    var name: String { "\(self)" }
    /// Whether it takes several values: in CSV with blanks or semicolons between, in JSON a list.
    var isList: Bool { self == .tags || PolicyDraft.flatLists.contains(name) }

    /// Those that make a policy.
    static let policy = allCases.filter { $0.rawValue >= TableColumn.from.rawValue }

    static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })
}

/// One cell: where its text is, and where it stands in the file.
struct TableCell {
    /// The text, in the file or, if it had to be unescaped, in the scratch bytes.
    var text: Range<Int>
    var isScratch = false
    /// In the file, with quotes.
    var place: Range<Int>
}

/// A row whose cells are known, and what helps to read many of them.
struct TableRow {
    let file: Int32
    /// By column.
    private(set) var cells: [TableCell?]
    /// Unescaped texts.
    var scratch: [UInt8] = []
    /// Values that came as a list.
    var lists: [TableColumn: [String]] = [:]
    /// Whether a text that is there was meant, even if it is blank; in CSV a blank cell says nothing.
    var isJSON = false
    /// The row's first byte, for rows without a slug.
    private var start = 0
    private var lastDomain: (name: [UInt8], number: Int?) = ([], nil)
    private var tagCache: [String: [String]] = [:]
    private var policyCache: [String: Int32] = [:]

    init(file: Int32) {
        self.file = file
        cells = [TableCell?](repeating: nil, count: TableColumn.allCases.count)
    }

    mutating func begin(at start: Int) {
        for index in cells.indices { cells[index] = nil }
        scratch.removeAll(keepingCapacity: true)
        if !lists.isEmpty { lists = [:] }
        self.start = start
    }

    mutating func set(_ column: TableColumn, _ cell: TableCell) { cells[column.rawValue] = cell }

    func has(_ column: TableColumn) -> Bool { cells[column.rawValue] != nil }

    func range(_ place: Range<Int>) -> SourceRange {
        SourceRange(file: file, start: UInt32(place.lowerBound), length: UInt32(place.count))
    }

    /// Enters the row's link into the table.
    mutating func add(_ bytes: Span<UInt8>, _ table: inout LinkTable, _ sink: inout DiagnosticSink) {
        guard let target = trimmed(.to, bytes) else {
            let place = range(start..<start)
            sink.add(.error, ManifestCodes.missingKey, at: place) {
                .error(
                    ManifestCodes.missingKey, at: place, "this row has no target",
                    help: "fill in the column 'to'")
            }
            return
        }
        var draft = LinkDraft()
        let errors = sink.errorCount
        readDraft(bytes, &draft, table, &sink)
        let policy = policyKey(bytes)
        if let policy { readPolicy(policy, bytes, &draft, &table, &sink) }
        let slug = trimmed(.slug, bytes)
        if refusesReference(bytes, target, &sink) { return }
        if let slug, refusesReference(bytes, slug, &sink) { return }
        enter(target, slug, bytes, draft, &table, &sink)
        // Rows share few policies. A bound, because a hostile file has a million; and what leads to one of our own links
        // is looked at for each row.
        if let policy, draft.policy != nil, sink.errorCount == errors, policyCache.count < 4_096,
            let number = table.links.last?.policy, table.policyTargets.last?.link != table.links.count - 1
        {
            policyCache[policy] = number
        }
    }

    private func enter(
        _ target: TableCell, _ slug: TableCell?, _ bytes: Span<UInt8>, _ draft: LinkDraft, _ table: inout LinkTable,
        _ sink: inout DiagnosticSink
    ) {
        let targetPlace = place(target)
        let slugPlace = slug.map(place) ?? TextPlace(range: range(start..<start), verbatimStart: nil)
        let text = scratch.span
        let targetText = (target.isScratch ? text : bytes).extracting(target.text)
        let slugText = (slug?.isScratch ?? false ? text : bytes).extracting(slug?.text ?? 0..<0)
        table.add(
            slug: slugText, isGenerated: slug == nil, at: slugPlace, target: targetText, at: targetPlace,
            draft, &sink)
    }

    /// What the row says of its policy, and what must be looked at with it; `nil`: nothing.
    private func policyKey(_ bytes: Span<UInt8>) -> String? {
        var key: String?
        for column in TableColumn.policy where cells[column.rawValue] != nil {
            guard let (text, _) = string(column, bytes) else { continue }
            key =
                (key ?? "")
                + "\(column.rawValue)\u{1F}\(text)\u{1F}\(lists[column]?.joined(separator: "\u{1E}") ?? "")\u{1F}"
        }
        return key.map { $0 + (string(.redirect, bytes)?.text ?? "") }
    }

    private mutating func readPolicy(
        _ key: String, _ bytes: Span<UInt8>, _ draft: inout LinkDraft, _ table: inout LinkTable,
        _ sink: inout DiagnosticSink
    ) {
        if let known = policyCache[key] {
            draft.sharedPolicy = known
            return
        }
        var values: [String: PolicyScalars.Values] = [:]
        for column in TableColumn.policy {
            guard let (text, _) = string(column, bytes), let cell = trimmed(column, bytes) else { continue }
            let place = place(cell)
            if let list = lists[column] {
                values[column.name] = list.map { ($0, TextPlace(range: place.range, verbatimStart: nil)) }
            } else if column.isList {
                let parts = text.split { $0 == " " || $0 == ";" }
                let isOne = parts.count == 1
                values[column.name] = parts.map {
                    (String($0), isOne ? place : TextPlace(range: place.range, verbatimStart: nil))
                }
            } else {
                values[column.name] = [(text, place)]
            }
        }
        var policy = PolicyDraft()
        policy.readFlat(values, table.scalars, &table.places, isChecked: false, &sink)
        draft.policy = policy
    }

    private func place(_ cell: TableCell) -> TextPlace {
        TextPlace(range: range(cell.place), verbatimStart: cell.isScratch ? nil : cell.text.lowerBound)
    }

    /// A cell without the spaces round it; `nil` when nothing is left.
    private func trimmed(_ column: TableColumn, _ bytes: Span<UInt8>) -> TableCell? {
        guard var cell = cells[column.rawValue] else { return nil }
        let text = cell.isScratch ? scratch.span : bytes
        var range = cell.text
        while let first = range.first, text[first] == 0x20 { range.removeFirst() }
        while let last = range.last, text[last] == 0x20 { range.removeLast() }
        cell.text = range
        return range.isEmpty ? nil : cell
    }

    private func string(_ column: TableColumn, _ bytes: Span<UInt8>) -> (text: String, range: SourceRange)? {
        guard let cell = trimmed(column, bytes) else { return nil }
        let text = (cell.isScratch ? scratch.span : bytes).extracting(cell.text)
        // Nothing that is longer can be right, and nobody wants it in a message.
        let part = text.count > 4_096 ? text.extracting(0..<4_096) : text
        return (Bytes.string(part), range(cell.place))
    }

    private func refusesReference(_ bytes: Span<UInt8>, _ target: TableCell, _ sink: inout DiagnosticSink)
        -> Bool
    {
        let text = (target.isScratch ? scratch.span : bytes).extracting(target.text)
        for index in 0..<text.count where text[index] == UInt8(ascii: "{") {
            guard index > 0, text[index - 1] == UInt8(ascii: "$") else { continue }
            let place = range(target.place)
            sink.add(.error, ManifestCodes.referenceRefused, at: place) {
                .error(
                    ManifestCodes.referenceRefused, at: place,
                    "${…} is not read here: this is published, and a secret in it would be public",
                    help: "write the value itself; a literal '${' is written '$%7B'")
            }
            return true
        }
        return false
    }

    private mutating func readDraft(
        _ bytes: Span<UInt8>, _ draft: inout LinkDraft, _ table: LinkTable, _ sink: inout DiagnosticSink
    ) {
        if let cell = trimmed(.domain, bytes) {
            if cell.isScratch || !isLastDomain(bytes.extracting(cell.text)) {
                let (name, range) = string(.domain, bytes) ?? ("", range(cell.place))
                lastDomain = (Array(name.utf8), table.domainNumber(name, at: range, &sink))
            }
            draft.domain = lastDomain.number
            draft.hasBrokenDomain = draft.domain == nil
        }
        if let (word, range) = string(.redirect, bytes) {
            if let redirect = UInt16(word).flatMap(Link.Redirect.init) {
                draft.redirect = redirect
                draft.redirectRange = range
            } else {
                refuse(word, "301, 302, 303, 307, 308", range, &sink)
            }
        }
        if let (word, range) = string(.query, bytes) {
            if word == "pass" || word == "drop" {
                draft.passQuery = word == "pass"
                draft.queryRange = range
            } else {
                refuse(word, "pass, drop", range, &sink)
            }
        }
        if let (word, range) = string(.privacy, bytes) {
            draft.privacy = Link.Privacy(name: word)
            if draft.privacy == nil { refuse(word, "none, aggregate, full", range, &sink) }
        }
        draft.suffix = boolean(.suffix, bytes, &sink) ?? false
        draft.suffixRange = cells[TableColumn.suffix.rawValue].map { range($0.place) }
        draft.dense = boolean(.dense, bytes, &sink)
        draft.noindex = boolean(.noindex, bytes, &sink)
        if let (reason, range) = string(.reuse, bytes) {
            if let problem = LinkText.problem(with: reason) {
                sink.add(problem, at: range)
            } else {
                draft.reuse = reason
            }
        } else if isJSON, let cell = cells[TableColumn.reuse.rawValue] {
            sink.add(LinkText.noReason, at: range(cell.place))
        }
        if let (name, range) = string(.design, bytes) {
            draft.design = name == "none" ? -1 : table.designs.number(name, at: range, &sink).map(Int32.init)
        }
        readTags(bytes, &draft, &sink)
    }

    /// Whether a row names the domain of the row before, as most do. Wrong names are looked up, and reported, each time.
    private func isLastDomain(_ name: Span<UInt8>) -> Bool {
        guard lastDomain.number != nil, name.count == lastDomain.name.count else { return false }
        for index in 0..<name.count where name[index] != lastDomain.name[index] { return false }
        return true
    }

    private mutating func readTags(
        _ bytes: Span<UInt8>, _ draft: inout LinkDraft, _ sink: inout DiagnosticSink
    ) {
        if let tagList = lists[.tags] {
            let place = cells[TableColumn.tags.rawValue].map { range($0.place) } ?? range(start..<start)
            for tag in tagList {
                if let problem = LinkText.problem(with: tag) { sink.add(problem, at: place) }
            }
            draft.tags = tagList
            return
        }
        guard let (text, place) = string(.tags, bytes) else { return }
        if let known = tagCache[text] {
            draft.tags = known
            return
        }
        let tags = text.split { $0 == " " || $0 == ";" }.map(String.init)
        for tag in tags {
            if let problem = LinkText.problem(with: tag) {
                sink.add(problem, at: place)
                return
            }
        }
        // Rows share few sets of tags: the same array serves all. A bound, because a hostile file has a million.
        if tagCache.count < 4_096 { tagCache[text] = tags }
        draft.tags = tags
    }

    private func boolean(_ column: TableColumn, _ bytes: Span<UInt8>, _ sink: inout DiagnosticSink) -> Bool? {
        guard let (word, range) = string(column, bytes) else { return nil }
        if word == "true" || word == "TRUE" { return true }
        if word == "false" || word == "FALSE" { return false }
        sink.add(BooleanText.problem(with: word), at: range)
        return nil
    }

    private func refuse(_ word: String, _ words: String, _ range: SourceRange, _ sink: inout DiagnosticSink) {
        sink.add(.error, ManifestCodes.wrongValue, at: range) {
            .error(ManifestCodes.wrongValue, at: range, "\(Bytes.quoted(word)) is not one of \(words)")
        }
    }
}
