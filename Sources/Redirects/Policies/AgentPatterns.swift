import Site

/// How a User-Agent tells device and browser: ordered lists of words, looked for anywhere and in any case, because that
/// is what nginx (PCRE), Caddy (RE2) and the simulator can do alike. The first row that has one of its words wins.
///
/// User-Agents have no standard; the words are those that the vendors document (Chrome and Edge: UA reduction, Firefox:
/// "User-Agent string reference", Apple: Safari release notes) and that scan logs show.
enum AgentPatterns {
    /// One row: what is said of an agent with one of these words. Words hold letters, digits, space, `/`, `-` and `.`.
    struct Row {
        var value: String
        var words: [String]
    }

    /// Operating system: `ios`, `android`, `windows`, `macos`, `linux`.
    static let system = [
        Row(value: "windows", words: ["windows phone", "windows nt", "windows 9"]),
        Row(value: "android", words: ["android"]),
        Row(value: "ios", words: ["iphone", "ipad", "ipod"]),
        Row(value: "macos", words: ["macintosh", "mac os x"]),
        Row(value: "linux", words: ["linux", "x11", "cros "]),
    ]

    /// Form: `mobile`, `desktop`.
    static let form = [
        Row(value: "mobile", words: ["mobile", "iphone", "ipad", "ipod", "android", "windows phone"]),
        Row(value: "desktop", words: ["windows nt", "macintosh", "x11", "cros ", "linux"]),
    ]

    /// Browser.
    static let browser = [
        Row(value: "edge", words: ["edg/", "edga/", "edgios/", "edge/"]),
        Row(value: "opera", words: ["opr/", "opera", "opt/"]),
        Row(value: "samsung", words: ["samsungbrowser/"]),
        Row(value: "firefox", words: ["firefox/", "fxios/"]),
        Row(value: "chrome", words: ["chrome/", "crios/", "chromium/"]),
        Row(value: "safari", words: ["safari/"]),
    ]

    /// Whether a program asks: `fetcher` for link previews in messengers, `robot` for other crawlers and tools.
    static let program = [
        Row(
            value: "fetcher",
            words: [
                "whatsapp", "facebookexternalhit", "facebot", "twitterbot", "slackbot", "slack-imgproxy", "telegrambot",
                "discordbot", "linkedinbot", "skypeuripreview", "microsoftpreview", "viber", "signal-", "pinterestbot",
                "redditbot", "mastodon", "bluesky", "vkshare", "iframely", "embedly",
            ]),
        Row(
            value: "robot",
            words: [
                "bot", "crawl", "spider", "slurp", "curl/", "wget/", "python", "go-http-client", "java/", "okhttp",
                "libwww", "headless", "scrapy", "httpclient", "monitor", "scanner", "feedfetcher", "lighthouse",
            ]),
    ]

    /// More of a User-Agent is not looked at: bytes on nginx, characters on Caddy.
    static let limit = 512

    /// The part of `agent` that `server` looks at.
    static func beginning(of agent: [UInt8], _ server: Server) -> ArraySlice<UInt8> {
        guard server == .caddy else { return agent.prefix(limit) }
        var end = 0
        for _ in 0..<limit where end < agent.count { end += characterLength(agent[end...]) }
        return agent.prefix(end)
    }

    /// How many bytes Go's UTF-8 decoder takes at once: a character, or a single byte that begins none
    /// (unicode/utf8 `DecodeRune`; the table is Unicode's 3-7).
    private static func characterLength(_ bytes: ArraySlice<UInt8>) -> Int {
        let first = bytes[bytes.startIndex]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: return 1
        }
        let rest = bytes.dropFirst().prefix(length - 1)
        guard rest.count == length - 1, let next = rest.first, second.contains(next),
            rest.dropFirst().allSatisfy({ 0x80...0xBF ~= $0 })
        else { return 1 }
        return length
    }

    /// The value of the first row of which `agent` (folded, cut to ``limit``) has a word; empty if none has.
    static func value(_ rows: [Row], of agent: [UInt8]) -> String {
        for row in rows where row.words.contains(where: { contains(agent, Array($0.utf8)) }) { return row.value }
        return ""
    }

    private static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        guard text.count >= word.count, let first = word.first else { return false }
        for start in 0...(text.count - word.count) where text[start] == first {
            if text[start..<(start + word.count)].elementsEqual(word) { return true }
        }
        return false
    }

    /// A row as an alternation that PCRE and RE2 read alike.
    static func regex(_ row: Row) -> String {
        "(?:" + row.words.map { $0.replacing(".", with: "\\.") }.joined(separator: "|") + ")"
    }
}
