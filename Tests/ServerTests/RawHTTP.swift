import Glibc

/// A response as it came over the wire.
struct RawResponse: Equatable {
    var status: Int
    var headers: [(name: String, value: [UInt8])]
    var body: [UInt8]

    /// The bytes of the only header with this name; `nil` if there is none or more than one.
    func header(_ name: String) -> [UInt8]? {
        let found = headers.filter { $0.name.lowercased() == name.lowercased() }
        return found.count == 1 ? found[0].value : nil
    }

    static func == (a: Self, b: Self) -> Bool {
        a.status == b.status && a.body == b.body && a.headers.map(\.name) == b.headers.map(\.name)
            && a.headers.map(\.value) == b.headers.map(\.value)
    }
}

/// A client that sends exactly the bytes it is given: no library would let `/a/../b` or `%0d%0a` through.
enum RawHTTP {
    /// Sends one request on a connection of its own and reads until the server closes it.
    static func send(
        _ method: String = "GET", _ target: [UInt8], host: [UInt8], headers: [String] = [], port: UInt16
    ) -> RawResponse? {
        guard let socket = connect(port) else { return nil }
        defer { close(socket) }
        var bytes = Array(method.utf8) + [0x20] + target + Array(" HTTP/1.1\r\nHost: ".utf8) + host
        bytes += Array("\r\nConnection: close\r\n".utf8)
        for header in headers { bytes += Array("\(header)\r\n".utf8) }
        if method == "POST" { bytes += Array("Content-Length: 0\r\n".utf8) }
        bytes += Array("\r\n".utf8)
        var sent = 0
        while sent < bytes.count {
            let n = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard n > 0 else { break }
            sent += n
        }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let n = buffer.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
            guard n > 0 else { break }
            received += buffer[..<n]
        }
        return parse(received)
    }

    /// A TCP connection to loopback, with a time limit on every read and write.
    static func connect(_ port: UInt16) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = loopback(port)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    /// Different ports that nobody listens on now.
    static func freePorts(_ count: Int) -> [UInt16] {
        var descriptors: [Int32] = []
        defer { for descriptor in descriptors { close(descriptor) } }
        return (0..<count).map { _ in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            descriptors.append(descriptor)
            var address = loopback(0)
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            return withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    precondition(bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0)
                }
                return UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
    }

    /// A whole response; `nil` if its head is not there.
    static func parse(_ bytes: [UInt8]) -> RawResponse? {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        var body: Int?
        var i = 0
        while i + 1 < bytes.count {
            if bytes[i] == 0x0D && bytes[i + 1] == 0x0A {
                if i == start {
                    body = i + 2
                    break
                }
                lines.append(bytes[start..<i])
                start = i + 2
                i += 2
            } else {
                i += 1
            }
        }
        guard let body, let first = lines.first else { return nil }
        let words = String(decoding: first, as: UTF8.self).split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        let headers = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: 0x3A) ?? line.endIndex
            return (
                name: String(decoding: line[..<colon], as: UTF8.self),
                value: Array(line[min(colon + 1, line.endIndex)...].drop { $0 == 0x20 })
            )
        }
        return RawResponse(status: status, headers: Array(headers), body: Array(bytes[body...]))
    }
}
