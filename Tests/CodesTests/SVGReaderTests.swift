import Codes
import Decoding
import Foundation
import Site
import Support
import Testing

/// The areas of a picture as an SVG of plain paths.
private func plain(_ picture: SVGPicture) -> String {
    var gradients = ""
    var body = ""
    var count = 0
    func hex(_ c: Colour) -> String { "rgb(\(c.red),\(c.green),\(c.blue))" }
    for case .area(let area) in picture.drawing.shapes {
        var d = ""
        var next = 0
        func take() -> String {
            defer { next += 1 }
            return "\(area.outline.points[next].x) \(area.outline.points[next].y) "
        }
        for verb in area.outline.verbs {
            switch verb {
            case .move: d += "M" + take()
            case .line: d += "L" + take()
            case .curve: d += "C" + take() + take() + take()
            case .close: d += "z"
            }
        }
        var fill: String
        func stops(_ stops: [Paint.Stop]) -> String {
            stops.map { #"<stop offset="\#($0.place)" stop-color="\#(hex($0.colour))"/>"# }.joined()
        }
        switch area.fill {
        case .solid(let colour, let opacity): fill = "\(hex(colour))\" fill-opacity=\"\(opacity)"
        case .linear(let from, let to, let list):
            fill = "url(#g\(count))"
            gradients +=
                #"<linearGradient id="g\#(count)" gradientUnits="userSpaceOnUse" x1="\#(from.x)" y1="\#(from.y)" "#
            gradients += #"x2="\#(to.x)" y2="\#(to.y)">\#(stops(list))</linearGradient>"#
        case .radial(let centre, let radius, let list):
            fill = "url(#g\(count))"
            gradients += #"<radialGradient id="g\#(count)" gradientUnits="userSpaceOnUse" cx="\#(centre.x)" "#
            gradients += #"cy="\#(centre.y)" r="\#(radius)">\#(stops(list))</radialGradient>"#
        }
        count += 1
        body += #"<path d="\#(d)" fill="\#(fill)" fill-rule="\#(area.rule == .evenOdd ? "evenodd" : "nonzero")"/>"#
    }
    return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(picture.width) \(picture.height)">\
        <defs>\(gradients)</defs>\(body)</svg>
        """
}

/// What librsvg draws, 400 pixels wide, on white.
private func drawn(_ svg: String) throws -> GreyImage {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("svg-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try svg.write(to: folder.appendingPathComponent("a.svg"), atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/rsvg-convert")
    process.currentDirectoryURL = folder
    process.arguments = ["-w", "400", "-b", "white", "-o", "a.png", "a.svg"]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return try PNGReader.read([UInt8](Data(contentsOf: folder.appendingPathComponent("a.png"))))
}

private func read(_ svg: String, _ purpose: SVGReader.Purpose = .picture) -> (SVGPicture?, [Diagnostic]) {
    SVGReader.read(Array(svg.utf8), file: 0, purpose: purpose)
}

private func svg(_ body: String) -> String {
    #"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 80">\#(body)</svg>"#
}

@Suite("SVG that is read")
struct SVGReaderTests {
    static let pictures = [
        ##"<path d="M10 10h30v20l-5,5-10-3zm5 5 h10 v5 h-10z" fill="#5b0f1f"/>"##,
        ##"<path fill-rule="evenodd" d="M10 10h60v60h-60zM20 20h40v40h-40z"/>"##,
        ##"<path d="M10 40C20 0 40 0 50 40S80 80 90 40" fill="none" stroke="navy" stroke-width="4"/>"##,
        ##"<path d="M10 40Q30 0 50 40T90 40" fill="none" stroke="teal" stroke-width="3" stroke-linecap="round"/>"##,
        ##"<path d="M10,40a20,10 30 1 0 40,5A15 25 -20 0 1 80 40a5 5 0 01.5.5" fill="none" stroke="#111" stroke-width="2"/>"##,
        ##"<path d="M30 30 a 20 20 0 1 1 0.1 0 z" fill="orange"/>"##,
        ##"<rect x="10" y="10" width="50" height="40" rx="8" fill="rebeccapurple" stroke="black" stroke-width="3"/>"##,
        ##"<rect x="10" y="10" width="50" height="40" rx="60" ry="5" fill="hsl(120,50%,40%)"/>"##,
        ##"<circle cx="50" cy="40" r="30"/><ellipse cx="50" cy="40" rx="25" ry="10" fill="rgb(80%, 20%, 10%)"/>"##,
        ##"<g transform="translate(50 40) rotate(30) scale(2 1) skewX(10)"><rect x="-10" y="-10" width="20" height="20" stroke="red" stroke-width="2"/></g>"##,
        ##"<polygon points="50,5 90,75 10,75" fill="none" stroke="black" stroke-width="6" stroke-linejoin="round"/>"##,
        ##"<polygon points="50,5 90,75 10,75" fill="none" stroke="black" stroke-width="6" stroke-linejoin="bevel"/>"##,
        ##"<polygon points="50,15 90,65 10,65" fill="none" stroke="black" stroke-width="6"/>"##,
        ##"<polyline points="10,10 50,70 55,10 90,70" fill="none" stroke="black" stroke-width="5" stroke-miterlimit="8"/>"##,
        ##"<polyline points="10,10 90,10 10,20 90,20" fill="none" stroke="black" stroke-width="3" stroke-linecap="square"/>"##,
        ##"<line x1="10" y1="40" x2="90" y2="45" stroke="black" stroke-width="4" stroke-dasharray="10 4 2" stroke-dashoffset="5"/>"##,
        ##"<circle cx="50" cy="40" r="30" fill="none" stroke="black" stroke-width="4" stroke-dasharray="9,5" stroke-linecap="round"/>"##,
        ##"<path d="M20 20v0M50 50h0" stroke="black" stroke-width="10" stroke-linecap="round"/>"##,
        ##"<style>.a{fill:#080} #b{fill:#00f!important} rect{fill:red} /* none */ .c,.d{stroke:black;stroke-width:2}</style><rect class="a d" width="30" height="30"/><rect id="b" class="a" x="40" width="30" height="30"/><rect x="10" y="40" width="30" height="30"/>"##,
        ##"<g fill="blue" style="stroke:red;stroke-width:2px"><rect x="5" y="5" width="20" height="20" style="fill:lime"/><rect x="40" y="5" width="20" height="20"/></g>"##,
        ##"<defs><path id="p" d="M0 0h10v10z"/></defs><use href="#p" x="20" y="20"/><use xlink:href="#p" transform="scale(3)" fill="green"/>"##,
        ##"<symbol id="s" viewBox="0 0 10 10"><circle cx="5" cy="5" r="5"/></symbol><use href="#s" x="10" y="10" width="40" height="60"/>"##,
        ##"<linearGradient id="g"><stop stop-color="red"/><stop offset="50%" stop-color="yellow"/><stop offset="1" style="stop-color:blue"/></linearGradient><rect x="10" y="10" width="80" height="30" fill="url(#g)"/>"##,
        ##"<linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop stop-color="black"/><stop offset="1" stop-color="white"/></linearGradient><rect x="10" y="10" width="80" height="20" fill="url(#g)"/>"##,
        ##"<linearGradient id="h"><stop stop-color="black"/><stop offset="1" stop-color="lime"/></linearGradient><linearGradient id="g" href="#h" gradientUnits="userSpaceOnUse" x1="10" y1="10" x2="60" y2="40" gradientTransform="rotate(10) skewX(20)"/><circle cx="40" cy="40" r="30" fill="url(#g)"/>"##,
        ##"<radialGradient id="g"><stop stop-color="gold"/><stop offset="1" stop-color="#800"/></radialGradient><circle cx="50" cy="40" r="30" fill="url(#g)"/>"##,
        ##"<g opacity=".5"><rect x="10" y="10" width="40" height="40"/></g><rect x="30" y="30" width="40" height="40" fill="#ff000080"/>"##,
        ##"<rect display="none" width="100" height="80"/><rect visibility="hidden" width="50" height="80"/><rect fill="none" width="9" height="9"/><path d="M0 0"/>"##,
        ##"<g clip-path="url(#c)"><rect x="20" y="20" width="30" height="30"/></g><defs><clipPath id="c"><rect width="100" height="80" fill="white"/></clipPath></defs>"##,
        ##"<path d="M10 70 C 10 10, 90 10, 90 70" fill="none" stroke="black" stroke-width="14"/>"##,
        ##"<g color="green"><rect x="10" y="10" width="1in" height="5mm" fill="currentColor" transform="matrix(.5 0 0 .5 1 1)"/></g>"##,
        ##"<rect x="10%" y="10%" width="50%" height="50%" fill="device-cmyk(0 1 1 0)"/>"##,
    ]

    @Test("looks to librsvg as the file it came from", arguments: pictures.indices)
    func sameLook(index: Int) throws {
        let source = svg(Self.pictures[index])
        let (picture, diagnostics) = read(source)
        #expect(diagnostics == [])
        // What librsvg does not know, it is told in sRGB.
        let theirs = try drawn(source.replacingOccurrences(of: "device-cmyk(0 1 1 0)", with: "red"))
        let ours = try drawn(plain(try #require(picture)))
        try #require(ours.width == theirs.width && ours.height == theirs.height)
        var (off, far) = (0, 0)
        for y in 0..<ours.height {
            for x in 0..<ours.width {
                let difference = abs(Int(ours[x, y]) - Int(theirs[x, y]))
                off += difference
                if difference > 100 { far += 1 }
            }
        }
        // In the mean a fifth of a grey level of 255, and hardly a pixel on the other side of an edge.
        #expect(Double(off) / Double(ours.width * ours.height) < 0.2)
        #expect(far < 12)
    }

    static let refused: [(body: String, code: DiagnosticCode, line: Int, column: Int)] = [
        ("<script>alert(1)</script>", SVGCodes.active, 2, 1),
        ("<g>\n<rect onclick=\"x()\"/></g>", SVGCodes.active, 3, 7),
        (##"<use href="https://example.org/a.svg#b"/>"##, SVGCodes.active, 2, 6),
        (##"<use xlink:href="other.svg#b"/>"##, SVGCodes.active, 2, 12),
        (##"<rect fill="url( 'http://example.org/#a')"/>"##, SVGCodes.active, 2, 7),
        (##"<rect style="fill:url(//example.org/#a)"/>"##, SVGCodes.active, 2, 7),
        ("<style>@import 'x.css';</style>", SVGCodes.active, 2, 1),
        ("<style>a{fill:url(x.svg#b)}</style>", SVGCodes.active, 2, 1),
        ("<foreignObject/>", SVGCodes.active, 2, 1),
        (##"<image href="data:image/png;base64,AAAA"/>"##, SVGCodes.unsupported, 2, 1),
        (##"<image href="file:///etc/passwd"/>"##, SVGCodes.active, 2, 8),
        (##"<rect width="3" height="3" filter="url(#f)"/>"##, SVGCodes.unsupported, 2, 28),
        (##"<rect width="3" height="3" mask="url(#f)"/>"##, SVGCodes.unsupported, 2, 28),
        ("<text>Hello</text>", SVGCodes.unsupported, 2, 1),
        ("<recct/>", SVGCodes.unsupported, 2, 1),
        (##"<path d="M0 0L1"/>"##, SVGCodes.value, 2, 7),
        (##"<path d="L1 1"/>"##, SVGCodes.value, 2, 7),
        (##"<path d="M0 0 A1 1 0 2 0 5 5"/>"##, SVGCodes.value, 2, 7),
        (##"<path d="M0 0L1e9 1"/>"##, SVGCodes.value, 2, 7),
        (##"<rect width="3" height="x"/>"##, SVGCodes.value, 2, 17),
        (##"<rect width="3" height="3" fill="#12345"/>"##, SVGCodes.value, 2, 28),
        (##"<rect width="3" height="3" fill="url(#none)"/>"##, SVGCodes.value, 2, 28),
        (##"<use href="#nothing"/>"##, SVGCodes.value, 2, 6),
        (##"<g id="a"><use href="#a"/></g>"##, SVGCodes.limit, 2, 11),
        (##"<g transform="turn(3)"/>"##, SVGCodes.value, 2, 4),
        ("<g>", SVGCodes.syntax, 2, 6),
        ("<g>&nothing;</g>", SVGCodes.syntax, 2, 4),
    ]

    @Test("is refused with the place of what is wrong", arguments: refused.indices)
    func refusals(index: Int) throws {
        let (body, code, line, column) = Self.refused[index]
        let text =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 9 9\">\n"
        let (picture, diagnostics) = read(text + body + "</svg>")
        #expect(picture == nil)
        let first = try #require(diagnostics.first)
        var sources = SourceMap()
        _ = sources.add(path: "a.svg", bytes: Array((text + body + "</svg>").utf8))
        let place = sources.position(of: try #require(first.range))
        #expect(first.code == code, "\(first.summary)")
        #expect((place.line, place.column) == (line, column), "\(first.summary)")
    }

    @Test("can hide nothing in a DTD, and blows up nothing by entities or use")
    func bombs() {
        let laughs = """
            <?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">&b;</svg>
            """
        #expect(read(laughs).1.map(\.code) == [SVGCodes.active])
        // The harmless doctype that older editors write.
        let doctype = """
            <?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>
            """
        #expect(read(doctype).1 == [])
        var uses = #"<path id="u0" d="M0 0h1v1z"/>"#
        for level in 1...12 {
            uses += "<g id=\"u\(level)\">" + String(repeating: "<use href=\"#u\(level - 1)\"/>", count: 10) + "</g>"
        }
        let (picture, diagnostics) = read(svg(uses))
        #expect(picture == nil && diagnostics.contains { $0.code == SVGCodes.limit })
        let deep = svg(String(repeating: "<g>", count: 100) + String(repeating: "</g>", count: 100))
        #expect(read(deep).1.map(\.code) == [SVGCodes.limit])
        let many = svg(String(repeating: "<g/>", count: 60_000))
        #expect(read(many).1.map(\.code) == [SVGCodes.limit])
        #expect(read(String(repeating: " ", count: 4_000_001)).1.map(\.code) == [SVGCodes.limit])
    }

    @Test("never makes the reader trap, whatever bytes are changed")
    func mutations() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("0123456789.-+eE,MLHVCSQTAZz #%()<>\"'/:;&".utf8)
        for source in Self.pictures {
            let bytes = Array(svg(source).utf8)
            for _ in 0..<40 {
                var changed = bytes
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let place = Int.random(in: 0..<changed.count, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: changed[place] = alphabet.randomElement(using: &random) ?? 0
                    case 1: changed.remove(at: place)
                    case 2: changed.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
                    default: changed[place] = UInt8.random(in: 0...255, using: &random)
                    }
                }
                let (picture, diagnostics) = SVGReader.read(changed, file: 0, purpose: .template)
                #expect((picture == nil) == diagnostics.contains { $0.severity == .error })
                for case .area(let area) in picture?.drawing.shapes ?? [] {
                    #expect(area.outline.points.allSatisfy { $0.x.isFinite && $0.y.isFinite })
                }
            }
        }
    }

    @Test("keeps texts and the slot of a template, with white space collapsed and sizes in millimetres")
    func template() throws {
        let text = """
            <svg xmlns="http://www.w3.org/2000/svg" width="63.5mm" height="38.1mm" viewBox="0 0 127 76.2">
            <rect id="code" x="4" y="6" width="30" height="30" transform="translate(1 1)"/>
            <text x="40" y="20" font-size="8" font-weight="700" data-fit="80">  {{name}}
              of <tspan font-weight="400" fill="#888">{{year}}</tspan><tspan x="40" dy="10">Lot {{lot}}</tspan> </text>
            </svg>
            """
        let (picture, diagnostics) = read(text, .template)
        #expect(diagnostics == [])
        let found = try #require(picture)
        #expect(found.millimetres?.width == 63.5 && found.millimetres?.height == 38.1)
        guard case .slot(let x, let y, let width, let height, let map) = found.items[0],
            case .text(let first) = found.items[1], case .text(let second) = found.items[2]
        else { return #expect(Bool(false)) }
        #expect([x, y, width, height, map.e, map.f] == [4, 6, 30, 30, 1, 1])
        #expect(first.runs.map(\.text) == ["{{name}} of ", "{{year}}"])
        #expect(first.runs.map(\.isBold) == [true, false])
        #expect(first.fit == 80 && first.map.e == 40 && first.map.f == 20)
        #expect(second.runs.map(\.text) == ["Lot {{lot}}"])
        #expect(second.map.f == 30)
    }
}
