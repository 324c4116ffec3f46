/// A set of ASCII characters as two words: membership is a shift and a mask.
struct ASCIISet: Equatable, Sendable {
    let low: UInt64
    let high: UInt64

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? low : high
        return byte < 128 && (word >> UInt64(byte & 63)) & 1 == 1
    }

    // Written as constants, so that no lock guards them; a test spells them out.

    /// RFC 3986 §2.3: letters, digits, `-._~`.
    static var unreserved: ASCIISet { ASCIISet(low: 0x03FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }
    /// RFC 3986 §3.3 `pchar` without `%` and `*`.
    static var slug: ASCIISet { ASCIISet(low: 0x2FFF_7BD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }
    /// RFC 3986 §3.3 `pchar` and `/`, without `%`.
    static var path: ASCIISet { ASCIISet(low: 0x2FFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }
    /// RFC 3986 §3.4 and §3.5: query and fragment, without `%`.
    static var query: ASCIISet { ASCIISet(low: 0xAFFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }
    /// Lower-case letters, digits, `.`, `-`, `_`.
    static var host: ASCIISet { ASCIISet(low: 0x03FF_6000_0000_0000, high: 0x07FF_FFFE_8000_0000) }
    /// ISO/IEC 18004 §7.3.4: the alphanumeric mode of QR codes.
    static var dense: ASCIISet { ASCIISet(low: 0x07FF_EC31_0000_0000, high: 0x0000_0000_07FF_FFFE) }
    /// Hexadecimal digits.
    static var hexDigits: ASCIISet { ASCIISet(low: 0x03FF_0000_0000_0000, high: 0x0000_007E_0000_007E) }
    /// Letters, digits and `_`.
    static var word: ASCIISet { ASCIISet(low: 0x03FF_0000_0000_0000, high: 0x07FF_FFFE_87FF_FFFE) }
    /// RFC 3986 §3.1: what follows the first letter of a scheme.
    static var scheme: ASCIISet { ASCIISet(low: 0x03FF_6800_0000_0000, high: 0x07FF_FFFE_07FF_FFFE) }
}
