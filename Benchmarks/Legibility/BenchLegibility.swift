// What scores and art are worth, and what they cost. Images are made from seeds.
import Art
import Codes
import Glibc
import Legibility
import QRCode
import Site
import Support

/// SplitMix64.
struct Noise {
    var state: UInt64
    mutating func next() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ z >> 31) >> 11) / Double(1 << 53)
    }
}

/// A field of colours without any motif: waves of falling height, a hue each.
func fractal(seed: UInt64) -> ArtImage {
    var noise = Noise(state: seed)
    let waves = (0..<24).map { step -> (Double, Double, Double, Double, (Double, Double, Double)) in
        let frequency = 1.3 * pow(1.22, Double(step))
        let angle = noise.next() * 2 * Double.pi
        return (
            frequency * cos(angle), frequency * sin(angle), noise.next() * 7, 1 / frequency,
            (noise.next(), noise.next(), noise.next())
        )
    }
    return image { u, v in
        var (r, g, b) = (0.5, 0.5, 0.5)
        for (fx, fy, phase, height, colour) in waves {
            let value = height * sin(6.28 * (fx * u + fy * v) + phase)
            (r, g, b) = (r + value * colour.0, g + value * colour.1, b + value * colour.2)
        }
        return (r, g, b)
    }
}

/// A motif: petals, hills, a ball, a face of three discs, rings, or a letter's bars.
func motif(_ kind: Int) -> ArtImage {
    image { u, v in
        let (x, y) = (u - 0.5, v - 0.5)
        let (radius, angle) = ((x * x + y * y).squareRoot(), atan2(y, x))
        switch kind {
        case 0: return radius < 0.32 + 0.1 * cos(5 * angle) ? (0.8, 0.1 + radius, 0.3) : (0.95, 0.93, 0.85)
        case 1: return v > 0.6 + 0.12 * sin(9 * u) ? (0.1, 0.35 * v, 0.15) : (0.7, 0.85, 0.95)
        case 2:
            let light = max(0.05, 1 - 2.4 * ((x + 0.12) * (x + 0.12) + (y + 0.14) * (y + 0.14)).squareRoot())
            return radius < 0.4 ? (light, 0.6 * light, 0.2 * light) : (0.9, 0.92, 0.96)
        case 3:
            let isEye = abs(abs(x) - 0.15) < 0.05 && abs(y + 0.1) < 0.06
            let isMouth = abs(radius - 0.24) < 0.03 && y > 0.08
            return isEye || isMouth ? (0.15, 0.1, 0.1) : radius < 0.42 ? (0.95, 0.8, 0.65) : (0.3, 0.45, 0.6)
        case 4: return sin(40 * radius) > 0 ? (0.1, 0.15, 0.4) : (0.9, 0.9, 0.8)
        default: return abs(x) < 0.06 || abs(y + 0.3) < 0.07 && abs(x) < 0.3 ? (0.1, 0.1, 0.1) : (1, 1, 1)
        }
    }
}

func image(_ colour: (Double, Double) -> (Double, Double, Double)) -> ArtImage {
    let side = 320
    var raster = Raster(width: side, height: side)
    func byte(_ value: Double) -> UInt8 { UInt8(max(0, min(255, value * 255))) }
    for y in 0..<side {
        for x in 0..<side {
            let (r, g, b) = colour((Double(x) + 0.5) / Double(side), (Double(y) + 0.5) / Double(side))
            raster[x, y] = (byte(r), byte(g), byte(b), 255)
        }
    }
    return ArtImage(square: raster)
}

@main
struct BenchLegibility {
    nonisolated(unsafe) static var isGood = true

    static func line(_ holds: Bool, _ text: String) {
        print("\(holds ? "ok  " : "MISS") \(text)")
        if !holds { isGood = false }
    }

    static func tenth(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    static func main() throws {
        let text = "https://go.example.org/r/0001"
        let images = (1...8).map { fractal(seed: UInt64($0)) } + (0..<6).map(motif)
        var maker = ArtMaker()

        // Scores: the same order as in the design's table.
        var encoder = QREncoder()
        let plain = try encoder.encode(text, level: .medium, minimumVersion: 8)
        var judge = ScanJudge()
        var raster = Raster(width: (plain.size + 8) * 8, height: (plain.size + 8) * 8)
        for y in 0..<plain.size {
            for x in 0..<plain.size where plain[x, y] {
                for place in 0..<64 { raster[(x + 4) * 8 + place % 8, (y + 4) * 8 + place / 8] = (0, 0, 0, 255) }
            }
        }
        var start = clock()
        let score = judge.score(raster, scale: 8, x: 32, y: 32, symbol: plain)
        var seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
        line(
            score.value == 100,
            "a plain code: \(score.value) points (wanted 100); CPU \(tenth(seconds * 1_000)) ms with its reference")
        start = clock()
        _ = judge.score(raster, scale: 8, x: 32, y: 32, symbol: plain)
        seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
        print("     a further score of the same text: CPU \(tenth(seconds * 1_000)) ms")
        start = clock()
        for _ in 0..<2_000 where plain.bytes == nil { line(false, "a code is not read back") }
        print(
            "     reading a code back from its modules: \(tenth(Double(clock() - start) / 2_000 * 1e6 / Double(CLOCKS_PER_SEC))) µs"
        )

        var rows: [(name: String, points: Double)] = []
        for (name, style, budget, strength) in [
            ("qart", ArtStyle.qart, 0, nil as ArtStrength?), ("qart, half of the budget spent", .qart, 0.5, nil),
            ("blend 0.9, middle 80 %", .blend, 0, ArtStrength(strength: 0.9, centre: 0.8)),
            ("blend 0.7, middle 80 %", .blend, 0, ArtStrength(strength: 0.7, centre: 0.8)),
            ("blend 0.9, middle 56 %", .blend, 0, ArtStrength(strength: 0.9, centre: 0.56)),
            ("blend 0.7, middle 56 %", .blend, 0, ArtStrength(strength: 0.7, centre: 0.56)),
            ("halftone, one dot of nine", .halftone, 0, ArtStrength(strength: 0, centre: 0.33)),
        ] {
            var sum = 0.0
            for image in images[8...] {
                var order = ArtOrder(style: style)
                (order.version, order.budget, order.strength) = (8, budget, strength)
                sum += maker.score(try maker.make(text, image, order)).points
            }
            rows.append((name, sum / 6))
            print("     \(name): \(Int((sum / 6).rounded())) points, the mean of 6 images")
        }
        line(rows[0].points > rows[1].points && rows[1].points > rows[6].points, "qart > qart with errors > halftone")
        line(
            rows[2].points > rows[3].points && rows[2].points > rows[4].points && rows[4].points > rows[5].points,
            "blends: stronger and larger middles have more points")
        line(rows[6].points < 55, "halftone is warned about: \(Int(rows[6].points)) points (wanted below 55)")

        // Repair: any image becomes a code, and chosen padding shows more of it.
        var readable = [0, 0]
        var fidelity = [0.0, 0.0]
        start = clock()
        for image in images {
            for (place, freedom) in [ArtFreedom.none, .pad].enumerated() {
                var order = ArtOrder(style: .blend, freedom: freedom)
                order.version = 8
                guard let code = try? maker.make(text, image, order) else { continue }
                if code.isReadable { readable[place] += 1 }
                fidelity[place] += code.fidelity / Double(images.count)
            }
        }
        seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC) / Double(2 * images.count)
        line(
            readable == [14, 14], "images made readable: \(readable[0]) and, with chosen padding, \(readable[1]) of 14")
        line(
            fidelity[1] - fidelity[0] >= 2,
            "likeness: \(tenth(fidelity[0])) dB, with chosen padding \(tenth(fidelity[1])) dB (wanted 2 dB more)")
        line(seconds <= 1.5, "a blend with its repair: CPU \(tenth(seconds * 1_000)) ms (wanted 1,500)")
        var pictures = PictureEncoder()
        start = clock()
        for image in images { _ = try pictures.encode(text, image: image, level: .medium, version: 8, freedom: .pad) }
        let each = Double(clock() - start) / Double(CLOCKS_PER_SEC) / Double(images.count)
        line(each <= 0.1, "a symbol chosen for an image, eight masks: CPU \(tenth(each * 1_000)) ms (wanted 100)")
        exit(isGood ? 0 : 1)
    }
}
