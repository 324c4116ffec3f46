// Unsafe pointers: filters run over every pixel of a photo several times.

/// What helps readers with a bad picture. Each gives a new picture of the same size, but for ``doubled``.
extension GreyImage {
    /// The shades from the darkest to the lightest hundredth of the pixels, spread over all shades.
    var stretched: GreyImage {
        var histogram = [Int](repeating: 0, count: 256)
        for shade in pixels { histogram[Int(shade)] += 1 }
        let share = pixels.count / 100
        var (low, high) = (0, 255)
        var sum = histogram[0]
        while low < 255, sum < share {
            low += 1
            sum += histogram[low]
        }
        sum = histogram[255]
        while high > 0, sum < share {
            high -= 1
            sum += histogram[high]
        }
        let range = max(1, high - low)
        let table = (0..<256).map { UInt8(min(255, max(0, ($0 - low) * 255 / range))) }
        return mapped(table)
    }

    /// Black for white.
    var inverted: GreyImage { mapped((0..<256).map { UInt8(255 - $0) }) }

    private func mapped(_ table: [UInt8]) -> GreyImage {
        var result = self
        table.withUnsafeBufferPointer { table in
            result.pixels.withUnsafeMutableBufferPointer { out in
                for place in out.indices { out[place] = table[Int(out[place])] }
            }
        }
        return result
    }

    /// The middle of each pixel's nine neighbours: takes out grains.
    var median: GreyImage {
        guard width > 2, height > 2 else { return self }
        var result = self
        pixels.withUnsafeBufferPointer { from in
            result.pixels.withUnsafeMutableBufferPointer { to in
                for y in 1..<height - 1 {
                    for x in 1..<width - 1 {
                        let at = y * width + x
                        to[at] = Self.middle(of: from, at, width)
                    }
                }
            }
        }
        return result
    }

    /// The middle of nine: sort the columns, then the middle of the greatest low, the middle mid and the least high.
    @inline(__always)
    private static func middle(of from: UnsafeBufferPointer<UInt8>, _ at: Int, _ width: Int) -> UInt8 {
        @inline(__always)
        func sorted(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> (UInt8, UInt8, UInt8) {
            let (low, high) = (min(a, b), max(a, b))
            return (min(low, c), max(low, min(high, c)), max(high, c))
        }
        let a = sorted(from[at - width - 1], from[at - 1], from[at + width - 1])
        let b = sorted(from[at - width], from[at], from[at + width])
        let c = sorted(from[at - width + 1], from[at + 1], from[at + width + 1])
        return sorted(max(a.0, b.0, c.0), sorted(a.1, b.1, c.1).1, min(a.2, b.2, c.2)).1
    }

    /// The mean over a square of 2 × `radius` + 1 pixels; at the edges over what there is of it.
    func blurred(radius: Int) -> GreyImage {
        guard width > 0, height > 0 else { return self }
        var result = self
        var between = pixels
        let (width, height) = (width, height)
        pixels.withUnsafeBufferPointer { from in
            between.withUnsafeMutableBufferPointer { to in
                for y in 0..<height {
                    let row = y * width
                    Self.mean(width, radius, { Int(from[row + $0]) }, { to[row + $0] = $1 })
                }
            }
        }
        between.withUnsafeBufferPointer { from in
            result.pixels.withUnsafeMutableBufferPointer { to in
                for x in 0..<width {
                    Self.mean(height, radius, { Int(from[$0 * width + x]) }, { to[$0 * width + x] = $1 })
                }
            }
        }
        return result
    }

    @inline(__always)
    private static func mean(
        _ count: Int, _ radius: Int, _ from: (Int) -> Int, _ to: (Int, UInt8) -> Void
    ) {
        var (sum, terms) = (0, 0)
        for place in -radius..<count {
            if place + radius < count {
                sum += from(place + radius)
                terms += 1
            }
            if place - radius - 1 >= 0 {
                sum -= from(place - radius - 1)
                terms -= 1
            }
            if place >= 0 { to(place, UInt8(sum / terms)) }
        }
    }

    /// Unsharp masking: what differs from the surroundings differs more.
    func sharpened(radius: Int, by strength: Int) -> GreyImage {
        let surroundings = blurred(radius: radius).blurred(radius: radius)
        var result = self
        surroundings.pixels.withUnsafeBufferPointer { around in
            result.pixels.withUnsafeMutableBufferPointer { out in
                for place in out.indices {
                    let shade = Int(out[place])
                    out[place] = UInt8(min(255, max(0, shade + strength * (shade - Int(around[place])))))
                }
            }
        }
        return result
    }

    /// Twice as large, with means between the pixels.
    var doubled: GreyImage {
        var result = GreyImage(width: width * 2, height: height * 2)
        let (width, height) = (width, height)
        pixels.withUnsafeBufferPointer { from in
            result.pixels.withUnsafeMutableBufferPointer { to in
                for y in 0..<2 * height {
                    let above = y / 2 * width
                    let below = min(height - 1, y / 2 + y % 2) * width
                    for x in 0..<2 * width {
                        let left = x / 2
                        let right = min(width - 1, left + x % 2)
                        let sum =
                            Int(from[above + left]) + Int(from[above + right]) + Int(from[below + left])
                            + Int(from[below + right])
                        to[y * 2 * width + x] = UInt8(sum / 4)
                    }
                }
            }
        }
        return result
    }
}
