// Uses pointers into buffers for read(2), igzip and zstd.
internal import CCompress
internal import Glibc
public import Support

/// A log cannot be read.
public enum LogStreamError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system refused.
    case file(FileError)
    /// Compressed data is damaged, or unfolds to more than a thousand times its size.
    case compression(path: String, message: String)

    /// For people.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .compression(let path, let message): "cannot unpack \(path): \(message)"
        }
    }
}

/// The bytes of a log, unpacked: plain, gzip or zstd, told apart by their first bytes. Read in pieces, never mapped:
/// a mapped log that is truncated kills the reader, and its pages count as ours.
struct LogStream: ~Copyable {
    private enum Packing { case plain, gzip, zstd }

    let path: String
    private let raw: Int32
    private let ownsDescriptor: Bool
    private var packing = Packing.plain
    private var input: [UInt8] = []
    private var inputStart = 0
    private var inputEnd = 0
    private var atEnd = false
    private var taken = 0
    private var given = 0
    private var gzip: UnsafeMutablePointer<inflate_state>?
    private var zstd: OpaquePointer?
    private var isMemberOpen = false
    /// The output was full: the decoder may hold more without further input.
    private var mayHoldMore = false
    /// Device and inode.
    private(set) var identity: [UInt64] = [0, 0]
    /// Whether the whole unpacked content is known to have been given.
    var isPacked: Bool { packing != .plain }

    /// How much of the file was read, packed; 0 of what is no file.
    var offset: Int { max(0, Int(lseek(raw, 0, SEEK_CUR))) }
    /// Bytes of the file when it was opened.
    private(set) var size = 0

    static let pieceSize = 1 << 20
    /// Deflate cannot exceed 1032; logs stay below 200.
    static let ratioLimit = 900

    /// Opens a log; `-` is standard input.
    init(path: String) throws(LogStreamError) {
        self.path = path
        if path == "-" {
            raw = STDIN_FILENO
            ownsDescriptor = false
        } else {
            raw = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            ownsDescriptor = true
            if raw < 0 { throw .file(FileError("open", path)) }
        }
        var info = stat()
        guard fstat(raw, &info) == 0 else { throw .file(FileError("read", path)) }
        guard info.st_mode & S_IFMT != S_IFDIR else { throw .file(FileError("read", path, code: EISDIR)) }
        identity = [UInt64(info.st_dev), UInt64(info.st_ino)]
        size = Int(info.st_size)
        // A FIFO that was opened without waiting is read like a file.
        if ownsDescriptor { _ = fcntl(raw, F_SETFL, fcntl(raw, F_GETFL) & ~O_NONBLOCK) }
        input = [UInt8](repeating: 0, count: 65536)
        try refill()
        if inputEnd >= 4 {
            if input[0] == 0x1F, input[1] == 0x8B { packing = .gzip }
            if input[0] == 0x28, input[1] == 0xB5, input[2] == 0x2F, input[3] == 0xFD { packing = .zstd }
        }
        switch packing {
        case .plain: break
        case .gzip:
            let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)
            isal_inflate_init(state)
            state.pointee.crc_flag = UInt32(ISAL_GZIP)
            gzip = state
            isMemberOpen = true
        case .zstd:
            zstd = ZSTD_createDCtx()
            // A frame may ask for any window: 128 MiB is what `zstd --long` makes without further flags.
            _ = ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, 27)
        }
    }

    deinit {
        if ownsDescriptor { close(raw) }
        gzip?.deallocate()
        if let zstd { ZSTD_freeDCtx(zstd) }
    }

    private mutating func refill() throws(LogStreamError) {
        guard !atEnd else { return }
        inputStart = 0
        var piece: [UInt8] = []
        swap(&piece, &input)
        defer { swap(&piece, &input) }
        inputEnd = try readSystem(&piece, 0)
        taken += inputEnd
        if inputEnd == 0 { atEnd = true }
    }

    private func readSystem(_ buffer: inout [UInt8], _ at: Int) throws(LogStreamError) -> Int {
        while true {
            let n = buffer.withUnsafeMutableBytes { bytes in
                Glibc.read(raw, bytes.baseAddress.map { $0 + at }, bytes.count - at)
            }
            if n >= 0 { return n }
            if errno != EINTR { throw .file(FileError("read", path)) }
        }
    }

    /// Fills `buffer` from `at` on; 0 at the (present) end.
    mutating func read(into buffer: inout [UInt8], at: Int) throws(LogStreamError) -> Int {
        guard at < buffer.count else { return 0 }
        switch packing {
        case .plain:
            if inputStart < inputEnd {
                let n = min(inputEnd - inputStart, buffer.count - at)
                buffer.replaceSubrange(at..<at + n, with: input[inputStart..<inputStart + n])
                inputStart += n
                return n
            }
            return try readSystem(&buffer, at)
        case .gzip: return try inflate(into: &buffer, at: at)
        case .zstd: return try unzstd(into: &buffer, at: at)
        }
    }

    /// Goes to `offset` of the unpacked bytes; `false` when there are not that many. Only forward in packed files.
    mutating func seek(to offset: Int) throws(LogStreamError) -> Bool {
        if packing == .plain {
            var info = stat()
            guard fstat(raw, &info) == 0, Int(info.st_size) >= offset, lseek(raw, off_t(offset), SEEK_SET) >= 0 else {
                return false
            }
            inputStart = 0
            inputEnd = 0
            return true
        }
        var left = offset - given
        guard left >= 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: min(Self.pieceSize, max(1, left)))
        while left > 0 {
            if left < buffer.count { buffer.removeLast(buffer.count - left) }
            let n = try read(into: &buffer, at: 0)
            if n == 0 { return false }
            left -= n
        }
        return true
    }

    private func checkRatio() throws(LogStreamError) {
        if given > 64 << 20, given / max(1, taken) > Self.ratioLimit {
            throw .compression(path: path, message: "unfolds to more than \(Self.ratioLimit) times its size")
        }
    }

    private mutating func inflate(into buffer: inout [UInt8], at: Int) throws(LogStreamError) -> Int {
        guard let gzip else { return 0 }
        while true {
            if inputStart == inputEnd, !mayHoldMore {
                try refill()
                // Cut off: what is whole has been given; the rest may come.
                if atEnd { return 0 }
            }
            if !isMemberOpen {
                // Padding after the last member is no member.
                guard input[inputStart] == 0x1F else {
                    inputStart = inputEnd
                    continue
                }
                isal_inflate_reset(gzip)
                gzip.pointee.crc_flag = UInt32(ISAL_GZIP)
                isMemberOpen = true
            }
            let start = inputStart
            let available = inputEnd - inputStart
            let room = buffer.count - at
            let (code, used, made) = input.withUnsafeMutableBufferPointer { source in
                buffer.withUnsafeMutableBufferPointer { target -> (Int32, Int, Int) in
                    gzip.pointee.next_in = source.baseAddress.map { $0 + start }
                    gzip.pointee.avail_in = UInt32(available)
                    gzip.pointee.next_out = target.baseAddress.map { $0 + at }
                    gzip.pointee.avail_out = UInt32(clamping: room)
                    let code = isal_inflate(gzip)
                    return (code, available - Int(gzip.pointee.avail_in), room - Int(gzip.pointee.avail_out))
                }
            }
            inputStart += used
            given += made
            mayHoldMore = made == room
            guard code == ISAL_DECOMP_OK else {
                throw .compression(path: path, message: "damaged gzip data (\(code))")
            }
            try checkRatio()
            if gzip.pointee.block_state == ISAL_BLOCK_FINISH {
                isMemberOpen = false
                mayHoldMore = false
            }
            if made > 0 { return made }
        }
    }

    private mutating func unzstd(into buffer: inout [UInt8], at: Int) throws(LogStreamError) -> Int {
        while true {
            if inputStart == inputEnd, !mayHoldMore {
                try refill()
                if atEnd { return 0 }
            }
            let (start, end, room) = (inputStart, inputEnd, buffer.count - at)
            let (code, used, made) = input.withUnsafeBufferPointer { source in
                buffer.withUnsafeMutableBufferPointer { target -> (Int, Int, Int) in
                    var from = ZSTD_inBuffer(src: source.baseAddress.map { $0 + start }, size: end - start, pos: 0)
                    var to = ZSTD_outBuffer(dst: target.baseAddress.map { $0 + at }, size: room, pos: 0)
                    let code = ZSTD_decompressStream(zstd, &to, &from)
                    return (code, from.pos, to.pos)
                }
            }
            inputStart += used
            given += made
            mayHoldMore = made == room
            guard ZSTD_isError(code) == 0 else {
                throw .compression(path: path, message: String(cString: ZSTD_getErrorName(code)))
            }
            try checkRatio()
            if made > 0 { return made }
        }
    }
}
