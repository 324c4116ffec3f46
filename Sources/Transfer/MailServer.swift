// Unsafe: drives libcurl's easy interface.
import CCurl

/// A server that takes mail (RFC 5321).
public struct MailServer: Equatable, Sendable {
    /// `smtps://mail.example.org` or `smtp://mail.example.org:587`.
    public var url: String
    /// The user; `nil`: no login.
    public var user: String?
    /// The password. Never shown in an error.
    public var password: String?
    /// Whether mail and password may go unencrypted: only for a relay on the same machine.
    public var allowsPlaintext: Bool
    /// Until the mail is taken, in milliseconds.
    public var timeout: Int

    /// A server; a minute to take a mail, encrypted, unless said otherwise.
    public init(
        url: String, user: String? = nil, password: String? = nil, allowsPlaintext: Bool = false, timeout: Int = 60_000
    ) {
        self.url = url
        self.user = user
        self.password = password
        self.allowsPlaintext = allowsPlaintext
        self.timeout = timeout
    }

    /// Sends a mail and returns when the server has taken it for every recipient. Blocks the thread.
    /// - Parameters:
    ///   - date: As for ``MailMessage/bytes(date:token:)``.
    ///   - token: As there.
    public func send(_ message: MailMessage, date: Int64, token: String) throws(TransferError) {
        let lower = url.lowercased()
        guard lower.hasPrefix("smtps://") || lower.hasPrefix("smtp://"),
            !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F })
        else { throw .malformed("a mail server's address that begins with smtps:// or smtp:// is needed") }
        guard !message.to.isEmpty else { throw .malformed("a mail without a recipient") }
        guard let curl = curl_easy_init() else { throw .failed("libcurl could not start") }
        defer { curl_easy_cleanup(curl) }
        var recipients: UnsafeMutablePointer<curl_slist>?
        for mailbox in message.to { recipients = curl_slist_append(recipients, "<" + mailbox.address + ">") }
        defer { curl_slist_free_all(recipients) }

        let outgoing = Outgoing(message.bytes(date: date, token: token))
        var words = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        let code = withExtendedLifetime(outgoing) {
            words.withUnsafeMutableBufferPointer { words in
                set(curl, from: message.from, recipients, outgoing, words)
                return curl_easy_perform(curl)
            }
        }
        guard code != CURLE_OK else { return }
        let text = String(decoding: words.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        throw error(code, text.isEmpty ? String(cString: curl_easy_strerror(code)) : text)
    }

    private func set(
        _ curl: UnsafeMutableRawPointer, from: MailMessage.Mailbox, _ recipients: UnsafeMutablePointer<curl_slist>?,
        _ outgoing: Outgoing, _ words: UnsafeMutableBufferPointer<CChar>
    ) {
        wayseal_curl_set_pointer(curl, CURLOPT_ERRORBUFFER, words.baseAddress)
        wayseal_curl_set_string(curl, CURLOPT_URL, url)
        wayseal_curl_set_string(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        wayseal_curl_set_long(
            curl, CURLOPT_USE_SSL, Int(allowsPlaintext ? CURLUSESSL_TRY.rawValue : CURLUSESSL_ALL.rawValue))
        // Time limits by signals would hit the whole process.
        wayseal_curl_set_long(curl, CURLOPT_NOSIGNAL, 1)
        wayseal_curl_set_long(curl, CURLOPT_TIMEOUT_MS, timeout)
        wayseal_curl_set_string(curl, CURLOPT_PROXY, "")
        if let user { wayseal_curl_set_string(curl, CURLOPT_USERNAME, user) }
        if let password { wayseal_curl_set_string(curl, CURLOPT_PASSWORD, password) }
        wayseal_curl_set_string(curl, CURLOPT_MAIL_FROM, "<" + from.address + ">")
        wayseal_curl_set_list(curl, CURLOPT_MAIL_RCPT, recipients)
        wayseal_curl_set_long(curl, CURLOPT_UPLOAD, 1)
        wayseal_curl_set_callback(curl, CURLOPT_READFUNCTION) { bytes, size, count, user in
            guard let bytes, let user else { return 0 }
            let outgoing = Unmanaged<Outgoing>.fromOpaque(user).takeUnretainedValue()
            return outgoing.give(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
        }
        wayseal_curl_set_pointer(curl, CURLOPT_READDATA, Unmanaged.passUnretained(outgoing).toOpaque())
    }

    private func error(_ code: CURLcode, _ words: String) -> TransferError {
        // The host is what may be shown: an address can carry a password.
        let authority = url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? "?"
        let host = String(authority.split(separator: "@").last ?? "?")
        return switch code {
        case CURLE_COULDNT_RESOLVE_HOST: .unknownHost(host)
        case CURLE_COULDNT_CONNECT: .refused(host)
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_USE_SSL_FAILED: .insecure("\(host) offers no encryption")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM: .insecure(words)
        case CURLE_LOGIN_DENIED: .failed("\(host) refuses this user and password")
        case CURLE_URL_MALFORMAT: .malformed("not an address of a mail server")
        default: .failed(words)
        }
    }
}

/// What is still to be sent; the callback's own.
private final class Outgoing {
    private let bytes: [UInt8]
    private var sent = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func give(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, bytes.count - sent)
        buffer.copyBytes(from: bytes[sent..<sent + count])
        sent += count
        return count
    }
}
