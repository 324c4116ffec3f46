import Codes
import Decoding
import Foundation
import QRCode
import Sheets
import Site
import Support
import Testing

let dejavu = LabelFonts.usualPaths

func fonts() throws -> LabelFonts {
    func font(_ path: String) throws -> TrueTypeFont {
        try TrueTypeFont([UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
    }
    return LabelFonts(regular: try font(dejavu.regular), bold: try font(dejavu.bold))
}

/// Runs a program in a folder and answers what it printed.
@discardableResult
func run(_ program: String, _ arguments: [String], in folder: URL) throws -> (output: String, status: Int32) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = folder
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (String(decoding: output, as: UTF8.self), process.terminationStatus)
}

/// A folder that goes when the test ends.
final class Folder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("sheets-\(UUID())")
    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: url.appendingPathComponent(name))
    }
}

let labelSVG = """
    <svg xmlns="http://www.w3.org/2000/svg" width="63.5mm" height="38.1mm" viewBox="0 0 63.5 38.1">
    <rect x="1" y="1" width="61.5" height="36.1" rx="2" fill="none" stroke="#5b0f1f" stroke-width="0.3"/>
    <path d="M36 31h23" stroke="#5b0f1f" stroke-width="0.4"/>
    <rect id="code" x="3" y="4" width="30" height="30"/>
    <text x="36" y="10" font-size="4.2" font-weight="700" fill="#5b0f1f" data-fit="25">{{name}}</text>
    <text x="36" y="16" font-size="2.8" data-fit="25">Партия {{lot}}</text>
    <text x="36" y="21" font-size="2.8" data-fit="25">Φιάλη {{serial}}</text>
    <text x="59" y="35" font-size="2.2" text-anchor="end" fill="#666">vinea.example</text>
    </svg>
    """

/// A document of `count` labels of the template, and its texts.
func document(
    _ count: Int, _ change: (inout SheetSettings) -> Void = { _ in }, template svg: String = labelSVG,
    code: (Symbol) throws -> SheetDocument.Code = { .symbol($0) }
) throws -> (pdf: [UInt8], texts: [String]) {
    var settings = SheetSettings(grid: "L7160")
    change(&settings)
    let layout = try SheetLayout(settings)
    let (template, diagnostics) = LabelTemplate.read(
        Array(svg.utf8), file: 0, label: layout.label, columns: ["name", "lot", "serial"])
    #expect(diagnostics.filter { $0.severity == .error } == [])
    var document = try SheetDocument(
        layout: layout, template: try #require(template), settings: settings, fonts: try fonts(), title: "bottles",
        total: count)
    var encoder = QREncoder()
    var pdf: [UInt8] = []
    var texts: [String] = []
    for row in 0..<count {
        let text = "https://go.vinea.example/21/\(1000 + row)?u=print"
        try document.add(
            ["Riesling \(row)", "Л-\(2024 + row)", "Νο \(row)"],
            try code(try encoder.encode(text, level: .medium, minimumVersion: 1)))
        texts.append(text)
        pdf += document.takeBytes()
    }
    try document.finish()
    return (pdf + document.takeBytes(), texts)
}

/// The texts of all codes, page by page, as pdftoppm draws them.
func decoded(_ folder: Folder, _ name: String) throws -> [[String]] {
    var pages: [[String]] = []
    var reader = CodeReader()
    _ = try PDFPages.read(folder.url.appendingPathComponent(name).path) { _, image in
        pages.append(reader.read(image).map { String(decoding: $0.bytes, as: UTF8.self) })
    }
    return pages
}
