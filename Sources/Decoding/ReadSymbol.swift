/// What a reader got out of one QR symbol.
public struct ReadSymbol: Equatable, Sendable {
    /// The content as it stands in the symbol, without any conversion of characters.
    public var bytes: [UInt8]
    /// The content as a person would see it, in UTF-8, where the reader tells.
    public var text: [UInt8]?
    /// The place in a structured append sequence, where there is one.
    public var sequence: Sequence?
    /// The box around the symbol in the picture that was read.
    public var place: Place
    /// The corners of the symbol itself, from its own top left one clockwise, where the reader tells them; they are good to
    /// about a module.
    public var corners: [Corner]?
    /// Light on dark: it was found in the picture's negative.
    public var isInverted = false

    /// A point, in pixels from the top left corner of the picture.
    public struct Corner: Equatable, Sendable {
        /// Column.
        public var x: Int
        /// Row.
        public var y: Int
    }

    /// A place in a structured append sequence.
    public struct Sequence: Equatable, Sendable {
        /// From 0.
        public var index: Int
        /// Number of symbols.
        public var count: Int
    }

    /// A box, in pixels from the top left corner of the picture.
    public struct Place: Equatable, Sendable {
        /// Smallest column.
        public var left: Int
        /// Smallest row.
        public var top: Int
        /// Greatest column.
        public var right: Int
        /// Greatest row.
        public var bottom: Int

        /// The middle.
        public var centre: (x: Int, y: Int) { ((left + right) / 2, (top + bottom) / 2) }

        func contains(_ point: (x: Int, y: Int)) -> Bool {
            left <= point.x && point.x <= right && top <= point.y && point.y <= bottom
        }
    }

    /// The same in a picture of half the size.
    var halved: ReadSymbol {
        var symbol = self
        symbol.place = Place(
            left: place.left / 2, top: place.top / 2, right: place.right / 2, bottom: place.bottom / 2)
        symbol.corners = corners?.map { Corner(x: $0.x / 2, y: $0.y / 2) }
        return symbol
    }
}
