/// What a reader got out of one QR symbol.
public struct ReadSymbol: Equatable, Sendable {
    /// The content as it stands in the symbol, without any conversion of characters.
    public var bytes: [UInt8]
    /// The content as a person would see it, in UTF-8, where the reader tells.
    public var text: [UInt8]?
    /// The place in a structured append sequence, where there is one.
    public var sequence: Sequence?

    /// A place in a structured append sequence.
    public struct Sequence: Equatable, Sendable {
        /// From 0.
        public var index: Int
        /// Number of symbols.
        public var count: Int
    }
}
