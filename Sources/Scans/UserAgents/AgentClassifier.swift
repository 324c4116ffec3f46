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
    private let rules: [AgentRules.Rule]
    /// Rule of each atom; −1 for the atoms of ``Mark``.
    private let owners: [Int]
    /// Rules whose atoms are not known.
    private let always: [Int]
    private let patterns: [CompiledPattern?]
    private var found: [Bool]
    private var hits: [Int] = []
    private var families: FamilyParser?

    /// A classifier by these rules.
    public init(rules: AgentRules = .builtIn) {
        var atoms = Mark.allCases.map { Array($0.rawValue.utf8) }
        var owners = [Int](repeating: -1, count: atoms.count)
        var always: [Int] = []
        for (index, rule) in rules.rules.enumerated() {
            if rule.atoms.isEmpty { always.append(index) }
            for atom in rule.atoms {
                atoms.append(atom)
                owners.append(index)
            }
        }
        automaton = AtomAutomaton(atoms)
        self.rules = rules.rules
        self.owners = owners
        self.always = always
        patterns = rules.rules.map { rule in rule.pattern.flatMap { CompiledPattern($0) } }
        found = Array(repeating: false, count: automaton.count)
        if let families = rules.families { self.families = FamilyParser(families) }
    }

    /// Classifies the bytes of a User-Agent.
    /// - Complexity: O(length), plus the patterns whose atoms occur.
    public mutating func classify(_ bytes: [UInt8]) -> Agent {
        // No client needs more; what is longer is made to cost time.
        let bytes = bytes.count > 2048 ? Array(bytes[..<2048]) : bytes
        for hit in hits { found[hit] = false }
        hits.removeAll(keepingCapacity: true)
        automaton.search(bytes.span, &found, &hits)
        let (device, system) = deviceAndSystem(bytes)
        var agent = Agent(agentClass: agentClass(bytes), device: device, system: system, browser: browser)
        if let named = families?.parse(bytes) {
            // `Other` is uap-core's word for what it does not know.
            if agent.agentClass == .browser, named.device == "Spider" { agent.agentClass = .crawler }
            if !named.system.isEmpty, named.system != "Other" { agent.system = named.system }
            if !named.browser.isEmpty, named.browser != "Other" { agent.browser = named.browser }
        }
        return agent
    }

    private func has(_ mark: Mark) -> Bool { found[mark.index] }

    private func agentClass(_ bytes: [UInt8]) -> AgentClass {
        if bytes.isEmpty || bytes == [0x2D] { return .library }
        var candidates = always
        for hit in hits where owners[hit] >= 0 { candidates.append(owners[hit]) }
        candidates.sort()
        for index in candidates {
            guard rules[index].pattern != nil else { return rules[index].agentClass }
            if let pattern = patterns[index], pattern.matches(bytes) { return rules[index].agentClass }
        }
        // People's browsers have begun with these words since 1994; programs mostly name themselves first.
        let known: [StaticString] = [
            "Mozilla/", "Opera/", "BlackBerry", "Nokia", "SAMSUNG", "SonyEricsson", "LG", "MOT-", "UCWEB", "SEC-",
            "HUAWEI", "ZTE", "Lenovo", "Vodafone", "DoCoMo", "KDDI", "SoftBank", "J-PHONE", "HTC", "Alcatel", "JUC",
        ]
        let begins =
            has(.mozilla) && bytes.starts(with: "Mozilla/".utf8)
            || known.contains { word in
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
