/// Reads all QR symbols of a picture, however bad it is: libzxing and libzbar, and where both find nothing, again after
/// each step of a ladder of filters. More robust than any phone: good for taking in, not for judging how well a code scans.
///
/// Not for two threads at a time.
public struct CodeReader: ~Copyable {
    private var zbar = ZBarReader()
    /// Filters copy the picture several times; larger ones are read as they are.
    static let largestFiltered = 40_000_000

    /// A reader.
    public init() {}

    /// Whether libzbar is there: without it fewer bad pictures are read.
    public var hasZBar: Bool { zbar.isAvailable }

    /// All symbols, each once, in reading order: from the top, then from the left.
    public mutating func read(_ image: GreyImage) -> [ReadSymbol] {
        var found = ZXingReader.read(image)
        // A sheet has many; what one reader misses the other may find.
        Self.merge(zbar.read(image), into: &found)
        if found.count > 1 { peel(image, &found) }
        if found.isEmpty { found = ZXingReader.read(image, threshold: .global) }
        if found.isEmpty, image.pixels.count <= Self.largestFiltered { found = climb(image) }
        let row = max(1, found.map { $0.place.bottom - $0.place.top }.max() ?? 1)
        return found.sorted {
            ($0.place.centre.y * 2 / row, $0.place.centre.x) < ($1.place.centre.y * 2 / row, $1.place.centre.x)
        }
    }

    /// A sheet of labels has more eyes than readers can put together: what is read is covered, and the rest read again, until
    /// nothing more is found.
    private mutating func peel(_ image: GreyImage, _ found: inout [ReadSymbol]) {
        var rest = image
        var covered = 0
        while covered < found.count {
            for symbol in found[covered...] { rest.cover(symbol.place) }
            covered = found.count
            Self.merge(ZXingReader.read(rest), into: &found)
            Self.merge(zbar.read(rest), into: &found)
        }
    }

    /// The ladder: what each step is good for stands beside it. The first step that reads something ends it.
    private mutating func climb(_ image: GreyImage) -> [ReadSymbol] {
        let contrast = image.stretched
        var found = ZXingReader.read(contrast)  // pale print
        if found.isEmpty {  // light on dark
            found = both(contrast.inverted)
            for place in found.indices { found[place].isInverted = true }
        }
        if found.isEmpty { found = both(contrast.median) }  // grain
        if found.isEmpty { found = both(contrast.blurred(radius: 2).stretched) }  // noise, modules that are dots
        if found.isEmpty { found = both(contrast.sharpened(radius: 6, by: 3)) }  // out of focus
        if found.isEmpty, image.pixels.count <= Self.largestFiltered / 4 {
            found = both(contrast.doubled).map(\.halved)  // small in the picture
        }
        if found.isEmpty { found = both(contrast.blurred(radius: 3).blurred(radius: 3).stretched) }  // eyes of dots
        if found.isEmpty { found = both(contrast.blurred(radius: 1).sharpened(radius: 10, by: 6)) }  // blurred more
        if found.isEmpty { found = both(contrast.blurred(radius: 4).blurred(radius: 4).blurred(radius: 4).stretched) }
        return found
    }

    private mutating func both(_ image: GreyImage) -> [ReadSymbol] {
        let found = ZXingReader.read(image)
        return found.isEmpty ? zbar.read(image) : found
    }

    /// Adds those symbols that are not there yet: the same content around the same point.
    private static func merge(_ more: [ReadSymbol], into found: inout [ReadSymbol]) {
        for symbol in more {
            let isKnown = found.contains {
                $0.bytes == symbol.bytes
                    && ($0.place.contains(symbol.place.centre) || symbol.place.contains($0.place.centre))
            }
            if !isKnown { found.append(symbol) }
        }
    }
}

extension GreyImage {
    /// Makes a rectangle white.
    fileprivate mutating func cover(_ place: ReadSymbol.Place) {
        let columns = max(0, min(width, place.left))..<max(0, min(width, max(place.left, place.right)))
        for y in max(0, min(height, place.top))..<max(0, min(height, max(place.top, place.bottom))) {
            for x in columns { pixels[y * width + x] = 255 }
        }
    }
}
