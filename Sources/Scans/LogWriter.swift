internal import AccessLogs

/// Writes a request in the words of each server.
enum LogWriter {
    static func append(_ request: Request, host: String, format: LogFormat, to out: inout [UInt8]) {
        let date = Date(request.time)
        func dash(_ text: String) -> String { text.isEmpty ? "-" : text }
        func put(_ text: String) { out.append(contentsOf: text.utf8) }
        let target = request.query.isEmpty ? request.path : request.path + "?" + request.query
        switch format {
        case .combined:
            put(request.address)
            put(" - - [")
            put(date.common)
            put("] \"")
            put(request.path == "-" ? request.method : request.method + " " + target + " HTTP/1.1")
            put("\" \(request.status) \(request.status == 302 ? 145 : 0) \"")
            put(dash(request.referrer))
            put("\" \"")
            put(dash(request.agent))
            put("\"")
        case .nginxJSON:
            put("{\"v\":1,\"t\":\(request.time).\(100 + request.id % 900),\"id\":\"")
            put(hex(request.id))
            put(hex(request.id &* 31))
            put("\",\"link\":\"\",\"var\":\"\(request.variant)\",\"deny\":\"\",\"host\":\"\(host)\",\"path\":\"")
            put(request.path)
            put("\",\"q\":\"\(request.query)\",\"m\":\"\(request.method)\",\"st\":\(request.status)")
            put(",\"to\":\"https://shop.example/?p=1\",\"ip\":\"\(request.address)\",\"ua\":\"")
            put(request.agent)
            put("\",\"ref\":\"\(request.referrer)\",\"al\":\"\(request.language)\",\"dnt\":\"")
            put(
                "\(request.optsOut ? "1" : "")\",\"pf\":\"\(request.isPrefetch ? "prefetch" : "")\",\"rt\":0.000,\"b\":145}"
            )
        case .caddyJSON:
            put("{\"level\":\"info\",\"ts\":\(request.time).\(1_000_000 + request.id % 8_999_999),")
            put("\"logger\":\"http.log.access.log0\",\"msg\":\"handled request\",\"request\":{\"remote_ip\":\"")
            put(request.address)
            put(
                "\",\"remote_port\":\"51234\",\"client_ip\":\"\(request.address)\",\"proto\":\"HTTP/2.0\",\"method\":\""
            )
            put("\(request.method)\",\"host\":\"\(host)\",\"uri\":\"\(target)\",\"headers\":{\"User-Agent\":[\"")
            put(request.agent)
            put("\"],\"Accept\":[\"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\"]")
            put(",\"Accept-Encoding\":[\"gzip, deflate, br\"]")
            if !request.referrer.isEmpty { put(",\"Referer\":[\"\(request.referrer)\"]") }
            if !request.language.isEmpty { put(",\"Accept-Language\":[\"\(request.language)\"]") }
            if request.isPrefetch { put(",\"Sec-Purpose\":[\"prefetch\"]") }
            if request.optsOut { put(",\"Sec-Gpc\":[\"1\"]") }
            put(
                "},\"tls\":{\"resumed\":false,\"version\":772,\"cipher_suite\":4865,\"proto\":\"h2\",\"server_name\":\""
            )
            put(
                "\(host)\"}},\"bytes_read\":0,\"user_id\":\"\",\"duration\":0.000021,\"size\":0,\"status\":\(request.status)"
            )
            put(",\"resp_headers\":{\"Server\":[\"Caddy\"],\"Alt-Svc\":[\"h3=\\\":443\\\"; ma=2592000\"],\"Location\":")
            put("[\"https://shop.example/?p=1\"]}}")
        case .w3c:
            func plus(_ text: String) -> String { String(text.map { $0 == " " ? "+" : $0 }) }
            put("\(date.day) \(date.clock) 10.0.0.1 \(request.method) \(plus(request.path)) \(dash(request.query)) ")
            put("\(request.address) \(dash(plus(request.agent))) \(dash(plus(request.referrer))) \(host) ")
            put("\(request.status) 145")
        case .cloudFront:
            func percent(_ text: String) -> String { text.map { $0 == " " ? "%2520" : String($0) }.joined() }
            put("\(date.day)\t\(date.clock)\tVIE50-P1\t145\t\(request.address)\t\(request.method)\td1.cloudfront.net\t")
            put(
                "\(percent(request.path))\t\(request.status)\t\(dash(request.referrer))\t\(dash(percent(request.agent)))\t"
            )
            put("\(dash(request.query))\t\(host)")
        }
    }

    private static func hex(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }

    private struct Date {
        let day: CivilDay
        let second: Int64

        init(_ time: Int64) {
            day = CivilDay(number: Int(time / 86400))
            second = time % 86400
        }

        private func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        var clock: String { "\(two(Int(second / 3600))):\(two(Int(second / 60 % 60))):\(two(Int(second % 60)))" }
        var common: String {
            let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
            return "\(two(day.day))/\(months[day.month - 1])/\(day.year):\(clock) +0000"
        }
    }
}
