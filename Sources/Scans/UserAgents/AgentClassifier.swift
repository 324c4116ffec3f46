/// What a User-Agent says.
public struct Agent: Equatable, Sendable {
    /// Class.
    public var agentClass: AgentClass
    /// `phone`, `tablet`, `desktop`, `tv`, `other`.
    public var device: String
    /// `iOS`, `Android`, …; empty when not known.
    public var system: String
    /// `Safari`, `Chrome`, …; empty when not known.
    public var browser: String
}

/// Classifies User-Agents: one pass of the automaton, then only the rules whose atom occurs.
///
/// Not for two threads at once: PCRE2 keeps its match data in it.
public struct AgentClassifier: ~Copyable {
    private let automaton: AtomAutomaton
    private let patterns: [CompiledPattern?]
    /// Class of each rule, and whether its atom alone decides, its pattern does, or it has no atom.
    private let kinds: [(agentClass: AgentClass, hasAtom: Bool, hasPattern: Bool)]
    private var found: [Bool]

    /// A classifier by these rules.
    public init(rules: AgentRules = .builtIn) {
        automaton = AtomAutomaton(Mark.allCases.map { Array($0.rawValue.utf8) } + rules.rules.map(\.atom))
        kinds = rules.rules.map { ($0.agentClass, !$0.atom.isEmpty, $0.pattern != nil) }
        patterns = rules.rules.map { $0.pattern.flatMap(CompiledPattern.init) }
        found = Array(repeating: false, count: automaton.count)
    }

    /// Classifies the bytes of a User-Agent.
    /// - Complexity: O(length), plus the patterns whose atoms occur.
    public mutating func classify(_ bytes: [UInt8]) -> Agent {
        // No client needs more; what is longer is made to cost time.
        let bytes = bytes.count > 2048 ? Array(bytes[..<2048]) : bytes
        for i in 0..<found.count { found[i] = false }
        automaton.search(bytes.span, &found)
        let agentClass = agentClass(bytes)
        let (device, system) = deviceAndSystem(bytes)
        return Agent(agentClass: agentClass, device: device, system: system, browser: browser)
    }

    private func has(_ mark: Mark) -> Bool { found[mark.index] }

    private func agentClass(_ bytes: [UInt8]) -> AgentClass {
        if bytes.isEmpty || bytes == [0x2D] { return .library }
        let first = Mark.allCases.count
        for index in 0..<kinds.count {
            let kind = kinds[index]
            if kind.hasAtom, !found[first + index] { continue }
            guard kind.hasPattern else { return kind.agentClass }
            if let pattern = patterns[index], pattern.matches(bytes) { return kind.agentClass }
        }
        // People's browsers have begun with these words since 1994; programs mostly name themselves first.
        let known: [StaticString] = [
            "Mozilla/", "Opera/", "BlackBerry", "Nokia", "SAMSUNG", "SonyEricsson", "LG", "MOT-", "UCWEB", "SEC-",
            "HUAWEI", "ZTE", "Lenovo", "Vodafone", "DoCoMo", "KDDI", "SoftBank", "J-PHONE", "HTC", "Alcatel", "JUC",
        ]
        let begins = known.contains { word in
            bytes.count >= word.utf8CodeUnitCount
                && (0..<word.utf8CodeUnitCount).allSatisfy { bytes[$0] == word.utf8Start[$0] }
        }
        if !begins { return has(.ucBrowser) || has(.operaMini) || has(.midp) ? .browser : .library }
        // `Mozilla/5.0 (compatible; Something)` without an engine is a program that names itself.
        if has(.compatible), !has(.msie), !has(.trident), !has(.konqueror), !has(.opera), !has(.gecko),
            !has(.appleWebKit), !has(.iemobile)
        {
            return .crawler
        }
        // A bare `Mozilla/5.0` is nobody's browser.
        if bytes.count < 16, has(.mozilla) { return .library }
        return .browser
    }

    private func deviceAndSystem(_ bytes: [UInt8]) -> (String, String) {
        if has(.ipad) { return ("tablet", "iOS") }
        if has(.iphone) || has(.ipod) { return ("phone", "iOS") }
        if has(.windowsPhone) || has(.iemobile) { return ("phone", "Windows Phone") }
        if has(.tizen), has(.smartTV) || has(.tvWord) { return ("tv", "Tizen") }
        if has(.webOS), has(.tvWord) || has(.smartTV) || has(.web0S) { return ("tv", "webOS") }
        if has(.web0S) { return ("tv", "webOS") }
        if has(.appleTV) { return ("tv", "tvOS") }
        if has(.playStation) || has(.xbox) || has(.nintendo) { return ("tv", "") }
        if has(.android) {
            if has(.googleTV) || has(.androidTV) || has(.aft) || has(.bravia) || has(.smartTV) {
                return ("tv", "Android")
            }
            if has(.mobile), !has(.tabletWord), !has(.smT) { return ("phone", "Android") }
            if has(.operaMini) || has(.phoneWord) { return ("phone", "Android") }
            return ("tablet", "Android")
        }
        if has(.harmony) { return (has(.tabletWord) ? "tablet" : "phone", "HarmonyOS") }
        if has(.kaios) { return ("phone", "KaiOS") }
        if has(.tizen) { return ("phone", "Tizen") }
        if has(.blackberry) || has(.bb10) { return (has(.playbook) ? "tablet" : "phone", "BlackBerry") }
        if has(.symbian) || has(.midp) || has(.series60) || has(.ucBrowser) && !has(.windows) { return ("phone", "") }
        if has(.smartTV) || has(.hbbtv) || has(.roku) || has(.bravia) { return ("tv", "") }
        if has(.kindle) || has(.silk) { return ("tablet", "Fire OS") }
        if has(.cros) { return ("desktop", "ChromeOS") }
        if has(.windows) { return ("desktop", "Windows") }
        if has(.macintosh) || has(.macOSX) { return ("desktop", "macOS") }
        if has(.linux) || has(.x11) { return (has(.mobile) ? "phone" : "desktop", "Linux") }
        if has(.operaMini) || has(.mobile) { return ("phone", "") }
        return ("other", "")
    }

    /// In the order of who claims to be whom.
    private var browser: String {
        if has(.edg) || has(.edge) || has(.edgA) || has(.edgiOS) { return "Edge" }
        if has(.samsungBrowser) { return "Samsung Internet" }
        if has(.operaMini) || has(.opr) || has(.operaTouch) || has(.opera) { return "Opera" }
        if has(.yandex) { return "Yandex" }
        if has(.ucBrowser) { return "UC Browser" }
        if has(.miui) { return "Mi Browser" }
        if has(.huawei) { return "Huawei Browser" }
        if has(.vivaldi) { return "Vivaldi" }
        if has(.duckDuckGo) { return "DuckDuckGo" }
        if has(.instagram) { return "Instagram" }
        if has(.facebook) || has(.facebookiOS) { return "Facebook" }
        if has(.tiktok) || has(.musically) { return "TikTok" }
        if has(.weChat) { return "WeChat" }
        if has(.line) { return "LINE" }
        if has(.gsa) { return "Google app" }
        if has(.firefox) || has(.fxiOS) || has(.focus) { return "Firefox" }
        if has(.silk) { return "Silk" }
        if has(.msie) || has(.trident) { return "Internet Explorer" }
        if has(.chrome) || has(.criOS) || has(.chromium) {
            return has(.webView) || has(.webView4) ? "Android WebView" : "Chrome"
        }
        if has(.safari) { return has(.android) ? "Android Browser" : "Safari" }
        if has(.appleWebKit), has(.iphone) || has(.ipad) { return "iOS app" }
        return ""
    }
}

/// Words in User-Agents that tell device, system and browser.
enum Mark: String, CaseIterable {
    case mozilla = "mozilla/"
    case compatible = "(compatible;"
    case msie = "msie "
    case trident = "trident/"
    case konqueror = "konqueror"
    case opera = "opera"
    case gecko = "gecko/"
    case appleWebKit = "applewebkit"
    case iemobile = "iemobile"
    case ipad = "ipad"
    case iphone = "iphone"
    case ipod = "ipod"
    case windowsPhone = "windows phone"
    case windows = "windows"
    case tizen = "tizen"
    case smartTV = "smart-tv"
    case tvWord = " tv"
    case webOS = "webos"
    case web0S = "web0s"
    case appleTV = "apple tv"
    case playStation = "playstation"
    case xbox = "xbox"
    case nintendo = "nintendo"
    case android = "android"
    case googleTV = "googletv"
    case androidTV = "android tv"
    case aft = "; aft"
    case bravia = "bravia"
    case mobile = "mobile"
    case tabletWord = "tablet"
    case smT = "; sm-t"
    case phoneWord = "phone"
    case harmony = "harmonyos"
    case kaios = "kaios"
    case blackberry = "blackberry"
    case bb10 = "bb10"
    case playbook = "playbook"
    case symbian = "symbian"
    case midp = "midp"
    case series60 = "series60"
    case hbbtv = "hbbtv"
    case roku = "roku"
    case kindle = "kindle"
    case silk = "silk/"
    case cros = "cros "
    case macintosh = "macintosh"
    case macOSX = "mac os x"
    case linux = "linux"
    case x11 = "x11"
    case edg = "edg/"
    case edge = "edge/"
    case edgA = "edga/"
    case edgiOS = "edgios/"
    case samsungBrowser = "samsungbrowser"
    case operaMini = "opera mini"
    case opr = "opr/"
    case operaTouch = "opt/"
    case yandex = "yabrowser"
    case ucBrowser = "ucbrowser"
    case miui = "miuibrowser"
    case huawei = "huaweibrowser"
    case vivaldi = "vivaldi"
    case duckDuckGo = "duckduckgo/"
    case instagram = "instagram "
    case facebook = "fb_iab"
    case facebookiOS = "fban/"
    case tiktok = "trill"
    case musically = "musical_ly"
    case weChat = "micromessenger"
    case line = " line/"
    case gsa = "gsa/"
    case firefox = "firefox/"
    case fxiOS = "fxios/"
    case focus = "focus/"
    case chrome = "chrome/"
    case criOS = "crios/"
    case chromium = "chromium/"
    case webView = "; wv)"
    case webView4 = "version/4.0 chrome"
    case safari = "safari"

    /// Position in ``allCases``: enumerations without payload are stored as just that (a test holds it).
    var index: Int { Int(unsafeBitCast(self, to: UInt8.self)) }
}
