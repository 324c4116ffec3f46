import Glibc
import Site

/// What a database knows of a network, as far as places ask.
struct PlaceRecord {
    /// ISO 3166-1 alpha-2, upper case; empty if it is not known.
    var country = ""
    /// Degrees north and east.
    var location: (latitude: Double, longitude: Double)?

    /// From a record as MaxMind, DB-IP and IPinfo write them.
    init(_ value: PlacesDecoder.Value) {
        guard case .map(let map) = value else { return }
        if case .map(let inner)? = map["country"], case .text(let code)? = inner["iso_code"] {
            country = code
        } else if case .text(let code)? = map["country_code"] {
            country = code
        } else if case .text(let code)? = map["country"], code.utf8.count == 2 {
            country = code
        }
        country = country.utf8.count == 2 ? country.uppercased() : ""
        var place = map
        if case .map(let inner)? = map["location"] { place = inner }
        if let latitude = Self.degrees(place["latitude"] ?? place["lat"], 90),
            let longitude = Self.degrees(place["longitude"] ?? place["lng"], 180)
        {
            location = (latitude, longitude)
        }
    }

    private static func degrees(_ value: PlacesDecoder.Value?, _ limit: Double) -> Double? {
        let number: Double?
        switch value {
        case .double(let value)?: number = value
        case .text(let text)?: number = Double(text)
        default: number = nil
        }
        return number.flatMap { abs($0) <= limit ? $0 : nil }
    }

    /// Whether it is in an area. A record without a country is in no list of countries, one without a location in no
    /// circle.
    func isIn(countries: Set<String>, except: Set<String>, near: Place.Circle?) -> Bool {
        if !countries.isEmpty && !countries.contains(country) { return false }
        if except.contains(country) { return false }
        guard let near else { return true }
        guard let location else { return false }
        return Self.kilometres(location, (near.latitude, near.longitude)) <= near.radius
    }

    /// Great-circle distance (haversine; IUGG mean radius 6,371.0088 km): within 0.6 % of the ellipsoid.
    static func kilometres(
        _ a: (latitude: Double, longitude: Double), _ b: (latitude: Double, longitude: Double)
    ) -> Double {
        let radians = Double.pi / 180
        let dLatitude = sin((b.latitude - a.latitude) * radians / 2)
        let dLongitude = sin((b.longitude - a.longitude) * radians / 2)
        let h =
            dLatitude * dLatitude
            + cos(a.latitude * radians) * cos(b.latitude * radians) * dLongitude * dLongitude
        return 2 * 6371.0088 * asin(min(1, h.squareRoot()))
    }
}
