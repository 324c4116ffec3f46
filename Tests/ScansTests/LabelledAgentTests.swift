// swift-format-ignore-file: LineLength
import Foundation
import Testing

@testable import Scans

/// Labelled sets: the instances of PyPI's crawler-user-agents, and browsers from the generator.
@Suite struct LabelledAgentTests {
    static var hasPeers: Bool { ProcessInfo.processInfo.environment["WAYSEAL_SERVER_TESTS"] == "1" }

    @Test("at least 95 % of the labelled crawlers are found", .enabled(if: hasPeers))
    func crawlers() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let lib = root.appendingPathComponent(".build/venv/lib")
        let python = try #require(try FileManager.default.contentsOfDirectory(atPath: lib.path).first)
        let file = lib.appendingPathComponent("\(python)/site-packages/crawleruseragents/crawler-user-agents.json")
        let data = try Data(contentsOf: file)
        let entries = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
        let instances = entries.flatMap { $0["instances"] as? [String] ?? [] }
        try #require(instances.count > 1000)
        var classifier = AgentClassifier()
        var missed: [String] = []
        for agent in instances where classifier.classify(Array(agent.utf8)).agentClass == .browser {
            missed.append(agent)
        }
        #expect(
            missed.count * 20 <= instances.count,
            "\(missed.count) of \(instances.count)\n\(missed.joined(separator: "\n"))")
        var rules = AgentRules.builtIn
        let taken = rules.add(crawlerUserAgents: Array(data))
        #expect((taken ?? 0) > 1000)
        var all = AgentClassifier(rules: rules)
        let left = instances.filter { all.classify(Array($0.utf8)).agentClass == .browser }
        #expect(left.count * 100 <= instances.count, "\(left.prefix(20).joined(separator: "\n"))")
        print("labelled crawlers: \(instances.count), missed \(missed.count) by own rules, \(left.count) with the file")
    }

    @Test("of a labelled set of our own at least 95 % are found to be programs, and every preview fetcher is one")
    func ownPrograms() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("fixtures/agents/programs.txt")
        let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
        var classifier = AgentClassifier()
        var missed: [Substring] = []
        var others: [String: Int] = [:]
        for line in lines {
            let parts = line.split(separator: "\t", maxSplits: 1)
            try #require(parts.count == 2)
            let found = classifier.classify(Array(parts[1].utf8)).agentClass
            if found == .browser { missed.append(line) }
            if "\(found)" != parts[0] { others["\(parts[0]) taken for \(found)", default: 0] += 1 }
            if parts[0] == "preview" { #expect(found == .preview, "\(line)") }
        }
        try #require(lines.count >= 200)
        #expect(missed.count * 20 <= lines.count, "\(missed.joined(separator: "\n"))")
        print("our own programs: \(lines.count), missed \(missed.count); other classes \(others)")
    }

    @Test("at most 1 % of phones and browsers are taken for anything else")
    func browsers() {
        let agents = LogGenerator.browsers(count: 3000, seed: 5) + Self.others
        var classifier = AgentClassifier()
        let wrong = agents.filter { classifier.classify(Array($0.utf8)).agentClass != .browser }
        #expect(wrong.count * 100 <= agents.count, "\(wrong.prefix(20).joined(separator: "\n"))")
    }

    @Test("uap-core's names are those that Python finds with the same file", .enabled(if: hasPeers))
    func families() throws {
        let path = "/usr/share/uap-core/regexes.yaml"
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        var rules = AgentRules.builtIn
        #expect((rules.add(uapCore: Array(data)) ?? 0) > 1000)
        #expect(rules.version != AgentRules.builtIn.version)
        var cut = AgentRules.builtIn
        #expect(cut.add(uapCore: Array(data.prefix(1000))) == nil)
        let agents = LogGenerator.browsers(count: 250, seed: 8) + Self.others + Self.crawlerSample
        let script = """
            import json, re, sys, yaml
            rules = yaml.load(open(sys.argv[1]), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            lists = [[(re.compile(r["regex"], re.I if r.get("regex_flag") == "i" else 0), r.get(k)) for r in rules[n]]
                for n, k in (("user_agent_parsers", "family_replacement"), ("os_parsers", "os_replacement"),
                             ("device_parsers", "device_replacement"))]
            def name(rules, agent):
                for pattern, name in rules:
                    m = pattern.search(agent)
                    if not m: continue
                    if name is None: return m.group(1) or "" if m.groups() else ""
                    return re.sub(r"\\$(\\d)", lambda d: m.group(int(d.group(1))) or "" if int(d.group(1)) <= len(m.groups()) else "", name).lstrip(" ")
                return ""
            print(json.dumps([[name(r, a) for r in lists] for a in json.load(sys.stdin)]))
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script, path]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: JSONSerialization.data(withJSONObject: agents))
        try input.fileHandleForWriting.close()
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let expected = try #require(try JSONSerialization.jsonObject(with: answer) as? [[String]])
        try #require(expected.count == agents.count)
        let parsed = try #require(rules.families)
        var parser = FamilyParser(parsed)
        for (agent, names) in zip(agents, expected) {
            let found = parser.parse(Array(agent.utf8))
            #expect([found.browser, found.system, found.device] == names, "\(agent)")
        }
    }

    static let crawlerSample = [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 8_3 like Mac OS X) AppleWebKit/600.1.4 Version/8.0 Mobile/12F70 Safari/600.1.4 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "curl/7.88.1", "", "-", "Wget/1.21.3", "python-requests/2.31.0",
    ]

    /// Devices with words in their names that sound like programs.
    static let others = [
        "Mozilla/5.0 (Linux; Android 9; CUBOT_P30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 7.0; CUBOT_X18_Plus) AppleWebKit/537.36 Chrome/70.0 Mobile Safari/537.36",
        "Mozilla/5.0 (PlayStation 5 3.03/SmartTV) AppleWebKit/605.1.15 (KHTML, like Gecko)",
        "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 (KHTML, like Gecko) Version/6.0 TV Safari/538.1",
        "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0 Safari/537.36 WebAppManager",
        "Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/609.4 (KHTML, like Gecko) NF/6.0.2.20.5 NintendoBrowser/5.1",
        "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3417; U; en) Presto/2.8.119 Version/11.10",
        "Mozilla/5.0 (compatible; MSIE 10.0; Windows Phone 8.0; Trident/6.0; IEMobile/10.0; ARM; Touch; NOKIA; Lumia 920)",
        "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)",
        "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
        "Mozilla/5.0 (BB10; Touch) AppleWebKit/537.10+ (KHTML, like Gecko) Version/10.0.9.2372 Mobile Safari/537.10+",
        "Nokia6300/2.0 (05.00) Profile/MIDP-2.0 Configuration/CLDC-1.1",
        "Mozilla/5.0 (Mobile; Nokia 8110 4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/291.0 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/443.0;FBBV/540;FBDV/iPhone14,5]",
        "Mozilla/5.0 (Linux; Android 13; SM-A536B; wv) AppleWebKit/537.36 Version/4.0 Chrome/119.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/440.0.0.32.109;]",
        "Mozilla/5.0 (Linux; Android 12; V2031 Build/SP1A) AppleWebKit/537.36 Chrome/107 Mobile Safari/537.36 MicroMessenger/8.0.32 WeChat/arm64",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari Line/13.18.1",
        "Mozilla/5.0 (Linux; U; Android 11; en-US; RMX2185) AppleWebKit/537.36 Version/4.0 Chrome/100.0 UCBrowser/13.4 Mobile Safari/537.36",
        "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Linux; Android 10; HarmonyOS; ELS-AN00) AppleWebKit/537.36 Chrome/99.0 HuaweiBrowser/13.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15",
    ]
}
