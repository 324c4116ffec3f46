import Site
import Support

extension SiteAssembly {
    /// Places that links can be bound to.
    mutating func readFences(_ node: YAMLNode?, _ places: inout PlaceTable) {
        for entry in node?.entries ?? [] {
            if Reference.isPresent(in: entry.key.text) { continue }
            let name = entry.key.text
            let isCountry = name.utf8.count == 2 && CountryCodes.isAssigned(name.uppercased())
            if let problem = LinkText.problem(with: name) {
                sink.add(problem, at: entry.key.range)
            } else if isCountry {
                sink.add(
                    .error(
                        ManifestCodes.badFence, at: entry.key.range,
                        "\(Bytes.quoted(name)) is a country: 'only' could mean either",
                        help: "give the fence a longer name"))
            }
            let definition = entry.value.entries == nil ? nil : fence(entry)
            if entry.value.isEmpty { reportEmptyFence(entry) }
            places.add(fence: name, definition, at: entry.key.range)
        }
    }

    private mutating func reportEmptyFence(_ entry: YAMLEntry) {
        sink.add(
            .error(
                ManifestCodes.badFence, at: entry.key.range, "this fence is nowhere",
                help: "write { country: AT } or { near: [48.2, 16.37], within: 50km }"))
    }

    private mutating func fence(_ entry: YAMLEntry) -> Place.Definition? {
        let node = entry.value
        let errors = sink.errorCount
        let countries = countryCodes(node["country"])
        let except = countryCodes(node["except"])
        var circle: Place.Circle?
        if let near = node["near"], let within = node["within"] {
            circle = self.circle(near, within)
        } else if let half = node["near"] ?? node["within"] {
            let missing = node["near"] == nil ? "near" : "within"
            sink.add(
                .error(
                    ManifestCodes.badFence, at: half.range, "a circle needs '\(missing)' too",
                    help: "write { near: [48.2082, 16.3738], within: 50km }"))
        }
        if let both = countries.first(where: except.contains), let place = node["except"]?.range {
            sink.add(.error(ManifestCodes.badFence, at: place, "\(both) is taken in and left out"))
        }
        guard sink.errorCount == errors else { return nil }
        if countries.isEmpty, except.isEmpty, circle == nil {
            let isWrong = node.entries?.contains { ManifestLanguage.fence[$0.key.text] == nil } ?? false
            if !isWrong, node.entries?.isEmpty ?? true { reportEmptyFence(entry) }
            return nil
        }
        return .area(countries: countries, except: except, near: circle)
    }

    private mutating func countryCodes(_ node: YAMLNode?) -> [String] {
        var codes: Set<String> = []
        for scalar in scalars(node).compactMap({ text($0) }) {
            do throws(TextProblem) {
                codes.insert(try CountryCodes.code(Self.trimmed(scalar.text)))
            } catch {
                sink.add(error, at: scalar.range)
            }
        }
        return codes.sorted()
    }

    private mutating func circle(_ near: YAMLNode, _ within: YAMLNode) -> Place.Circle? {
        guard let elements = near.elements, let distance = text(within) else { return nil }
        let numbers = elements.compactMap { text($0)?.text }
        guard numbers.count == 2, let latitude = PolicyText.degrees(numbers[0], limit: 90),
            let longitude = PolicyText.degrees(numbers[1], limit: 180)
        else {
            let isSwapped =
                numbers.count == 2 && PolicyText.degrees(numbers[1], limit: 90) != nil
                && PolicyText.degrees(numbers[0], limit: 180) != nil
            sink.add(
                .error(
                    ManifestCodes.badFence, at: elements.first?.range ?? near.range, "'near' is no point on earth",
                    help: isSwapped
                        ? "latitude (-90 to 90) comes first" : "write latitude and longitude: [48.2082, 16.3738]"))
            return nil
        }
        do throws(TextProblem) {
            let radius = try PolicyText.radius(Self.trimmed(distance.text))
            return Place.Circle(latitude: latitude, longitude: longitude, radius: radius)
        } catch {
            sink.add(error, at: distance.range)
            return nil
        }
    }

    /// The database in which countries and circles are looked up; it is read only where something asks for it.
    mutating func readDatabase(_ root: YAMLNode, folder: String, _ places: PlaceTable, into site: inout Site) {
        guard places.hasAreas, let node = root["reports"]?["geo"] else { return }
        guard !sink.hasErrors, let path = setting(node) else { return }
        do throws(RefusedPath) {
            let bytes = try readFile(
                path.text, at: path.range, folder: folder, for: .published, atMost: ManifestLoader.databaseLimit)
            site.placesDatabase = PlacesFile(path: path.text, bytes: bytes, range: path.range)
        } catch {
            sink.add(error.diagnostic)
        }
    }

    /// Proxies whose word on the visitor's address counts.
    mutating func readProxies(_ node: YAMLNode?, into site: inout Site) {
        guard let node, let entries = node.entries, !entries.isEmpty else { return }
        for element in scalars(node["trust"]) {
            guard let setting = setting(element) else { continue }
            do throws(TextProblem) {
                let network = try PolicyText.network(Self.trimmed(setting.text))
                if !site.proxies.networks.contains(network.text) { site.proxies.networks.append(network.text) }
                let isWide =
                    switch network {
                    case .v4(_, let bits): bits < 8
                    case .v6(_, let bits): bits < 16
                    }
                if isWide {
                    sink.add(
                        .warning(
                            ManifestCodes.wideTrust, at: setting.range,
                            "this network is so large that visitors are in it: they could forge their address",
                            help: "name the proxies' own networks"))
                }
            } catch {
                sink.add(
                    .error(
                        error.code, at: setting.range,
                        setting.isFilled ? "\(setting.shown) is no network" : error.summary, help: error.help))
            }
        }
        if let header = setting(node["header"]) {
            let isName =
                (1...64).contains(header.text.utf8.count)
                && header.text.utf8.allSatisfy {
                    $0 == UInt8(ascii: "-") || ASCIISet.word.contains($0) && $0 != UInt8(ascii: "_")
                }
            if isName {
                site.proxies.header = header.text
            } else {
                sink.add(
                    .error(
                        ManifestCodes.wrongValue, at: header.range, "\(header.shown) is not the name of a header",
                        help: "write X-Forwarded-For, X-Real-IP or what your proxy sends"))
            }
        }
        if node["trust"] == nil, node["header"] != nil {
            sink.add(
                .error(
                    ManifestCodes.missingKey, at: entries[0].key.range, "'proxies' has no 'trust'",
                    help: "name the networks of your proxies: trust: [10.0.0.0/8]"))
        }
    }
}
