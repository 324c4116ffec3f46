import Glibc
import Support

/// A mail with attachments as bytes (RFC 5322, MIME of RFC 2045 to 2047 and 2231).
///
/// Nothing in it can become a header of its own: addresses with anything but printable ASCII are refused, other texts
/// are encoded whenever they are not plain ASCII.
public struct MailMessage: Equatable, Sendable {
    /// A mail address with the name of its owner.
    public struct Mailbox: Equatable, Sendable {
        /// The name; may be empty, in any script.
        public let name: String
        /// `someone@example.org`.
        public let address: String

        /// A mailbox; `nil` unless the address is one `@` between printable ASCII without space, quote, comma,
        /// semicolon, colon, parenthesis, backslash or angle bracket.
        public init?(name: String = "", address: String) {
            let parts = address.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), address.utf8.count <= 254,
                address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"<>\"(),;:\\[]".utf8.contains($0) })
            else { return nil }
            self.name = name
            self.address = address
        }

        /// From `someone@example.org` or `Some One <someone@example.org>`.
        public init?(_ text: String) {
            guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else { return nil }
            guard let open = text.lastIndex(of: "<"), text.last == ">" else {
                self.init(address: text)
                return
            }
            var name = text[..<open]
            while name.last == " " { name.removeLast() }
            if name.count >= 2, name.first == "\"", name.last == "\"" { name = name.dropFirst().dropLast() }
            self.init(name: String(name), address: String(text[text.index(after: open)...].dropLast()))
        }
    }

    /// A file that comes along.
    public struct Attachment: Equatable, Sendable {
        /// Its name, in any script.
        public var name: String
        /// Its type, `application/pdf`; a literal of the program.
        public var type: StaticString
        /// Its content.
        public var bytes: [UInt8]

        /// A file.
        public init(name: String, type: StaticString, bytes: [UInt8]) {
            self.name = name
            self.type = type
            self.bytes = bytes
        }

        /// Equal in every part.
        public static func == (a: Attachment, b: Attachment) -> Bool {
            a.name == b.name && a.type.description == b.type.description && a.bytes == b.bytes
        }
    }

    /// From whom.
    public var from: Mailbox
    /// To whom.
    public var to: [Mailbox]
    /// What about, in any script.
    public var subject: String
    /// The text.
    public var text: String
    /// The files.
    public var attachments: [Attachment]

    /// A mail.
    public init(
        from: Mailbox, to: [Mailbox], subject: String, text: String, attachments: [Attachment] = []
    ) {
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.attachments = attachments
    }

    /// The bytes to be sent, with CRLF line ends, no line longer than 998 bytes.
    /// - Parameters:
    ///   - date: Seconds since 1970-01-01 UTC, for `Date:`.
    ///   - token: Random letters and digits, for the message id and the boundary; anything else in it is left out. As
    ///     every part is base64, the boundary can't occur in one whatever the token.
    public func bytes(date: Int64, token: String) -> [UInt8] {
        let token = String(token.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(40))
        let boundary = "=_wayseal_" + token
        let host = from.address.split(separator: "@").last.map { String($0) } ?? "localhost"
        var lines = [
            "Date: " + Self.date(date),
            "From: " + Self.header(from),
            "To: " + to.map { Self.header($0) }.joined(separator: ",\r\n "),
            "Subject: " + Self.words(subject),
            "Message-ID: <" + token + "." + String(date) + "@" + host + ">",
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
            "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"", "",
            "--" + boundary, "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "",
        ]
        lines += Self.base64Lines(Array(Self.crlf(text).utf8))
        for attachment in attachments {
            lines += [
                "--" + boundary, "Content-Type: " + attachment.type.description,
                "Content-Disposition: attachment; filename*=utf-8''" + Self.percentEncoded(attachment.name),
                "Content-Transfer-Encoding: base64", "",
            ]
            lines += Self.base64Lines(attachment.bytes)
        }
        lines += ["--" + boundary + "--", ""]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    private static func header(_ mailbox: Mailbox) -> String {
        mailbox.name.isEmpty ? mailbox.address : words(mailbox.name) + "\r\n <" + mailbox.address + ">"
    }

    /// Encoded words of at most 75 characters (RFC 2047 §2), each of whole characters; plain ASCII letters stay.
    static func words(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || " -_/.".unicodeScalars.contains($0))
        }
        if isPlain, text.utf8.count <= 60 { return text }
        var words: [String] = []
        var chunk: [UInt8] = []
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if chunk.count + bytes.count > 45 {
                words.append("=?utf-8?B?" + Base64.encode(chunk) + "?=")
                chunk = []
            }
            chunk += bytes
        }
        words.append("=?utf-8?B?" + Base64.encode(chunk) + "?=")
        return words.joined(separator: "\r\n ")
    }

    /// RFC 5987 attr-char as they are, the rest in percent form.
    static func percentEncoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
            }
        }
    }

    private static func crlf(_ text: String) -> String {
        text.split(omittingEmptySubsequences: false) { $0.isNewline }.joined(separator: "\r\n")
    }

    private static func base64Lines(_ bytes: [UInt8]) -> [String] {
        stride(from: 0, to: bytes.count, by: 57).map { Base64.encode(Array(bytes[$0..<min($0 + 57, bytes.count)])) }
    }

    /// `Wed, 01 Apr 2026 08:00:00 +0000` (RFC 5322 §3.3).
    static func date(_ seconds: Int64) -> String {
        var time = time_t(seconds)
        var parts = tm()
        guard gmtime_r(&time, &parts) != nil else { return "Thu, 01 Jan 1970 00:00:00 +0000" }
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return days[Int(parts.tm_wday)] + ", " + two(parts.tm_mday) + " " + months[Int(parts.tm_mon)] + " "
            + String(parts.tm_year + 1_900) + " " + two(parts.tm_hour) + ":" + two(parts.tm_min) + ":"
            + two(parts.tm_sec) + " +0000"
    }
}
