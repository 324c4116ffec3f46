import AccessLogs
import CFuzzer

/// libFuzzer over the parsers of log lines. The first byte of an input chooses the format, the rest is a log.
///
///     make fuzz FUZZ_SECONDS=600
@main
struct FuzzLines {
    static func main() {
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        let code = unsafe withUnsafeMutablePointer(to: &arguments) { pointer in
            unsafe pointer.withMemoryRebound(to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.self, capacity: 1) {
                unsafe LLVMFuzzerRunDriver(&count, $0, fuzzOneInput)
            }
        }
        precondition(code == 0)
    }

    /// What must hold for any bytes: no trap, and every field of a hit lies in its line.
    static func judge(_ input: [UInt8]) {
        let formats = LogFormat.allCases
        let format = formats[Int(input[0]) % formats.count]
        let log = Array(input.dropFirst())
        let span = log.span
        _ = LogParser.detect(span)
        var parser = LogParser(format: format)
        var hit = Hit()
        var from = 0
        while from < log.count {
            let to = log[from...].firstIndex(of: 0x0A) ?? log.count
            if (try? parser.parse(span, from, to, &hit)) == true {
                for field in [
                    hit.address, hit.host, hit.path, hit.query, hit.referrer, hit.userAgent, hit.language, hit.link,
                    hit.variant, hit.deny, hit.requestID,
                ] where !field.isEmpty {
                    precondition(Int(field.start) >= from && field.start < field.end && Int(field.end) <= to)
                    let decoded = hit.decoded(field, in: span)
                    precondition(decoded.count <= field.count * 3)
                }
                _ = Address.parse(span, hit.address)
                precondition(hit.status < 1000)
            }
            from = to + 1
        }
        var other = LogParser(format: format)
        other.adopt(header: log)
    }
}

/// The name that libFuzzer's own entry asks for; the linker takes it in whole.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    guard size > 0, let data = unsafe data else { return 0 }
    FuzzLines.judge(unsafe Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}
