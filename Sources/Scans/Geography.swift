// A handle of libmaxminddb.
internal import AccessLogs
internal import CMaxMindDB
internal import Support

/// A database of places cannot be used.
public struct GeographyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file.
    public var path: String
    /// The library's words.
    public var message: String
    /// `cannot use city.mmdb: …`
    public var description: String { "cannot use \(path): \(message)" }
}

/// Addresses → country, region, city, from a `.mmdb` file of the user's (GeoLite2, DB-IP, IPinfo, …).
final class Geography {
    private var database = MMDB_s()
    /// What the database calls itself, `GeoLite2-City`.
    let kind: String

    init(path: String) throws(GeographyError) {
        let code = MMDB_open(path, UInt32(MMDB_MODE_MMAP), &database)
        guard code == MMDB_SUCCESS else {
            throw GeographyError(path: path, message: String(cString: MMDB_strerror(code)))
        }
        kind = database.metadata.database_type.map { String(cString: $0) } ?? ""
        // Damage behind the header shows when it is looked into: here and there, as most damage is large.
        for probe in 0..<512 {
            let mixed = UInt64(probe) &* 0x9E37_79B9_7F4A_7C15
            let address =
                probe % 2 == 0
                ? Address(high: 0, low: 0xFFFF_0000_0000 | mixed >> 32)
                : Address(high: 0x2000_0000_0000_0000 | mixed >> 4, low: 0)
            let code = lookup(address).code
            if code == MMDB_INVALID_DATA_ERROR || code == MMDB_CORRUPT_SEARCH_TREE_ERROR
                || code == MMDB_UNKNOWN_DATABASE_FORMAT_ERROR
            {
                throw GeographyError(path: path, message: String(cString: MMDB_strerror(code)))
            }
        }
    }

    private func lookup(_ address: Address) -> (result: MMDB_lookup_result_s, code: Int32) {
        var bytes: [UInt8] = []
        for word in [address.high, address.low] {
            withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
        }
        var error: Int32 = 0
        let result = withUnsafePointer(to: &database) {
            wayseal_mmdb_lookup($0, bytes, address.isIPv4 ? 1 : 0, &error)
        }
        return (result, error)
    }

    deinit { MMDB_close(&database) }

    /// What the licence of the database asks to print; `nil`: not known.
    var attribution: String? {
        let name = lowercased(kind)
        if name.hasPrefix("geolite2") || name.hasPrefix("geoip2") {
            return "This product includes GeoLite2 data created by MaxMind, available from https://www.maxmind.com"
        }
        if name.hasPrefix("dbip") { return "IP Geolocation by DB-IP, https://db-ip.com" }
        if name.hasPrefix("ipinfo") { return "IP address data powered by IPinfo, https://ipinfo.io" }
        return kind.isEmpty ? nil : "Places by the database \(kind)"
    }

    /// `AT|Vienna|Wien`: country, region, city, separated by a byte that is in no name; empty when not known.
    func place(_ address: Address) -> [UInt8] {
        var (result, error) = lookup(address)
        guard error == MMDB_SUCCESS, result.found_entry else { return [] }
        func text(_ a: String, _ b: String?, _ c: String?, _ d: String?) -> [UInt8] {
            var length: UInt32 = 0
            let found = withOptional(b) { b in
                withOptional(c) { c in
                    withOptional(d) { d in wayseal_mmdb_text(&result, a, b, c, d, &length) }
                }
            }
            guard let found else { return [] }
            let bytes = UnsafeBufferPointer(start: found, count: min(Int(length), 128))
            return bytes.map(UInt8.init(bitPattern:)).filter { $0 >= 0x20 && $0 != Self.separator }
        }
        var country = text("country", "iso_code", nil, nil)
        if country.isEmpty { country = text("country_code", nil, nil, nil) }
        if country.isEmpty { country = text("country", nil, nil, nil) }
        guard country.count == 2 else { return [] }
        var region = text("subdivisions", "0", "names", "en")
        if region.isEmpty { region = text("region", nil, nil, nil) }
        var city = text("city", "names", "en", nil)
        if city.isEmpty { city = text("city", nil, nil, nil) }
        return country + [Self.separator] + region + [Self.separator] + city
    }

    /// Stands between country, region and city.
    static let separator = UInt8(ascii: "|")

    private func withOptional<Value>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Value) -> Value {
        guard let text else { return body(nil) }
        return text.withCString { body($0) }
    }
}
