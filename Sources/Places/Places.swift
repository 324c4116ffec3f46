public import Site
public import Support

/// Finds the addresses of a site's places in its database.
public enum Places {
    /// A database older than this is outdated: networks change their country.
    static let oldest: Int64 = 366 * 86_400

    /// Fills ``Place/addresses`` of every area, and of the networks that a place is written as. One pass over the
    /// database, however many places there are.
    ///
    /// An address of which the database knows nothing is in no list of countries and in no circle; an area that only
    /// says `except` has all addresses but those that are known to be there. Addresses of tunnels (6to4, Teredo) count
    /// as unknown.
    ///
    /// - Parameter now: Unix seconds, to tell whether the database is outdated; `nil`: not told.
    /// - Returns: what is wrong, and what should be looked at.
    public static func fill(_ site: inout Site, now: Int64?) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        var areas: [Area] = []
        for index in site.places.indices {
            guard case .area(let countries, let except, let near) = site.places[index].definition else { continue }
            areas.append(Area(place: index, countries: Set(countries), except: Set(except), near: near))
        }
        guard !areas.isEmpty else { return [] }
        guard let file = site.placesDatabase else {
            let place = site.places[areas[0].place]
            return [
                .error(
                    PlacesCodes.missing, at: place.range,
                    "'\(place.name)' needs a database of places, and the manifest names none",
                    help: "bring a .mmdb file (GeoLite2, DB-IP, IPinfo) and write reports: { geo: data/city.mmdb }")
            ]
        }
        var facts = Facts()
        do throws(PlacesError) {
            let database = try PlacesDatabase(file.bytes)
            if let now, database.built > 0, now - database.built > oldest {
                let date = CivilTime.date(ofDay: Int(database.built / 86_400))
                diagnostics.append(
                    .warning(
                        PlacesCodes.outdated, at: file.range,
                        "\(file.path) was made in \(date.year)-\(date.month < 10 ? "0" : "")\(date.month): "
                            + "since then many networks have moved",
                        help: "fetch a new one; MaxMind, DB-IP and IPinfo publish one every month or more often"))
            }
            facts = try compile(&areas, database)
        } catch {
            return [
                .error(
                    PlacesCodes.damaged, at: file.range, "\(file.path) can't be used: \(error.description)",
                    help: "fetch it again; it must be an unpacked .mmdb file")
            ]
        }
        for area in areas {
            let place = site.places[area.place]
            site.places[area.place].addresses = area.ranges
            for country in area.countries.sorted() where !facts.countries.contains(country) {
                diagnostics.append(
                    .warning(
                        PlacesCodes.empty, at: place.range,
                        "\(file.path) knows no address in the country \(country)",
                        help: "visitors from there are taken for strangers"))
            }
            if area.near != nil, !facts.hasLocations {
                diagnostics.append(
                    .error(
                        PlacesCodes.withoutLocations, at: place.range,
                        "'\(place.name)' has a circle, but \(file.path) has no locations",
                        help: "use a city database (GeoLite2-City, DB-IP City), or leave 'near' away"))
            } else if area.near != nil, area.ranges == AddressRanges() {
                diagnostics.append(
                    .warning(
                        PlacesCodes.empty, at: place.range, "\(file.path) knows no address in '\(place.name)'",
                        help: "widen 'within', or check that 'near' is [latitude, longitude]"))
            }
        }
        return diagnostics
    }

    /// One area on its way to ranges.
    private struct Area {
        let place: Int
        let countries: Set<String>
        let except: Set<String>
        let near: Place.Circle?
        private var v4: [ClosedRange<UInt32>] = []
        private var v6: [ClosedRange<UInt128>] = []

        init(place: Int, countries: Set<String>, except: Set<String>, near: Place.Circle?) {
            self.place = place
            self.countries = countries
            self.except = except
            self.near = near
        }

        /// Whether it is found by what it leaves out.
        private var isComplement: Bool { countries.isEmpty && near == nil }

        func takes(_ record: PlaceRecord) -> Bool {
            isComplement
                ? except.contains(record.country) : record.isIn(countries: countries, except: except, near: near)
        }

        mutating func add(_ leaf: PlacesDatabase.Leaf) {
            if leaf.isV4 {
                let first = UInt32(truncatingIfNeeded: leaf.address)
                let last = leaf.bits >= 32 ? first : first | ~0 >> UInt32(leaf.bits)
                if let end = v4.last, end.upperBound != .max, end.upperBound + 1 == first {
                    v4[v4.count - 1] = end.lowerBound...last
                } else {
                    v4.append(first...last)
                }
            } else {
                let last = leaf.bits >= 128 ? leaf.address : leaf.address | ~0 >> UInt128(leaf.bits)
                if let end = v6.last, end.upperBound != .max, end.upperBound + 1 == leaf.address {
                    v6[v6.count - 1] = end.lowerBound...last
                } else {
                    v6.append(leaf.address...last)
                }
            }
        }

        var ranges: AddressRanges {
            let found = AddressRanges(v4: v4, v6: v6)
            return isComplement ? found.complement : found
        }
    }

    /// What the database has at all.
    private struct Facts {
        var countries: Set<String> = []
        var hasLocations = false
    }

    private static func compile(_ areas: inout [Area], _ database: PlacesDatabase) throws(PlacesError) -> Facts {
        var facts = Facts()
        var decoder = PlacesDecoder(bytes: database.bytes, section: database.data, end: database.end)
        // Which areas a record is in, found out once a record: many networks share one.
        var known: [Int: [Int]] = [:]
        try database.walk { leaf throws(PlacesError) in
            let taken: [Int]
            if let found = known[leaf.record] {
                taken = found
            } else {
                let record = PlaceRecord(try decoder.value(at: leaf.record))
                if !record.country.isEmpty { facts.countries.insert(record.country) }
                if record.location != nil { facts.hasLocations = true }
                taken = areas.indices.filter { areas[$0].takes(record) }
                known[leaf.record] = taken
            }
            for index in taken { areas[index].add(leaf) }
        }
        return facts
    }
}
