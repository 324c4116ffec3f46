// Unsafe: the calls of POSIX take pointers.
import CLinux
import Glibc

/// A program that is started with its output in a pipe, bounded in memory and processor time; it does not outlive this.
struct Child: ~Copyable {
    private let process: pid_t
    private let pipe: Int32
    private var isOver = false
    /// It ended by itself, without an answer: most likely it was refused memory.
    private(set) var ranOutOfMemory = false

    /// Seconds of a clock that only goes forward.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    init(_ program: String, _ arguments: [String]) throws(PDFPages.Failure) {
        var ends: [Int32] = [0, 0]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw .notStarted(errno) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, program, &actions, nil, &words, environ)
        close(ends[1])
        guard code == 0 else {
            close(ends[0])
            throw code == ENOENT ? .noProgram : .notStarted(code)
        }
        process = child
        pipe = ends[0]
        // Set from outside, a moment after it began: long before it has read a page.
        clinux_bound(child, 1 << 31, rlim_t(PDFPages.secondsForPage))
    }

    deinit {
        if !isOver {
            Glibc.kill(process, SIGKILL)
            var status: Int32 = 0
            waitpid(process, &status, 0)
        }
        close(pipe)
    }

    /// What comes next; empty at the end, `nil` when the deadline passed.
    mutating func read(until deadline: Double) -> [UInt8]? {
        while true {
            var ready = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
            let left = deadline - Self.now
            guard left > 0 else { return nil }
            let answer = poll(&ready, 1, Int32(min(left * 1_000 + 1, 60_000)))
            if answer < 0, errno == EINTR { continue }
            if answer == 0 { continue }
            let part = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
                let n = Glibc.read(pipe, buffer.baseAddress, buffer.count)
                count = max(0, n)
            }
            return part
        }
    }

    /// Ends it, and notes how it ended.
    mutating func kill() {
        guard !isOver else { return }
        isOver = true
        var status: Int32 = 0
        // Whoever closed its output gets a moment to leave by itself.
        for _ in 0..<50 {
            if waitpid(process, &status, WNOHANG) != 0 { return note(status) }
            usleep(2_000)
        }
        Glibc.kill(process, SIGKILL)
        waitpid(process, &status, 0)
        note(status)
    }

    private mutating func note(_ status: Int32) {
        // pdftoppm's 99: there is no such page.
        ranOutOfMemory = status != 0 && status != 99 << 8
    }
}
