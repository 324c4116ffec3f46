internal import Site

/// Colours as CSS writes them.
enum SVGColour {
    /// A colour and its opacity; `nil` when it can't be read.
    static func parse(_ text: String) -> (colour: Colour, opacity: Double)? {
        let text = text.lowercased()
        if text.first == "#" { return hexadecimal(text.utf8.dropFirst()) }
        if let open = text.firstIndex(of: "("), text.last == ")" {
            return function(String(text[..<open]), String(text[text.index(after: open)...].dropLast()))
        }
        if text == "transparent" { return (.black, 0) }
        return named(text).map { ($0, 1) }
    }

    private static func hexadecimal(_ digits: Substring.UTF8View) -> (Colour, Double)? {
        var values: [UInt8] = []
        for digit in digits {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            values.append(UInt8(value))
        }
        let bytes: [UInt8]
        switch values.count {
        case 3, 4: bytes = values.map { $0 * 17 }
        case 6, 8: bytes = stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
        default: return nil
        }
        return (screen(bytes[0], bytes[1], bytes[2]), bytes.count == 4 ? Double(bytes[3]) / 255 : 1)
    }

    /// Pure black and white are one plate and none; other colours stay what they are on a screen.
    private static func screen(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Colour {
        let colour = Colour(red, green, blue)
        for pure in [Colour.black, .white] where (pure.red, pure.green, pure.blue) == (red, green, blue) { return pure }
        return colour
    }

    private static func function(_ name: String, _ arguments: String) -> (Colour, Double)? {
        var scanner = SVGScanner(arguments)
        var values: [(value: Double, isPercent: Bool)] = []
        scanner.skipSpace()
        while !scanner.isAtEnd {
            guard let value = scanner.number() else { return nil }
            let unit = scanner.word()
            guard ["", "%", "deg"].contains(unit) else { return nil }
            values.append((value, unit == "%"))
            scanner.skipComma()
            if scanner.take("/") { scanner.skipSpace() }
        }
        func share(_ index: Int, of whole: Double) -> Double {
            let (value, isPercent) = values[index]
            return min(1, max(0, value / (isPercent ? 100 : whole)))
        }
        func byte(_ share: Double) -> UInt8 { UInt8((share * 255).rounded()) }
        let count = name == "device-cmyk" ? 4 : 3
        guard values.count == count || values.count == count + 1 else { return nil }
        let opacity = values.count > count ? share(count, of: 1) : 1
        switch name {
        case "rgb", "rgba":
            return (screen(byte(share(0, of: 255)), byte(share(1, of: 255)), byte(share(2, of: 255))), opacity)
        case "hsl", "hsla":
            let hue = values[0].value
            let (saturation, lightness) = (share(1, of: 100), share(2, of: 100))
            func channel(_ n: Double) -> UInt8 {
                var k = (n + hue / 30).truncatingRemainder(dividingBy: 12)
                if k < 0 { k += 12 }
                return byte(lightness - saturation * min(lightness, 1 - lightness) * max(-1, min(k - 3, 9 - k, 1)))
            }
            return (screen(channel(0), channel(8), channel(4)), opacity)
        case "device-cmyk":
            let inks = (0..<4).map { share($0, of: 1) }
            let light = inks[..<3].map { byte((1 - $0) * (1 - inks[3])) }
            let percent = inks.map { UInt8(($0 * 100).rounded()) }
            let cmyk = Colour.CMYK(percent[0], percent[1], percent[2], percent[3])
            return (Colour(light[0], light[1], light[2], cmyk: cmyk), opacity)
        default: return nil
        }
    }

    private static func named(_ name: String) -> Colour? {
        guard !name.isEmpty else { return nil }
        for entry in names.split(separator: " ") where entry.utf8.count == name.utf8.count + 6 && entry.hasPrefix(name)
        {
            guard let value = UInt32(entry.suffix(6), radix: 16) else { return nil }
            return screen(UInt8(value >> 16), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF))
        }
        return nil
    }

    /// CSS Color Module Level 4, section 6.1: each name with its six digits.
    private static let names = """
        alicebluef0f8ff antiquewhitefaebd7 aqua00ffff aquamarine7fffd4 azuref0ffff beigef5f5dc bisqueffe4c4 black000000 \
        blanchedalmondffebcd blue0000ff blueviolet8a2be2 browna52a2a burlywooddeb887 cadetblue5f9ea0 chartreuse7fff00 \
        chocolated2691e coralff7f50 cornflowerblue6495ed cornsilkfff8dc crimsondc143c cyan00ffff darkblue00008b \
        darkcyan008b8b darkgoldenrodb8860b darkgraya9a9a9 darkgreen006400 darkgreya9a9a9 darkkhakibdb76b \
        darkmagenta8b008b darkolivegreen556b2f darkorangeff8c00 darkorchid9932cc darkred8b0000 darksalmone9967a \
        darkseagreen8fbc8f darkslateblue483d8b darkslategray2f4f4f darkslategrey2f4f4f darkturquoise00ced1 \
        darkviolet9400d3 deeppinkff1493 deepskyblue00bfff dimgray696969 dimgrey696969 dodgerblue1e90ff firebrickb22222 \
        floralwhitefffaf0 forestgreen228b22 fuchsiaff00ff gainsborodcdcdc ghostwhitef8f8ff goldffd700 goldenroddaa520 \
        gray808080 green008000 greenyellowadff2f grey808080 honeydewf0fff0 hotpinkff69b4 indianredcd5c5c indigo4b0082 \
        ivoryfffff0 khakif0e68c lavendere6e6fa lavenderblushfff0f5 lawngreen7cfc00 lemonchiffonfffacd lightblueadd8e6 \
        lightcoralf08080 lightcyane0ffff lightgoldenrodyellowfafad2 lightgrayd3d3d3 lightgreen90ee90 lightgreyd3d3d3 \
        lightpinkffb6c1 lightsalmonffa07a lightseagreen20b2aa lightskyblue87cefa lightslategray778899 \
        lightslategrey778899 lightsteelblueb0c4de lightyellowffffe0 lime00ff00 limegreen32cd32 linenfaf0e6 \
        magentaff00ff maroon800000 mediumaquamarine66cdaa mediumblue0000cd mediumorchidba55d3 mediumpurple9370db \
        mediumseagreen3cb371 mediumslateblue7b68ee mediumspringgreen00fa9a mediumturquoise48d1cc mediumvioletredc71585 \
        midnightblue191970 mintcreamf5fffa mistyroseffe4e1 moccasinffe4b5 navajowhiteffdead navy000080 oldlacefdf5e6 \
        olive808000 olivedrab6b8e23 orangeffa500 orangeredff4500 orchidda70d6 palegoldenrodeee8aa palegreen98fb98 \
        paleturquoiseafeeee palevioletreddb7093 papayawhipffefd5 peachpuffffdab9 perucd853f pinkffc0cb plumdda0dd \
        powderblueb0e0e6 purple800080 rebeccapurple663399 redff0000 rosybrownbc8f8f royalblue4169e1 saddlebrown8b4513 \
        salmonfa8072 sandybrownf4a460 seagreen2e8b57 seashellfff5ee siennaa0522d silverc0c0c0 skyblue87ceeb \
        slateblue6a5acd slategray708090 slategrey708090 snowfffafa springgreen00ff7f steelblue4682b4 tand2b48c \
        teal008080 thistled8bfd8 tomatoff6347 turquoise40e0d0 violetee82ee wheatf5deb3 whiteffffff whitesmokef5f5f5 \
        yellowffff00 yellowgreen9acd32
        """
}
