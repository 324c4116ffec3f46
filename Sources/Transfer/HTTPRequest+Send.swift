// Unsafe: drives libcurl's easy interface.
import CCurl

extension HTTPRequest {
    /// Sends the request and waits for the whole answer, within its bounds. A status of 400 or 500 is an answer, not an
    /// error. Blocks the thread.
    public func send() throws(TransferError) -> HTTPResponse {
        let lower = url.lowercased()
        guard lower.hasPrefix("https://") || lower.hasPrefix("http://"),
            !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F })
        else { throw .malformed("an address that begins with https:// or http:// is needed") }
        guard let curl = curl_easy_init() else { throw .failed("libcurl could not start") }
        defer { curl_easy_cleanup(curl) }

        let received = Received(limit: limits.bytes)
        var text = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        let headers = try headerList()
        defer { curl_slist_free_all(headers) }

        let code = withExtendedLifetime(received) {
            text.withUnsafeMutableBufferPointer { text in
                body.withUnsafeBufferPointer { body in
                    set(curl, isSecure: lower.hasPrefix("https://"), received, text, body, headers)
                    let code = curl_easy_perform(curl)
                    // The buffer must not outlive this closure in libcurl's hands.
                    wayseal_curl_set_pointer(curl, CURLOPT_ERRORBUFFER, nil)
                    return code
                }
            }
        }
        if received.isTooLarge { throw .tooLarge(limit: limits.bytes) }
        var status = 0
        wayseal_curl_get_long(curl, CURLINFO_RESPONSE_CODE, &status)
        if code != CURLE_OK {
            // A redirect to a scheme that is not allowed counts as an unsupported protocol.
            if code == CURLE_UNSUPPORTED_PROTOCOL, (300..<400).contains(status) { throw .redirected }
            throw Self.error(code, host: Self.host(of: url), text: Self.text(text))
        }
        var type: UnsafeMutablePointer<CChar>?
        wayseal_curl_get_string(curl, CURLINFO_CONTENT_TYPE, &type)
        let mediaType = type.map { String(cString: $0).lowercased().prefix { $0 != ";" && $0 != " " } } ?? ""
        return HTTPResponse(status: status, type: String(mediaType), body: received.bytes)
    }

    private static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private func set(
        _ curl: UnsafeMutableRawPointer, isSecure: Bool, _ received: Received,
        _ text: UnsafeMutableBufferPointer<CChar>, _ body: UnsafeBufferPointer<UInt8>,
        _ headers: UnsafeMutablePointer<curl_slist>?
    ) {
        wayseal_curl_set_pointer(curl, CURLOPT_ERRORBUFFER, text.baseAddress)
        wayseal_curl_set_string(curl, CURLOPT_URL, url)
        wayseal_curl_set_string(curl, CURLOPT_PROTOCOLS_STR, "https,http")
        wayseal_curl_set_string(curl, CURLOPT_REDIR_PROTOCOLS_STR, isSecure ? "https" : "https,http")
        wayseal_curl_set_long(curl, CURLOPT_FOLLOWLOCATION, limits.redirects > 0 ? 1 : 0)
        wayseal_curl_set_long(curl, CURLOPT_MAXREDIRS, limits.redirects)
        wayseal_curl_set_long(curl, CURLOPT_CONNECTTIMEOUT_MS, limits.connect)
        wayseal_curl_set_long(curl, CURLOPT_TIMEOUT_MS, limits.total)
        // Time limits by signals would hit the whole process.
        wayseal_curl_set_long(curl, CURLOPT_NOSIGNAL, 1)
        wayseal_curl_set_string(curl, CURLOPT_PROXY, proxy ?? "")
        wayseal_curl_set_string(curl, CURLOPT_ACCEPT_ENCODING, "")
        wayseal_curl_set_string(curl, CURLOPT_USERAGENT, "wayseal")
        wayseal_curl_set_list(curl, CURLOPT_HTTPHEADER, headers)
        wayseal_curl_set_callback(curl, CURLOPT_WRITEFUNCTION) { bytes, size, count, user in
            guard let bytes, let user else { return 0 }
            let received = Unmanaged<Received>.fromOpaque(user).takeUnretainedValue()
            let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return received.take(buffer) ? size * count : 0
        }
        wayseal_curl_set_pointer(curl, CURLOPT_WRITEDATA, Unmanaged.passUnretained(received).toOpaque())
        switch method {
        case .get: wayseal_curl_set_long(curl, CURLOPT_HTTPGET, 1)
        case .post, .put:
            wayseal_curl_set_long(curl, CURLOPT_POST, 1)
            wayseal_curl_set_offset(curl, CURLOPT_POSTFIELDSIZE_LARGE, Int(body.count))
            // A body without bytes still needs a pointer, or libcurl would read from standard input.
            if let base = body.baseAddress, !body.isEmpty {
                wayseal_curl_set_pointer(curl, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: base))
            } else {
                wayseal_curl_set_string(curl, CURLOPT_COPYPOSTFIELDS, "")
            }
            if method == .put { wayseal_curl_set_string(curl, CURLOPT_CUSTOMREQUEST, "PUT") }
        }
    }

    private func headerList() throws(TransferError) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        // Waiting for "100 Continue" costs a second with servers that never say it.
        for field in fields + [Field("Expect", "")] {
            let line = field.value.isEmpty ? "\(field.name):" : "\(field.name): \(field.value)"
            guard !line.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                curl_slist_free_all(list)
                throw .malformed("a header field with a control character")
            }
            list = curl_slist_append(list, line)
        }
        return list
    }

    private static func error(_ code: CURLcode, host: String, text: String) -> TransferError {
        let words = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
        return switch code {
        case CURLE_URL_MALFORMAT: .malformed("not an address that can be asked: \(words)")
        case CURLE_COULDNT_RESOLVE_HOST: .unknownHost(host)
        case CURLE_COULDNT_CONNECT: .refused(host)
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_TOO_MANY_REDIRECTS: .redirected
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM: .insecure(words)
        default: .failed(words)
        }
    }

    /// The host and port of an address: what may be shown. Paths and user names of RPC addresses often hold secrets.
    public static func host(of url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return "?" }
        let authority = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
        return String(authority.split(separator: "@", omittingEmptySubsequences: false).last ?? "?")
    }
}

/// What has come so far; the callback's own.
private final class Received {
    let limit: Int
    var bytes: [UInt8] = []
    var isTooLarge = false

    init(limit: Int) { self.limit = limit }

    func take(_ buffer: UnsafeRawBufferPointer) -> Bool {
        guard buffer.count <= limit - bytes.count else {
            isTooLarge = true
            return false
        }
        bytes.append(contentsOf: buffer)
        return true
    }
}
