public import Decoding
internal import QRCode

/// How much worse than its plain twin a design bears what happens to codes: blur, distance, noise, pale light and tilt.
public struct ScanMargin: Equatable, Sendable {
    /// One axis.
    public struct Share: Equatable, Sendable {
        /// What happens to the code.
        public let axis: ScanAxis
        /// The worst that two of the readers still read, 0...1, in their mean.
        public let severity: Double
        /// The same of the plain code.
        public let plain: Double
        /// Their quotient, at most 1.
        public var share: Double { plain > 0 ? min(1, severity / plain) : 1 }
    }

    /// All axes.
    public let shares: [Share]
    /// The mean of all shares.
    public var mean: Double { shares.isEmpty ? 0 : shares.reduce(0) { $0 + $1.share } / Double(shares.count) }
    /// The axis on which it keeps the least.
    public var weakest: Share? { shares.min { $0.share < $1.share } }
    /// The least share.
    public var least: Double { weakest?.share ?? 0 }
}

/// Readers, and what is known about plain codes. Not for two threads at a time.
public struct ScanJudge: ~Copyable {
    private var zbar = ZBarReader()
    let seed: UInt64
    private var plains: [Symbol: [ScanAxis: Double]] = [:]
    /// Steps of the bisection: severities are known to a 32nd.
    private static let steps = 5
    /// Pixels a module of the straightened picture.
    static let scale = 8

    /// A judge; the same seed gives the same noise, and the same score.
    public init(seed: UInt64 = 1) { self.seed = seed }

    /// Whether libzbar is installed: without it two readers of one library are left, and scores are a little less certain.
    public var hasZBar: Bool { zbar.isAvailable }

    /// How many readers there are: zxing with a threshold for each neighbourhood, zbar, zxing with one threshold.
    static let readers = 3

    /// Whether one reader reads exactly these bytes.
    mutating func reads(_ reader: Int, _ image: GreyImage, _ bytes: [UInt8]) -> Bool {
        switch reader {
        case 0: ZXingReader.read(image).contains { $0.bytes == bytes }
        case 1: zbar.read(image).contains { $0.bytes == bytes }
        default: ZXingReader.read(image, threshold: .global).contains { $0.bytes == bytes }
        }
    }

    /// How many readers read exactly these bytes.
    public mutating func readers(of image: GreyImage, bytes: [UInt8]) -> Int {
        (0..<Self.readers).count { reads($0, image, bytes) }
    }

    /// Those that don't read a code printed badly, of zxing and zbar: whoever scans has one of them.
    mutating func failing(_ distorter: Distorter, _ bytes: [UInt8]) -> [String] {
        failing(distorter.printedBadly, bytes)
    }

    /// Those of zxing and zbar that fail at one of these pictures.
    mutating func failing(_ pictures: [GreyImage], _ bytes: [UInt8]) -> [String] {
        var failing: [String] = []
        for picture in pictures where failing.count < 2 {
            // As apps do: dark and light by the neighbourhood, then by the whole picture.
            if !failing.contains("zxing"), !reads(0, picture, bytes), !reads(2, picture, bytes) {
                failing.append("zxing")
            }
            if hasZBar, !failing.contains("zbar"), !reads(1, picture, bytes) { failing.append("zbar") }
        }
        return failing
    }

    /// For each axis the worst that the best two readers still read.
    private mutating func severities(_ distorter: Distorter, _ bytes: [UInt8]) -> [ScanAxis: Double] {
        let straightened = distorter.large
        var result: [ScanAxis: Double] = [:]
        let clean = (0..<Self.readers).filter { reads($0, straightened, bytes) }
        let whole = 1 << Self.steps
        for axis in ScanAxis.allCases {
            var pictures: [Int: GreyImage] = [:]
            var found: [Double] = []
            for reader in clean {
                var (good, bad) = (0, whole)
                while bad - good > 1 {
                    let step = (good + bad) / 2
                    let severity = Double(step) / Double(whole)
                    let picture = pictures[step] ?? distorter.picture(axis, severity)
                    pictures[step] = picture
                    if reads(reader, picture, bytes)
                        || axis == .tilt && reads(reader, distorter.picture(axis, severity, turn: 0.1), bytes)
                    {
                        good = step
                    } else {
                        bad = step
                    }
                }
                found.append(Double(good) / Double(whole))
            }
            let best = found.sorted(by: >).prefix(2)
            result[axis] = best.reduce(0, +) / 2
        }
        return result
    }

    /// The margin of a straightened picture (eight pixels a module, quiet zone and frame included).
    /// - Parameter plain: black squares on white that say the same.
    mutating func margin(_ distorter: Distorter, plain: Symbol, bytes: [UInt8]) -> ScanMargin {
        let reference: [ScanAxis: Double]
        if let known = plains[plain] {
            reference = known
        } else {
            let picture = plain.smallestPicture.enlarged(by: Self.scale)
            reference = severities(Distorter(picture, seed: seed), bytes)
            plains[plain] = reference
        }
        let own = severities(distorter, bytes)
        return ScanMargin(
            shares: ScanAxis.allCases.map { axis in
                ScanMargin.Share(axis: axis, severity: own[axis] ?? 0, plain: reference[axis] ?? 0)
            })
    }
}

extension GreyImage {
    /// Each pixel as a square of `factor` × `factor`.
    func enlarged(by factor: Int) -> GreyImage {
        var result = GreyImage(width: width * factor, height: height * factor)
        for y in 0..<height {
            var row: [UInt8] = []
            row.reserveCapacity(width * factor)
            for x in 0..<width { for _ in 0..<factor { row.append(self[x, y]) } }
            for copy in 0..<factor {
                let start = (y * factor + copy) * result.width
                result.pixels.replaceSubrange(start..<start + result.width, with: row)
            }
        }
        return result
    }
}

extension ScanJudge {
    /// Whether two of three readers read exactly these bytes in all of six pictures: as drawn, blurred by 0.3 modules, at
    /// four pixels a module, at 60 % contrast with noise, from the side, and with noise alone; and zxing as well as zbar when
    /// it is printed badly.
    /// - Parameter straightened: eight pixels a module, quiet zone included.
    public mutating func bears(_ straightened: GreyImage, bytes: [UInt8]) -> Bool {
        let distorter = Distorter(straightened, seed: seed &+ 77)
        for trial in 0..<6 {
            let picture =
                switch trial {
                case 0: straightened
                case 1: distorter.picture(.blur, 0.43)
                case 2: distorter.picture(.distance, 1 / 3)
                case 3: distorter.picture(.contrast, 0.15)
                case 4: distorter.picture(.tilt, 0.4)
                default: distorter.picture(.noise, 0.2)
                }
            var (good, bad) = (0, 0)
            for reader in 0..<Self.readers where good < 2 && bad < 2 {
                if reads(reader, picture, bytes)
                    || trial == 4 && reads(reader, distorter.picture(.tilt, 0.4, turn: 0.1), bytes)
                {
                    good += 1
                } else {
                    bad += 1
                }
            }
            if good < 2 { return false }
        }
        return failing(distorter, bytes).isEmpty
    }
}
