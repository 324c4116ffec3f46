extension LogGenerator {
    /// User-Agents of people's browsers, as the generator makes them.
    static func browsers(count: Int, seed: UInt64) -> [String] {
        var random = Random(state: seed)
        return (0..<count).map { _ in AgentPool.make(&random, kinds: 90) }
    }
}

/// User-Agents: devices and browsers in many versions, crawlers, previews, programs.
struct AgentPool {
    private let agents: [String]

    init(seed: UInt64, count: Int) {
        var random = Random(state: seed ^ 0xA6E57)
        var agents: [String] = []
        agents.reserveCapacity(count)
        var seen: Set<String> = []
        while agents.count < count {
            let agent = Self.make(&random)
            if seen.insert(agent).inserted { agents.append(agent) }
        }
        self.agents = agents
    }

    /// The device of a person: popular ones first.
    func agent(person: UInt64) -> String {
        var random = Random(state: person &* 0x1234_5679)
        let rank =
            random.below(3) == 0 ? Int(random.below(UInt64(agents.count))) : Int(random.power(Double(agents.count))) - 1
        return agents[min(max(0, rank), agents.count - 1)]
    }

    static func make(_ random: inout Random, kinds: UInt64 = 100) -> String {
        func pick(_ list: [String]) -> String { list[Int(random.below(UInt64(list.count)))] }
        func number(_ low: Int, _ high: Int) -> Int { low + Int(random.below(UInt64(high - low + 1))) }
        switch random.below(kinds) {
        case 0..<34:
            let os = "\(number(12, 18))_\(number(0, 7))" + (random.below(2) == 0 ? "_\(number(1, 3))" : "")
            let head =
                "Mozilla/5.0 (\(random.below(9) == 0 ? "iPad; CPU OS" : "iPhone; CPU iPhone OS") \(os) like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            switch random.below(6) {
            case 0:
                return head
                    + " CriOS/\(number(90, 131)).0.\(number(4000, 6900)).\(number(10, 199)) Mobile/15E148 Safari/604.1"
            case 1:
                return head
                    + " Mobile/15E148 Instagram \(number(200, 350)).0.0.\(number(1, 40)).\(number(50, 120)) (iPhone)"
            case 2: return head + " FxiOS/\(number(90, 133)).\(number(0, 3)) Mobile/15E148 Safari/605.1.15"
            default:
                return head + " Version/\(number(12, 18)).\(number(0, 6)) Mobile/15E\(number(100, 240)) Safari/604.1"
            }
        case 34..<72:
            let model = pick([
                "SM-G991B", "SM-A525F", "SM-S918B", "Pixel 7", "Pixel 8 Pro", "M2102J20SG", "CPH2211", "K", "SM-T510",
                "moto g(9) play", "CUBOT_NOTE_S", "HD1903",
            ])
            let head = "Mozilla/5.0 (Linux; Android \(number(8, 15)); \(model)) AppleWebKit/537.36 (KHTML, like Gecko)"
            let tail = model.hasPrefix("SM-T") ? "Safari/537.36" : "Mobile Safari/537.36"
            switch random.below(5) {
            case 0:
                return head
                    + " SamsungBrowser/\(number(12, 27)).0 Chrome/\(number(80, 125)).0.\(number(4000, 6900)).\(number(10, 199)) \(tail)"
            case 1:
                return head
                    + " Version/4.0 Chrome/\(number(80, 131)).0.\(number(4000, 6900)).\(number(10, 199)) \(tail)"
            default: return head + " Chrome/\(number(80, 131)).0.\(number(4000, 6900)).\(number(10, 199)) \(tail)"
            }
        case 72..<90:
            let system = pick([
                "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64",
                "X11; CrOS x86_64 14541.0.0",
            ])
            switch random.below(4) {
            case 0:
                return
                    "Mozilla/5.0 (\(system); rv:\(number(90, 133)).0) Gecko/20100101 Firefox/\(number(90, 133)).\(number(0, 9))"
            case 1:
                let chrome = "Chrome/\(number(90, 131)).0.\(number(4000, 6900)).\(number(10, 199))"
                return
                    "Mozilla/5.0 (\(system)) AppleWebKit/537.36 (KHTML, like Gecko) \(chrome) Safari/537.36 Edg/\(number(90, 131)).0.\(number(1000, 2900)).\(number(10, 99))"
            default:
                return
                    "Mozilla/5.0 (\(system)) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/\(number(90, 131)).0.\(number(4000, 6900)).\(number(10, 199)) Safari/537.36"
            }
        case 90..<94:
            let name = pick([
                "Googlebot", "bingbot", "AhrefsBot", "SemrushBot", "YandexBot", "Applebot", "DotBot", "PetalBot",
                "GPTBot",
            ])
            return
                "Mozilla/5.0 (compatible; \(name)/\(number(1, 9)).\(number(0, 99)); +http://www.\(lowercased(name)).example/bot.html)"
        case 94..<96:
            return pick([
                "facebookexternalhit/1.", "WhatsApp/2.", "TelegramBot (like TwitterBot) ", "Slackbot-LinkExpanding 1.",
                "Twitterbot/1.", "LinkedInBot/1.", "Discordbot/2.",
            ]) + "\(number(0, 400))"
        case 96..<98:
            return pick(["curl/7.", "python-requests/2.", "Go-http-client/", "okhttp/4.", "Wget/1.", "Java/17.0."])
                + "\(number(0, 400))"
        case 98:
            return pick(["Mozilla/5.0 (compatible; UptimeRobot/2.", "Pingdom.com_bot_version_1."]) + "\(number(0, 400))"
        default:
            return pick(["Mozilla/5.0 zgrab/0.", "sqlmap/1.", "Mozilla/5.0 (compatible; Nmap Scripting Engine; "])
                + "\(number(0, 400))"
        }
    }
}
