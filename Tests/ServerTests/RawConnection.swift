import Glibc

/// A connection that is kept for many requests, each exactly the bytes that it is given.
final class RawConnection {
    private let port: UInt16
    private var socket: Int32?
    private var buffer: [UInt8] = []

    init(port: UInt16) { self.port = port }
    deinit { hangUp() }

    private func hangUp() {
        if let socket { close(socket) }
        socket = nil
        buffer = []
    }

    /// Sends one request and reads its response; once more on a new connection if the server closed this one.
    func send(_ method: String, _ target: [UInt8], host: String, headers: [[UInt8]]) -> RawResponse? {
        var bytes = Array(method.utf8) + [0x20] + target + Array(" HTTP/1.1\r\nHost: \(host)\r\n".utf8)
        for header in headers { bytes += header + [0x0D, 0x0A] }
        if method == "POST" || method == "PUT" { bytes += Array("Content-Length: 0\r\n".utf8) }
        bytes += [0x0D, 0x0A]
        let isFresh = socket == nil
        if let response = exchange(bytes, isHead: method == "HEAD") { return response }
        hangUp()
        return isFresh ? nil : exchange(bytes, isHead: method == "HEAD")
    }

    private func exchange(_ bytes: [UInt8], isHead: Bool) -> RawResponse? {
        if socket == nil { socket = RawHTTP.connect(port) }
        guard let socket else { return nil }
        var sent = 0
        while sent < bytes.count {
            let n = bytes[sent...].withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard n > 0 else { return nil }
            sent += n
        }
        guard let end = readHead(), var response = RawHTTP.parse(Array(buffer[..<end])) else { return nil }
        buffer.removeFirst(end)
        let closes = response.header("Connection").map { String(decoding: $0, as: UTF8.self).lowercased() == "close" }
        let hasBody = !isHead && response.status != 304 && response.status != 204
        if hasBody {
            if let length = response.header("Content-Length").flatMap({ Int(String(decoding: $0, as: UTF8.self)) }) {
                guard fill(length) else { return nil }
                response.body = Array(buffer[..<length])
                buffer.removeFirst(length)
            } else if response.header("Transfer-Encoding") != nil {
                guard let body = readChunks() else { return nil }
                response.body = body
            } else {
                while receive() {}
                response.body = buffer
                hangUp()
            }
        }
        if closes == true { hangUp() }
        return response
    }

    private func receive() -> Bool {
        guard let socket else { return false }
        var chunk = [UInt8](repeating: 0, count: 16_384)
        let n = chunk.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
        guard n > 0 else { return false }
        buffer += chunk[..<n]
        return true
    }

    private func fill(_ count: Int) -> Bool {
        while buffer.count < count { if !receive() { return false } }
        return true
    }

    /// Where the head ends.
    private func readHead() -> Int? {
        var from = 0
        while true {
            var i = from
            while i + 3 < buffer.count {
                if buffer[i] == 0x0D, buffer[i + 1] == 0x0A, buffer[i + 2] == 0x0D, buffer[i + 3] == 0x0A {
                    return i + 4
                }
                i += 1
            }
            from = i
            guard receive() else { return nil }
        }
    }

    /// A chunked body (RFC 9112 §7.1).
    private func readChunks() -> [UInt8]? {
        var body: [UInt8] = []
        while true {
            var end: Int?
            while true {
                end = buffer.firstIndex(of: 0x0A)
                if end != nil { break }
                guard receive() else { return nil }
            }
            guard let end, let size = Int(String(decoding: buffer[..<end].dropLast(), as: UTF8.self), radix: 16),
                fill(end + 1 + size + 2)
            else { return nil }
            body += buffer[(end + 1)..<(end + 1 + size)]
            buffer.removeFirst(end + 1 + size + 2)
            if size == 0 { return body }
        }
    }
}
