// Calls C: unsafe pointers.
internal import CQREncode
internal import Glibc
public import QRCode

/// Why libqrencode made no symbol.
public enum SpecialSymbolError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is nothing to encode.
    case empty
    /// The text does not fit the largest symbol of its kind.
    case tooLong
    /// Micro QR has no level H.
    case levelNotAvailable(ErrorCorrection)
    /// Kanji mode has no code for this character.
    case notKanji(Character)
    /// A version that this kind of symbol does not have.
    case noSuchVersion(Int)
    /// The library refused for another reason, with its `errno`.
    case refused(Int32)

    /// What is wrong: lower case, no full stop.
    public var description: String {
        switch self {
        case .empty: "there is nothing to encode"
        case .tooLong: "the text is too long for this kind of code"
        case .levelNotAvailable(let level): "a Micro QR code has no level \(level.letter)"
        case .notKanji(let character): "Kanji mode has no code for '\(character)'"
        case .noSuchVersion(let version): "there is no version \(version) of this kind of code"
        case .refused(let number): "libqrencode refused with error \(number)"
        }
    }
}

/// What our own encoder does not make, made by libqrencode: Micro QR, Kanji mode, structured append.
public enum SpecialSymbols {
    /// The smallest Micro QR code that holds `text` as UTF-8: at most 35 digits, 21 upper-case letters, 15 bytes.
    /// - Parameter level: `.low`, `.medium` or `.quartile`.
    public static func micro(
        _ text: String, level: ErrorCorrection = .low
    ) throws(SpecialSymbolError) -> Symbol {
        guard level != .high else { throw .levelNotAvailable(level) }
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { throw .empty }
        let mode = bestMode(bytes)
        for version in 1...4 {
            // Combinations that don't exist (M1 beyond its only level, Q below M4) and texts that don't fit fail.
            guard let input = QRinput_newMQR(Int32(version), level.library) else { continue }
            defer { QRinput_free(input) }
            guard QRinput_append(input, mode, Int32(bytes.count), bytes) == 0 else { continue }
            guard let made = QRcode_encodeInput(input) else { continue }
            defer { QRcode_free(made) }
            return try symbol(made)
        }
        throw .tooLong
    }

    /// A QR code with Kanji segments (13 bits a character instead of 24) and ASCII between them.
    ///
    /// For texts of ASCII and JIS X 0208 characters; others throw, because they would have to be written in Shift JIS
    /// bytes or UTF-8, which readers then mistake for each other.
    public static func kanji(
        _ text: String, level: ErrorCorrection = .medium
    ) throws(SpecialSymbolError) -> Symbol {
        guard !text.isEmpty else { throw .empty }
        guard let input = QRinput_new2(0, level.library) else { throw .refused(errno) }
        defer { QRinput_free(input) }
        var run: [UInt8] = []
        var runIsKanji = false
        func flush() throws(SpecialSymbolError) {
            guard !run.isEmpty else { return }
            let mode = runIsKanji ? QR_MODE_KANJI : bestMode(run)
            guard QRinput_append(input, mode, Int32(run.count), run) == 0 else { throw .refused(errno) }
            run.removeAll(keepingCapacity: true)
        }
        let converter = iconv_open("CP932", "UTF-8")
        defer { _ = iconv_close(converter) }
        for character in text {
            let bytes: [UInt8]
            if let ascii = character.unicodeScalars.first, character.unicodeScalars.count == 1, ascii.isASCII
            {
                bytes = [UInt8(ascii.value)]
            } else {
                bytes = shiftJIS(character, converter)
                guard QRinput_check(QR_MODE_KANJI, Int32(bytes.count), bytes) == 0, bytes.count == 2 else {
                    throw .notKanji(character)
                }
            }
            if (bytes.count == 2) != runIsKanji {
                try flush()
                runIsKanji = bytes.count == 2
            }
            run += bytes
        }
        try flush()
        guard let made = QRcode_encodeInput(input) else { throw failure() }
        defer { QRcode_free(made) }
        return try symbol(made)
    }

    /// Up to 16 QR codes of one version that a reader joins to one text (ISO/IEC 18004, section 8).
    /// - Parameters:
    ///   - text: written as UTF-8 bytes; a character may be divided between two symbols.
    ///   - version: of each symbol, 1...40.
    ///   - level: of each symbol.
    public static func structuredAppend(
        _ text: String, version: Int, level: ErrorCorrection = .medium
    ) throws(SpecialSymbolError) -> [Symbol] {
        guard (1...40).contains(version) else { throw .noSuchVersion(version) }
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { throw .empty }
        // The library divides with effort that grows faster than the text.
        guard bytes.count <= 16 * 7089 else { throw .tooLong }
        guard let input = QRinput_new2(Int32(version), level.library) else { throw .refused(errno) }
        defer { QRinput_free(input) }
        guard QRinput_append(input, bestMode(bytes), Int32(bytes.count), bytes) == 0,
            let parts = QRinput_splitQRinputToStruct(input)
        else { throw failure() }
        defer { QRinput_Struct_free(parts) }
        guard let list = QRcode_encodeInputStructured(parts) else { throw failure() }
        defer { QRcode_List_free(list) }
        var symbols: [Symbol] = []
        var next: UnsafeMutablePointer<QRcode_List>? = list
        while let entry = next {
            guard let code = entry.pointee.code else { throw .refused(0) }
            symbols.append(try symbol(code))
            next = entry.pointee.next
        }
        return symbols
    }

    /// The narrowest mode that holds all bytes.
    private static func bestMode(_ bytes: [UInt8]) -> QRencodeMode {
        for mode in [QR_MODE_NUM, QR_MODE_AN] where QRinput_check(mode, Int32(bytes.count), bytes) == 0 {
            return mode
        }
        return QR_MODE_8
    }

    private static func failure() -> SpecialSymbolError { errno == ERANGE ? .tooLong : .refused(errno) }

    private static func symbol(_ made: UnsafeMutablePointer<QRcode>) throws(SpecialSymbolError) -> Symbol {
        let (size, modules) = (Int(made.pointee.width), made.pointee.data)
        guard let modules, let symbol = Symbol(size: size, dark: { modules[$1 * size + $0] & 1 == 1 }) else {
            throw .refused(0)
        }
        return symbol
    }

    /// A character in Shift JIS, empty when it has none.
    private static func shiftJIS(_ character: Character, _ converter: iconv_t?) -> [UInt8] {
        var input = character.utf8.map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: 8)
        let written = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                var (from, to) = (input.baseAddress, output.baseAddress)
                var (fromCount, toCount) = (input.count, output.count)
                let lost = iconv(converter, &from, &fromCount, &to, &toCount)
                return lost == 0 && fromCount == 0 ? 8 - toCount : 0
            }
        }
        return output[..<written].map { UInt8(bitPattern: $0) }
    }
}

extension ErrorCorrection {
    fileprivate var library: QRecLevel {
        switch self {
        case .low: QR_ECLEVEL_L
        case .medium: QR_ECLEVEL_M
        case .quartile: QR_ECLEVEL_Q
        case .high: QR_ECLEVEL_H
        }
    }
}
