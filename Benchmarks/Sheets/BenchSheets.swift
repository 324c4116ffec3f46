// The figures of label sheets: CPU time of one thread, fixed inputs, libharu in the same run, in turns.
//   WAYSEAL_BENCH=1 swift build -c release --product bench-sheets && .build/release/bench-sheets
import CHaru
import Codes
import Glibc
import QRCode
import Sheets
import Site
import Support

@main
struct BenchSheets {
    static let label = """
        <svg xmlns="http://www.w3.org/2000/svg" width="63.5mm" height="38.1mm" viewBox="0 0 63.5 38.1">
        <path d="M36 31h23" stroke="#000" stroke-width="0.4"/>
        <rect id="code" x="3" y="4" width="30" height="30"/>
        <text x="36" y="10" font-size="3.2" font-weight="700">{{name}}</text>
        <text x="36" y="16" font-size="2.8">Lot {{lot}}</text>
        </svg>
        """

    /// 60 characters, byte mode or nearly so: version 4 at level M.
    static func text(_ number: Int) -> String {
        let digits = String(number)
        return "https://go.example.com/r/" + String(repeating: "0", count: 8 - digits.count) + digits
            + "?utm_source=print&utm_id=a1"
    }

    static func cpu() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }

    /// Ours: labels into a document, its bytes counted and thrown away.
    static func sheets(_ numbers: Range<Int>) throws -> (microseconds: Double, bytes: Int) {
        let start = cpu()
        let settings = SheetSettings(grid: "L7160")
        let layout = try SheetLayout(settings)
        let (template, _) = LabelTemplate.read(
            Array(label.utf8), file: 0, label: layout.label, columns: ["name", "lot"])
        guard let template else { fatalError("the template is not read") }
        let fonts = LabelFonts(
            regular: try TrueTypeFont(Files.read(LabelFonts.usualPaths.regular)),
            bold: try TrueTypeFont(Files.read(LabelFonts.usualPaths.bold)))
        var document = try SheetDocument(
            layout: layout, template: template, settings: settings, fonts: fonts, title: "bench")
        var encoder = QREncoder()
        var bytes = 0
        for number in numbers {
            let symbol = try encoder.encode(text(number), level: .medium)
            try document.add(["Riesling \(number)", "L-\(number / 100)"], .symbol(symbol))
            if document.hasBytes { bytes += document.takeBytes().count }
        }
        try document.finish()
        bytes += document.takeBytes().count
        return (cpu() - start, bytes)
    }

    /// libharu, drawing the same: a rectangle for each run of modules, two texts, one line.
    static func haru(_ numbers: Range<Int>) throws -> (microseconds: Double, bytes: Int) {
        let start = cpu()
        let pdf = HPDF_New({ number, _, _ in fatalError("libharu: error \(number)") }, nil)
        defer { HPDF_Free(pdf) }
        _ = HPDF_SetCompressionMode(pdf, UInt32(HPDF_COMP_ALL))
        let regular = HPDF_GetFont(
            pdf, HPDF_LoadTTFontFromFile(pdf, LabelFonts.usualPaths.regular, 1), "WinAnsiEncoding")
        let bold = HPDF_GetFont(pdf, HPDF_LoadTTFontFromFile(pdf, LabelFonts.usualPaths.bold, 1), "WinAnsiEncoding")
        let layout = try SheetLayout(SheetSettings(grid: "L7160"))
        let point = Float(72 / 25.4)
        var encoder = QREncoder()
        var page: HPDF_Page?
        for (index, number) in numbers.enumerated() {
            let place = index % layout.count
            if place == 0 {
                page = HPDF_AddPage(pdf)
                _ = HPDF_Page_SetWidth(page, 210 * point)
                _ = HPDF_Page_SetHeight(page, 297 * point)
                _ = HPDF_Page_Concat(page, point, 0, 0, -point, 0, 297 * point)
                _ = HPDF_Page_SetLineWidth(page, 0.4)
                _ = HPDF_Page_SetCMYKFill(page, 0, 0, 0, 1)
            }
            let corner = layout.corner(place)
            _ = HPDF_Page_GSave(page)
            _ = HPDF_Page_Concat(page, 1, 0, 0, 1, Float(corner.x), Float(corner.y))
            _ = HPDF_Page_MoveTo(page, 36, 31)
            _ = HPDF_Page_LineTo(page, 59, 31)
            _ = HPDF_Page_Stroke(page)
            _ = HPDF_Page_BeginText(page)
            _ = HPDF_Page_SetFontAndSize(page, bold, 4)
            _ = HPDF_Page_SetTextMatrix(page, 1, 0, 0, -1, 36, 10)
            _ = HPDF_Page_ShowText(page, "Riesling \(number)")
            _ = HPDF_Page_SetFontAndSize(page, regular, 2.8)
            _ = HPDF_Page_SetTextMatrix(page, 1, 0, 0, -1, 36, 16)
            _ = HPDF_Page_ShowText(page, "Lot L-\(number / 100)")
            _ = HPDF_Page_EndText(page)
            let symbol = try encoder.encode(text(number), level: .medium)
            let module = 30 / Float(symbol.size + 8)
            _ = HPDF_Page_Concat(page, module, 0, 0, module, 3 + 4 * module, 4 + 4 * module)
            for y in 0..<symbol.size {
                var x = 0
                while x < symbol.size {
                    var end = x
                    while end < symbol.size, symbol[end, y] { end += 1 }
                    if end > x { _ = HPDF_Page_Rectangle(page, Float(x), Float(y), Float(end - x), 1) }
                    x = end + 1
                }
            }
            _ = HPDF_Page_Fill(page)
            _ = HPDF_Page_GRestore(page)
        }
        _ = HPDF_SaveToStream(pdf)
        return (cpu() - start, Int(HPDF_GetStreamSize(pdf)))
    }

    static func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    static func main() throws {
        var missed = false
        func figure(_ name: String, _ value: String, _ wanted: String, _ met: Bool) {
            print("\(met ? "ok  " : "MISS") \(name): \(value) (wanted \(wanted))")
            if !met { missed = true }
        }
        _ = try sheets(0..<210)
        // In turns, so that both see the same machine.
        var (ours, theirs, theirBytes) = (0.0, 0.0, 0)
        let (turns, slice) = (5, 2_100)
        for turn in 0..<turns {
            let numbers = turn * slice..<(turn + 1) * slice
            ours += try sheets(numbers).microseconds
            let haru = try haru(numbers)
            theirs += haru.microseconds
            theirBytes += haru.bytes
        }
        let count = Double(turns * slice)
        print(
            "a label: \(decimal(ours / count)) µs; libharu \(decimal(theirs / count)) µs and "
                + "\(theirBytes / turns / slice) bytes")
        figure("times libharu", decimal(theirs / ours), ">= 8", theirs >= 8 * ours)
        let all = try sheets(0..<100_000)
        figure("100,000 labels, CPU", decimal(all.microseconds / 1e6) + " s", "<= 10 s", all.microseconds <= 10e6)
        figure("100,000 labels", decimal(Double(all.bytes) / 1e6) + " MB", "<= 40 MB", all.bytes <= 40_000_000)
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        print("peak memory, libharu's included: \(usage.ru_maxrss / 1024) MB")
        if missed { exit(1) }
    }
}
