// The figures of QR images: CPU time of one thread, fixed inputs, rivals interleaved in the same run.
//   WAYSEAL_BENCH=1 swift build -c release --product bench-codes && .build/release/bench-codes
import CPNG
import CQREncode
import Codes
import Glibc
import QRCode

@main
struct BenchCodes {
    /// 60 characters, byte mode or nearly so: version 4 at level M.
    static func text(_ number: Int) -> String {
        let digits = String(number)
        return "https://go.example.com/r/" + String(repeating: "0", count: 8 - digits.count) + digits
            + "?utm_source=print&utm_id=a1"
    }

    /// CPU time of this process in microseconds.
    static func cpu() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }

    static func measure(_ body: () throws -> Void) rethrows -> Double {
        let start = cpu()
        try body()
        return cpu() - start
    }

    static func decimal(_ value: Double, _ places: Int = 2) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let (whole, rest) = Int((value * scale).rounded()).quotientAndRemainder(dividingBy: Int(scale))
        let digits = String(rest)
        return "\(whole)." + String(repeating: "0", count: places - digits.count) + digits
    }

    static func main() throws {
        var missed = false
        func figure(_ name: String, _ value: String, _ wanted: String, _ met: Bool) {
            print("\(met ? "ok  " : "MISS") \(name): \(value) (wanted \(wanted))")
            if !met { missed = true }
        }
        let texts = (0..<100_000).map(text)
        var sum = 0

        // Encoding against libqrencode, in slices so that both see the same machine.
        var encoder = QREncoder()
        sum &+= try encoder.encode(texts[0]).mask
        var (ours, bytes, split): (Double, Double, Double) = (0, 0, 0)
        let (slices, slice) = (20, 500)
        for i in 0..<slices {
            let part = texts[i * slice..<(i + 1) * slice]
            bytes += measure {
                for text in part {
                    let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M)
                    sum &+= Int(code?.pointee.width ?? 0)
                    QRcode_free(code)
                }
            }
            // Ten times as many, so that both last long enough to be measured.
            let more = texts[i * 10 * slice..<(i + 1) * 10 * slice]
            ours += try measure {
                for text in more { sum &+= try encoder.encode(text).mask }
            }
            split += measure {
                for text in part {
                    let code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1)
                    sum &+= Int(code?.pointee.width ?? 0)
                    QRcode_free(code)
                }
            }
        }
        let count = Double(slices * slice)
        let (us, library, librarySplit) = (ours / count / 10, bytes / count, split / count)
        print(
            "encode: \(decimal(us)) µs; libqrencode \(decimal(library)) (8 bit), \(decimal(librarySplit)) (split)"
        )
        // Against the faster way of calling it.
        let ratio = min(library, librarySplit) / us
        figure("encoder against libqrencode", "\(decimal(ratio, 1))×", "≥ 20×", ratio >= 20)

        // Encoding and PNG of 100,000 codes.
        var png = try PNGWriter()
        var files: [UInt8] = []
        files.reserveCapacity(60_000_000)
        var perFile = 0.0
        let whole = try measure {
            for text in texts { try png.append(encoder.encode(text), to: &files) }
        }
        perFile = Double(files.count) / Double(texts.count)
        figure("encode + PNG of 100,000 codes", "\(decimal(whole / 1e6)) s", "≤ 0.80 s", whole <= 800_000)
        figure("bytes a PNG", decimal(perFile, 1), "≤ 450", perFile <= 450)

        // The writers alone.
        let symbol = try encoder.encode(texts[1])
        let rounds = 20_000
        let pngAlone = try measure {
            for _ in 0..<rounds {
                files.removeAll(keepingCapacity: true)
                try png.append(symbol, to: &files)
            }
        }
        let side = (symbol.size + 8) * 8
        var pixels = [UInt8](repeating: 0xFF, count: side * side / 8)
        for y in 0..<symbol.size * 8 {
            for x in 0..<symbol.size where symbol[x, y / 8] { pixels[(y + 32) * side / 8 + x + 4] = 0 }
        }
        var file = [UInt8](repeating: 0, count: 1 << 16)
        var written = 0
        let libpng = measure {
            for _ in 0..<500 {
                written = cpng_write_bits(pixels, side / 8, UInt32(side), UInt32(side), &file, file.count)
            }
        }
        let (own, theirs) = (pngAlone / Double(rounds), libpng / 500)
        print("PNG: \(decimal(own)) µs, \(files.count) bytes; libpng \(decimal(theirs)) µs, \(written) bytes")
        figure("PNG against libpng", "\(decimal(theirs / own, 1))×", "≥ 50×", theirs / own >= 50)

        var svg = try SVGWriter()
        let svgTime = measure {
            for _ in 0..<rounds {
                files.removeAll(keepingCapacity: true)
                svg.append(symbol, to: &files)
            }
        }
        print("SVG: \(decimal(svgTime / Double(rounds))) µs, \(files.count) bytes")
        var pdf: [UInt8] = []
        let pdfTime = try measure {
            for _ in 0..<2_000 { pdf = try PDFWriter.document(symbol, millimetres: 30) }
        }
        print("PDF: \(decimal(pdfTime / 2_000)) µs, \(pdf.count) bytes")
        try BenchDesigns.run(texts, figure)
        // Printed so that nothing is optimised away.
        print("checksum \(sum)")
        exit(missed ? 1 : 0)
    }
}
