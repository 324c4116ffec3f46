import SiteTemplates

/// What the pages say in one language, from `site-templates/phrases.txt`.
struct Phrases {
    /// BCP 47 tag.
    let language: String
    /// By names such as `early.title`.
    private(set) var texts: [String: String] = [:]

    /// The phrases for the tags that are known here, in the given order; English when none is.
    static func phrases(for languages: [String]) -> [Phrases] {
        let all = Self.all()
        var found: [Phrases] = []
        for tag in languages {
            let primary = tag.split(separator: "-").first.map { $0.lowercased() } ?? ""
            if let phrases = all.first(where: { $0.language == primary }),
                !found.contains(where: { $0.language == primary })
            {
                found.append(phrases)
            }
        }
        return found.isEmpty ? Array(all.prefix(1)) : found
    }

    /// The texts `kind.name` for each name that has one, and `lang`: what a template is filled with.
    func values(_ kind: String, _ names: [String]) -> [String: Template.Value] {
        var values: [String: Template.Value] = ["lang": .text(language)]
        for name in names {
            if let text = texts[kind + "." + name] { values[name] = .text(text) }
        }
        return values
    }

    /// All languages, in the order of the file.
    static func all() -> [Phrases] {
        var all: [Phrases] = []
        for line in String(decoding: SiteTemplates.phrases, as: UTF8.self).split(separator: "\n") {
            if line.hasPrefix("[") {
                all.append(Phrases(language: String(line.dropFirst().dropLast())))
            } else if !line.hasPrefix("#"), let sign = line.utf8.firstIndex(of: UInt8(ascii: "=")), !all.isEmpty {
                let key = String(line[..<sign].dropLast())
                all[all.count - 1].texts[key] = String(line[sign...].dropFirst(2))
            }
        }
        return all
    }

    private init(language: String) { self.language = language }
}
