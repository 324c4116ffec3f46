// Calls C: unsafe pointers.
internal import CDeflate
internal import Codes

/// zlib streams by libdeflate: the same bytes on every machine.
@safe final class Deflater {
    private let compressor: OpaquePointer?

    init(level: Int32) { unsafe compressor = libdeflate_alloc_compressor(level) }
    deinit { unsafe libdeflate_free_compressor(compressor) }

    /// `bytes` packed; `nil` when there is no memory.
    func packed(_ bytes: [UInt8]) -> [UInt8]? {
        guard let compressor = unsafe compressor else { return nil }
        let room = unsafe libdeflate_zlib_compress_bound(compressor, bytes.count)
        let packed = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            count = unsafe bytes.withUnsafeBytes {
                unsafe libdeflate_zlib_compress(compressor, $0.baseAddress, $0.count, buffer.baseAddress, room)
            }
        }
        return packed.isEmpty ? nil : packed
    }
}

/// A PDF file that is written object by object and taken away in pieces, so that it may be larger than memory.
struct PDFObjects {
    /// Bytes that nobody has taken yet.
    private(set) var bytes: [UInt8]
    /// Bytes that were taken.
    private var taken = 0
    /// Where each object begins, object 1 first; 0 for one that is still to be written.
    private var offsets: [Int] = []
    private let deflater = Deflater(level: 6)
    private var operators = OperatorDeflater()

    init() {
        // Four bytes above 127 tell programs that guess that the file is binary (ISO 32000-1, section 7.5.2).
        bytes = Array("%PDF-1.7\n%".utf8) + [0xE2, 0xE3, 0xCF, 0xD3, 0x0A]
    }

    /// All bytes since the last call.
    mutating func take() -> [UInt8] {
        let result = bytes
        taken += bytes.count
        bytes.removeAll(keepingCapacity: true)
        return result
    }

    /// The number of an object that will be written.
    mutating func reserve() -> Int {
        offsets.append(0)
        return offsets.count
    }

    mutating func write(_ number: Int, _ body: some Sequence<UInt8>) {
        offsets[number - 1] = taken + bytes.count
        bytes.append(contentsOf: "\(number) 0 obj\n".utf8)
        bytes.append(contentsOf: body)
        bytes.append(contentsOf: "\nendobj\n".utf8)
    }

    mutating func write(_ number: Int, _ body: String) { write(number, body.utf8) }

    /// Writes the operators of a page, packed.
    mutating func writePage(_ number: Int, _ content: [UInt8]) {
        writeStream(number, operators.packed(content), "/Filter/FlateDecode")
    }

    /// Writes a stream, packed.
    /// - Parameter entries: of its dictionary, besides length and filter.
    mutating func writeStream(_ number: Int, _ content: [UInt8], entries: String = "") {
        let packed = deflater.packed(content)
        writeStream(number, packed ?? content, entries + (packed == nil ? "" : "/Filter/FlateDecode"))
    }

    private mutating func writeStream(_ number: Int, _ body: [UInt8], _ entries: String) {
        offsets[number - 1] = taken + bytes.count
        bytes.append(contentsOf: "\(number) 0 obj\n<<\(entries)/Length \(body.count)>>\nstream\n".utf8)
        bytes.append(contentsOf: body)
        bytes.append(contentsOf: "\nendstream\nendobj\n".utf8)
    }

    /// Writes the cross-reference table and the trailer. Every reserved object must have been written.
    mutating func finish(trailer: String) {
        let start = taken + bytes.count
        bytes.append(contentsOf: "xref\n0 \(offsets.count + 1)\n0000000000 65535 f \n".utf8)
        for offset in offsets {
            let digits = String(offset)
            let zeros = String(repeating: "0", count: max(0, 10 - digits.utf8.count))
            bytes.append(contentsOf: "\(zeros)\(digits) 00000 n \n".utf8)
        }
        bytes.append(
            contentsOf: "trailer\n<</Size \(offsets.count + 1)\(trailer)>>\nstartxref\n\(start)\n%%EOF\n".utf8)
    }

    /// Text as a PDF string: UTF-16 in hexadecimal, which nothing in it can end.
    static func text(_ text: String) -> String {
        let digits = ([0xFEFF] + Array(text.utf16)).map { unit in
            let hex = String(unit, radix: 16)
            return String(repeating: "0", count: 4 - hex.utf8.count) + hex
        }
        return "<\(digits.joined())>"
    }
}
