import Support

/// ISO 3166-1 alpha-2 codes, as assigned in 2025, and XK, which databases of places use for Kosovo.
enum CountryCodes {
    private static let assigned =
        "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ"
        + "DEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISIT"
        + "JEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNG"
        + "NINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTH"
        + "TJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW"

    /// The code in capital letters, if there is such a country.
    static func code(_ text: String) throws(TextProblem) -> String {
        let code = text.uppercased()
        if code.utf8.count == 2, isAssigned(code) { return code }
        let meant: String? =
            switch code {
            case "UK": "the United Kingdom is GB"
            case "EL": "Greece is GR"
            case "EU": "the European Union is no country: list its members"
            case "USA": "the United States are US"
            default: nil
            }
        throw TextProblem(
            ManifestCodes.unknownCountry, "there is no country \(Bytes.quoted(text))",
            help: meant ?? "write the two letters of ISO 3166: AT, DE, FR")
    }

    static func isAssigned(_ code: String) -> Bool {
        let wanted = Array(code.utf8)
        let all = Array(assigned.utf8)
        return stride(from: 0, to: all.count, by: 2).contains { all[$0] == wanted[0] && all[$0 + 1] == wanted[1] }
    }

    static var count: Int { assigned.utf8.count / 2 }
}
