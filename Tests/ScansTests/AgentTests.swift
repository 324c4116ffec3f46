// swift-format-ignore-file: LineLength
import Foundation
import Testing

@testable import Scans

@Suite struct AgentTests {
    @Test("all ten preview fetchers are previews")
    func previews() {
        let agents = [
            "WhatsApp/2.23.20.0 A",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "TelegramBot (like TwitterBot)",
            "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
            "Viber/13.3.0.22 CFNetwork/1128.0.1 Darwin/19.6.0", "Signal-Android/6.2",
        ]
        var classifier = AgentClassifier()
        for agent in agents { #expect(classifier.classify(Array(agent.utf8)).agentClass == .preview, "\(agent)") }
    }

    @Test(
        "programs, monitors and scanners are told apart",
        arguments: [
            ("", AgentClass.library), ("-", .library), ("curl/8.1", .library), ("python-requests/2.31", .library),
            ("Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", .monitor),
            ("sqlmap/1.7", .scanner), ("Mozilla/5.0 zgrab/0.x", .scanner),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/119.0 Safari/537.36",
                .headless
            ),
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", .crawler),
            ("Mozilla/5.0 (compatible; SomethingNew/1.0)", .crawler), ("SomethingNew/1.0", .library),
            ("Mozilla/5.0", .library),
        ])
    func classes(agent: String, expected: AgentClass) {
        var classifier = AgentClassifier()
        #expect(classifier.classify(Array(agent.utf8)).agentClass == expected)
    }

    @Test(
        "devices, systems and browsers are named",
        arguments: [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
                "phone", "iOS", "Safari"
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36",
                "phone", "Android", "Samsung Internet"
            ),
            (
                "Mozilla/5.0 (Linux; Android 12; SM-T510) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36",
                "tablet", "Android", "Chrome"
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36 Edg/119.0.0.0",
                "desktop", "Windows", "Edge"
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "desktop", "Linux", "Firefox"),
            (
                "Mozilla/5.0 (iPad; CPU OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/119.0 Mobile/15E148 Safari/604.1",
                "tablet", "iOS", "Chrome"
            ),
            (
                "Mozilla/5.0 (Linux; Android 11; CUBOT_NOTE_S) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/119.0.0.0 Mobile Safari/537.36",
                "phone", "Android", "Android WebView"
            ),
        ])
    func devices(agent: String, device: String, system: String, browser: String) {
        var classifier = AgentClassifier()
        #expect(
            classifier.classify(Array(agent.utf8))
                == Agent(agentClass: .browser, device: device, system: system, browser: browser))
    }

    @Test("marks are numbered in their order")
    func marks() {
        #expect(MemoryLayout<Mark>.size == 1)
        #expect(Mark.allCases.map(\.index) == Array(0..<Mark.allCases.count))
    }

    @Test("atoms are found as a naive search finds them")
    func atoms() {
        let atoms = ["bot", "Robot", "o", "crawl", "raw", "", "bot"].map { Array($0.utf8) }
        let automaton = AtomAutomaton(atoms)
        for text in ["", "ROBOT", "a crAwler", "bobo", "xyz"] {
            var found = [Bool](repeating: false, count: automaton.count)
            let bytes = Array(text.utf8)
            var hits: [Int] = []
            automaton.search(bytes.span, &found, &hits)
            #expect(Set(hits) == Set(found.indices.filter { found[$0] }) && Set(hits).count == hits.count)
            let expected = ["bot", "robot", "o", "crawl", "raw", "", "bot"].map {
                !$0.isEmpty && text.lowercased().contains($0)
            }
            #expect(found == expected, "\(text)")
        }
    }

    @Test(
        "what a pattern cannot match without",
        arguments: [
            (#"Zorkify\/[0-9]"#, ["Zorkify/"]), ("colou?rs", ["colo"]), ("a|bcdef", []),
            ("abc|bcdef", ["abc", "bcdef"]),
            ("x(?:abc|bcdef)?yes+z", ["yes"]), ("(abc|bcdef) (.{3})", ["abc", "bcdef"]), ("(?!never)some", ["some"]),
            ("[abc]def{0,2}x", []), ("ab[]d]efg{2}h", ["efg"]), ("", []), ("(", []), ("abc)", []), ("a{0}bcd", ["bcd"]),
            (#"^(?:Mozilla|Opera).{1,50}Zo\d"#, ["Mozilla", "Opera"]),
        ])
    func patternAtoms(pattern: String, atoms: [String]) {
        #expect(PatternAtoms.of(pattern).map { String(decoding: $0, as: UTF8.self) } == atoms)
    }

    @Test("a file of crawler patterns is taken, its atoms are parts of every match")
    func patterns() {
        var rules = AgentRules.builtIn
        let json =
            #"[{"pattern": "Zorkify\\/[0-9]", "url": "x"}, {"pattern": "[pP]lonk", "instances": ["pattern"]}, {"pattern": "("}]"#
        #expect(rules.add(crawlerUserAgents: Array(json.utf8)) == 2)
        #expect(rules.version != AgentRules.builtIn.version)
        var classifier = AgentClassifier(rules: rules)
        #expect(classifier.classify(Array("Mozilla/5.0 (X11) Gecko/1 Zorkify/9".utf8)).agentClass == .crawler)
        #expect(rules.add(crawlerUserAgents: Array("{}".utf8)) == nil)
    }
}
