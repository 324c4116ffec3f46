import Codes
import Decoding
import Foundation
import QRCode
import Site
import Testing

/// Ghostscript, which presses and RIPs are built upon, draws our EPS. Run with WAYSEAL_SERVER_TESTS=1.
@Suite("EPS, drawn by Ghostscript", .enabled(if: ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1"))
struct EPSJudgeTests {
    private static let text = "https://go.example.org/r/1234"

    private static let designs: [(name: String, design: Design)] = {
        func make(_ name: String, _ change: (inout Design) -> Void) -> (String, Design) {
            var design = Design(name: name)
            change(&design)
            return (name, design)
        }
        return [
            make("plain") { _ in },
            make("rounded") {
                $0.modules = .rounded
                $0.eyeFrame = .leaf
                $0.eyeBall = .circle
                $0.ink = .solid(Colour(91, 15, 31, cmyk: Colour.CMYK(0, 85, 60, 65)))
            },
            make("spot") {
                $0.modules = .dots
                $0.ink = .solid(Colour(120, 0, 30, cmyk: Colour.CMYK(0, 100, 75, 50), spot: "PANTONE 188 C"))
            },
            make("gradient") {
                $0.modules = .liquid
                $0.ink = .linear(angle: 45, [Paint.Stop(0, Colour(140, 20, 60)), Paint.Stop(1, Colour(30, 20, 120))])
            },
            make("radial, framed") {
                $0.ink = .radial([Paint.Stop(0, Colour(0, 80, 120)), Paint.Stop(1, Colour(0, 20, 60))])
                $0.frame = Design.Frame(shape: .banner, text: "Scan me", colour: Colour(91, 15, 31))
            },
            make("logo") {
                $0.logo = Design.Logo(file: logoFile(side: 120))
                $0.eyeFrame = .drop
            },
        ]
    }()

    private func drawing(_ design: Design) throws -> Drawing {
        var encoder = QREncoder()
        var template = try DesignTemplate(design)
        return template.drawing(try template.symbol(Self.text, level: .medium, &encoder))
    }

    /// Runs Ghostscript over an EPS in a folder of its own; answers what it printed.
    private func ghostscript(
        _ eps: [UInt8], _ arguments: [String], _ take: (URL, String) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("eps-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(eps).write(to: folder.appendingPathComponent("code.eps"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/gs")
        process.arguments = ["-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-dEPSCrop"] + arguments + ["code.eps"]
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(output)")
        try take(folder, output)
    }

    private func bytes(_ url: URL) throws -> [UInt8] { try [UInt8](Data(contentsOf: url)) }

    private func texts(_ image: GreyImage) -> Set<String> {
        var reader = CodeReader()
        return Set(reader.read(image).map { String(decoding: $0.bytes, as: UTF8.self) })
    }

    @Test(
        "is read by zxing and by zbar at the resolutions of label, office and press printers, and is as large as it says",
        arguments: designs.indices, [203, 300, 600])
    func reads(index: Int, dpi: Int) throws {
        let (name, design) = Self.designs[index]
        let eps = try drawing(design).eps(millimetres: 30, title: name)
        try ghostscript(eps, ["-r\(dpi)", "-sDEVICE=pnggray", "-sOutputFile=code.png"]) { folder, _ in
            let image = try PNGReader.read(bytes(folder.appendingPathComponent("code.png")))
            #expect(texts(image) == [Self.text], "\(name) at \(dpi) dpi")
            #expect(ZXingReader.read(image).contains { $0.bytes == Array(Self.text.utf8) }, "\(name)")
            var zbar = ZBarReader()
            #expect(zbar.read(image).contains { $0.bytes == Array(Self.text.utf8) }, "\(name)")
            #expect(abs(Double(image.width) - 30 / 25.4 * Double(dpi)) < 4)
        }
    }

    @Test("prints plain codes with black alone, and an ink of four colours as it was mixed")
    func process() throws {
        func coverage(_ design: Design) throws -> [Double] {
            var parts: [Double] = []
            try ghostscript(try drawing(design).eps(millimetres: 30), ["-sDEVICE=ink_cov", "-sOutputFile=-"]) {
                _, output in
                parts = output.split(whereSeparator: \.isWhitespace).prefix(4).compactMap { Double($0) }
            }
            return parts
        }
        let plain = try coverage(Self.designs[0].design)
        #expect(plain.count == 4 && plain[..<3] == [0, 0, 0] && plain[3] > 10, "\(plain)")
        // 0, 85, 60, 65 %: the shares of the plates are to one another as those.
        let mixed = try coverage(Self.designs[1].design)
        try #require(mixed.count == 4)
        #expect(mixed[0] == 0 && mixed[1] > 10, "\(mixed)")
        #expect(abs(mixed[2] / mixed[1] - 60.0 / 85) < 0.01 && abs(mixed[3] / mixed[1] - 65.0 / 85) < 0.01, "\(mixed)")
    }

    @Test("prints a spot colour on its own plate, which alone is the code; the others are empty")
    func spot() throws {
        let eps = try drawing(Self.designs[2].design).eps(millimetres: 30)
        try ghostscript(
            eps, ["-r300", "-sDEVICE=tiffsep", "-sCompression=none", "-sOutputFile=p.tif"]
        ) { folder, _ in
            let plate = try plate(bytes(folder.appendingPathComponent("p(PANTONE 188 C).tif")))
            #expect(texts(plate) == [Self.text])
            for process in ["Cyan", "Magenta", "Yellow", "Black"] {
                let other = try self.plate(bytes(folder.appendingPathComponent("p(\(process)).tif")))
                #expect(other.pixels.allSatisfy { $0 == 255 }, "\(process)")
            }
        }
    }

    /// An unpacked TIFF of eight bits a pixel (TIFF 6.0, section 4).
    private func plate(_ file: [UInt8]) throws -> GreyImage {
        func number(_ at: Int, _ count: Int) -> Int { (0..<count).reduce(0) { $0 | Int(file[at + $1]) << (8 * $1) } }
        try #require(file.starts(with: Array("II*".utf8)))
        let directory = number(4, 4)
        var tags: [Int: [Int]] = [:]
        for entry in 0..<number(directory, 2) {
            let at = directory + 2 + 12 * entry
            let size = number(at + 2, 2) == 3 ? 2 : 4
            let count = number(at + 4, 4)
            let start = count * size <= 4 ? at + 8 : number(at + 8, 4)
            tags[number(at, 2)] = (0..<count).map { number(start + size * $0, size) }
        }
        let (width, height) = (try #require(tags[256]?.first), try #require(tags[257]?.first))
        try #require(tags[258] == [8] && tags[259] == [1])
        let (offsets, lengths) = (try #require(tags[273]), try #require(tags[279]))
        let pixels = zip(offsets, lengths).flatMap { file[$0..<$0 + $1] }
        // 0 is white when the photometric interpretation says so.
        let isInverted = tags[262] == [0]
        return try #require(
            GreyImage(width: width, height: height, pixels: isInverted ? pixels.map { 255 - $0 } : pixels))
    }
}
