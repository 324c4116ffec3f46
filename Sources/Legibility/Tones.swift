// A hot file: unsafe pointers.
public import Codes
public import Decoding
internal import Glibc

/// From colours to the shades that readers see.
public enum Tones {
    /// Linear light, 0...1, of each sRGB value (IEC 61966-2-1).
    public static let light: [Float] = (0..<256).map { value in
        let v = Double(value) / 255
        return Float(v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4))
    }

    /// The sRGB value of linear light.
    public static func shade(_ light: Double) -> UInt8 {
        let v = light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
        return UInt8(min(255, max(0, v * 255 + 0.5)))
    }

    /// For linear light in steps of 1/4095 its sRGB value.
    private static let shades: [UInt8] = (0..<4_096).map { shade(Double($0) / 4_095) }

    /// A picture's luminance (BT.709), on white where it is transparent: what a camera without a colour filter sees.
    public static func grey(_ raster: Raster) -> GreyImage { grey(raster, weights: (0.2126, 0.7152, 0.0722)) }

    /// The same under the red light of many hand scanners, 660 nm: green and blue are dark.
    public static func underRedLight(_ raster: Raster) -> GreyImage { grey(raster, weights: (1, 0, 0)) }

    private static func grey(_ raster: Raster, weights: (Float, Float, Float)) -> GreyImage {
        var image = GreyImage(width: raster.width, height: raster.height)
        raster.pixels.withUnsafeBufferPointer { from in
            light.withUnsafeBufferPointer { light in
                shades.withUnsafeBufferPointer { shades in
                    image.pixels.withUnsafeMutableBufferPointer { to in
                        for place in 0..<to.count {
                            let at = 4 * place
                            let opacity = Int(from[at + 3])
                            @inline(__always) func over(_ value: UInt8) -> Int {
                                opacity == 255 ? Int(value) : 255 + (Int(value) - 255) * opacity / 255
                            }
                            let y =
                                weights.0 * light[over(from[at])] + weights.1 * light[over(from[at + 1])]
                                + weights.2 * light[over(from[at + 2])]
                            to[place] = shades[min(4_095, Int(y * 4_095 + 0.5))]
                        }
                    }
                }
            }
        }
        return image
    }
}

/// What straightened pictures are made of.
public enum ScanPixels {
    /// Pixels a module that ``ScanJudge`` looks at.
    public static let perModule = 8
}

extension GreyImage {
    /// A smaller picture; each pixel is the mean of `factor` × `factor`.
    public func reduced(by factor: Int) -> GreyImage {
        factor > 1 ? resized(width: width / factor, height: height / factor) : self
    }
}
