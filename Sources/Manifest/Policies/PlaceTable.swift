import Site
import Support

/// The sets of addresses that policies refer to, each once.
struct PlaceTable {
    private(set) var places: [Place] = []
    private var index: [Place.Definition: Int] = [:]
    /// Fences by name: their place; `nil` for one whose description was refused.
    private(set) var fences: [String: Int?] = [:]
    /// Whether some place needs a database.
    private(set) var hasAreas = false

    /// The number of a place with this definition.
    mutating func number(_ name: String, _ definition: Place.Definition, at range: SourceRange) -> Int {
        if case .area = definition { hasAreas = true }
        if let known = index[definition] { return known }
        var place = Place(name: name, definition: definition, range: range)
        if case .networks(let networks) = definition {
            place.addresses = AddressRanges(networks: networks.compactMap { try? IPNetwork(parsing: $0) })
        }
        index[definition] = places.count
        places.append(place)
        return places.count - 1
    }

    /// Countries as one place.
    mutating func countries(_ codes: [String], at range: SourceRange) -> Int {
        let sorted = Set(codes).sorted()
        return number(
            sorted.joined(separator: ", "), .area(countries: sorted, except: [], near: nil), at: range)
    }

    /// Networks as one place.
    mutating func networks(_ networks: [IPNetwork], at range: SourceRange) -> Int {
        let sorted = Set(networks.map(\.text)).sorted()
        return number(sorted.joined(separator: ", "), .networks(sorted), at: range)
    }

    /// Enters a fence under its name. Its definition may be that of another.
    mutating func add(fence name: String, _ definition: Place.Definition?, at range: SourceRange) {
        fences[name] = .some(definition.map { number(name, $0, at: range) })
    }

    /// What `only` names: a fence, or a country.
    mutating func only(_ text: String, at range: SourceRange) throws(TextProblem) -> Int? {
        if let fence = fences[text] { return fence }
        let code = text.uppercased()
        if code.utf8.count == 2, CountryCodes.isAssigned(code) { return countries([code], at: range) }
        let near = SpellingSuggestion.nearest(to: text, among: fences.keys.sorted())
        throw TextProblem(
            ManifestCodes.unknownFence, "\(Bytes.quoted(text)) is neither a fence nor a country",
            help: near.map { "did you mean '\($0)'?" } ?? "declare it under fences:, or write a country such as AT")
    }
}
