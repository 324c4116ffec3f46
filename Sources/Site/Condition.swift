public import Support

/// What a `when` rule asks of a request. Conditions in one rule are all asked for.
public enum Condition: Hashable, Sendable {
    /// An instant of ours, in Unix seconds: `from` ≤ now < `until`.
    case time(from: Int64?, until: Int64?)
    /// The local time is in one of the windows (sorted, not overlapping, never empty).
    case hours([WeekWindow])
    /// The visitor's device is one of these.
    case device([Device])
    /// The visitor's browser is one of these.
    case browser([Browser])
    /// The language that the visitor wants most (RFC 9110 §12.5.4) is one of these or a narrower one: lower-case BCP 47
    /// ranges of at most three subtags; `de` takes `de-AT`.
    case language([String])
    /// The visitor's address is in one of these places: indices into ``Site/places``.
    case place([Int])
    /// The query has a parameter `name`, with this value if there is one. Both percent-encoded as they are asked for.
    case query(name: String, value: String?)
}

/// Devices that a rule can ask for; a visitor can be several (`ios` and `mobile`).
public enum Device: String, CaseIterable, Sendable {
    /// iPhone, iPod, and iPads that say so.
    case ios
    /// Android phones and tablets.
    case android
    /// Phones and tablets.
    case mobile
    /// Everything with Windows, macOS, Linux or ChromeOS that is not mobile.
    case desktop
    /// Windows.
    case windows
    /// macOS (and iPads that pretend).
    case macos
    /// Linux without Android, and ChromeOS.
    case linux
}

/// Browsers that a rule can ask for.
public enum Browser: String, CaseIterable, Sendable {
    /// Chrome and Chromium.
    case chrome
    /// Safari.
    case safari
    /// Firefox.
    case firefox
    /// Microsoft Edge.
    case edge
    /// Opera.
    case opera
    /// Samsung Internet.
    case samsung
}

/// A span of one weekday, in minutes of local time. A window that wraps midnight is two of these.
public struct WeekWindow: Hashable, Comparable, Sendable {
    /// 0 is Monday.
    public var day: Int
    /// First minute: 0 … 1439.
    public var from: Int
    /// First minute after: 1 … 1440.
    public var to: Int

    /// A window.
    public init(day: Int, from: Int, to: Int) {
        self.day = day
        self.from = from
        self.to = to
    }

    /// By day, then by beginning.
    public static func < (a: Self, b: Self) -> Bool { (a.day, a.from, a.to) < (b.day, b.from, b.to) }

    /// `windows` sorted, overlapping and touching ones of one day united.
    public static func normalized(_ windows: [WeekWindow]) -> [WeekWindow] {
        var result: [WeekWindow] = []
        for window in windows.sorted() where window.from < window.to {
            if let last = result.last, last.day == window.day, window.from <= last.to {
                result[result.count - 1].to = max(last.to, window.to)
            } else {
                result.append(window)
            }
        }
        return result
    }
}

/// A set of visitors' addresses that conditions and links refer to: written as networks, or found out from a database.
public struct Place: Sendable {
    /// What the manifest says.
    public enum Definition: Hashable, Sendable {
        /// CIDR networks as written.
        case networks([String])
        /// Countries (ISO 3166-1 alpha-2, upper case), and perhaps a circle.
        case area(countries: [String], except: [String], near: Circle?)
    }

    /// A point and a radius; about as exact as the database is: tens of kilometres.
    public struct Circle: Hashable, Sendable {
        /// Degrees north, -90 … 90.
        public var latitude: Double
        /// Degrees east, -180 … 180.
        public var longitude: Double
        /// Kilometres.
        public var radius: Double

        /// A circle.
        public init(latitude: Double, longitude: Double, radius: Double) {
            self.latitude = latitude
            self.longitude = longitude
            self.radius = radius
        }
    }

    /// As people call it: the fence's name, or the countries or networks themselves.
    public var name: String
    /// What it was made from.
    public var definition: Definition
    /// The addresses; empty until a database was read, for areas.
    public var addresses: AddressRanges
    /// Where it stands in the manifest.
    public var range: SourceRange?

    /// A place.
    public init(
        name: String, definition: Definition, addresses: AddressRanges = AddressRanges(), range: SourceRange? = nil
    ) {
        self.name = name
        self.definition = definition
        self.addresses = addresses
        self.range = range
    }
}

/// Ranges of addresses, sorted, disjoint and not touching, both ends included.
public struct AddressRanges: Equatable, Sendable {
    /// IPv4, as numbers in host order.
    public var v4: [ClosedRange<UInt32>] = []
    /// IPv6, as numbers in host order. IPv4-mapped ones (::ffff:0:0/96) are under ``v4``.
    public var v6: [ClosedRange<UInt128>] = []

    /// None.
    public init() {}

    /// Whether `address` is in one of them. O(log n).
    public func contains(v4 address: UInt32) -> Bool { Self.contains(v4, address) }
    /// Whether `address` is in one of them. O(log n).
    public func contains(v6 address: UInt128) -> Bool { Self.contains(v6, address) }

    private static func contains<Number: Comparable>(_ ranges: [ClosedRange<Number>], _ address: Number) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < address { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(address)
    }
}
