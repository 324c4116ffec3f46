import ArgumentParser
import Glibc
import Reports
import Scans
import Site
import Support

/// `wayseal scans follow LOG…`
struct ScansFollowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow", abstract: "Keep the counts current until stopped.",
        discussion: """
            Logs are found again after rotation; name them with their rotated ones ('access.log*'). SIGINT and SIGTERM \
            end it with everything counted that was read.

            Examples:
              wayseal scans follow '/var/log/nginx/wayseal.access.log*' --live live.html
              wayseal scans follow --state /var/lib/wayseal         closes links whose soft limit is used up
              wayseal scans units                                   a unit for systemd that does this
            """)
    @OptionGroup var options: ScanOptions
    @Option(help: ArgumentHelp("Keep this page current: one file, rewritten as a whole.", valueName: "file"))
    var live: String?
    @Option(
        name: .customLong("live-days"),
        help: ArgumentHelp("Days on the live page, today included.", valueName: "n"))
    var liveDays = 7
    @Option(help: ArgumentHelp("en, de or ru.", valueName: "language")) var language = Language.english
    @Option(
        help: ArgumentHelp("The server's --state folder: markers of used-up links go to deny/ in it.", valueName: "dir")
    )
    var state: String?

    func validate() throws {
        try refuseEmpty(live, "--live")
        try refuseEmpty(state, "--state")
        if liveDays < 1 || liveDays > 366 { throw ValidationError("--live-days is 1 to 366") }
    }

    func run() throws {
        do {
            let plan = try options.plan()
            Memory.returnLargeBlocks()
            var ingestion = try Ingestion.open(plan.settings)
            let stop = StopSignal()
            var told: Set<String> = []
            var results = LiveResults(
                plan: plan, page: live, days: liveDays, language: language,
                markers: state.map { DenyMarkers(folder: $0, catalog: plan.settings.catalog) })
            try ingestion.follow(
                plan.logs, goals: plan.goalLogs, clock: { Int64(time(nil)) }, shouldStop: { stop.isRaised }
            ) { summary throws(IngestError) in
                if summary.lines > 0 { Terminal.say(summary.description) }
                // Rounds are many: what goes on being wrong is said once.
                for failure in summary.failures where !told.contains(failure) { Terminal.complain(failure) }
                told = Set(summary.failures)
                try results.update(hasNews: summary.lines > 0)
            }
        } catch let error as IngestError { throw Failure(error) }
    }
}

/// What is made anew while logs are followed: the live page, and the markers of links that are used up.
private struct LiveResults: ~Copyable {
    let plan: ScanOptions.Plan
    let page: String?
    let days: Int
    let language: Language
    var markers: DenyMarkers?
    /// Links with a limit, when somebody wants to know that they are used up.
    var limits: LimitWatch?
    private var telling: BackgroundWork?
    private var tellAt = 0.0
    private var isStale = true
    /// Monotonic seconds before which nothing is done again: what costs little is done at most a fifth of the time, and
    /// nothing waits longer than a second.
    private var nextAt = 0.0
    private var madeAt = 0.0
    private var purgedAt = 0

    init(plan: ScanOptions.Plan, page: String?, days: Int, language: Language, markers: DenyMarkers?) {
        self.plan = plan
        self.page = page
        self.days = days
        self.language = language
        self.markers = markers
        if let site = plan.site, !Notices.hooks(of: site, .limit).isEmpty {
            limits = LimitWatch(catalog: plan.settings.catalog)
        }
    }

    private static var seconds: Double {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }

    mutating func update(hasNews: Bool) throws(IngestError) {
        let began = Self.seconds
        // The day moves on without a scan, too.
        if hasNews || began - madeAt > 60 { isStale = true }
        guard isStale, began >= nextAt else { return }
        let now = Int64(time(nil))
        if purgedAt != Int(now) / 3600 {
            purgedAt = Int(now) / 3600
            do { try plan.purge() } catch { Terminal.complain(error.message, hint: error.hint) }
        }
        if page != nil || markers?.isEmpty == false || limits?.isEmpty == false {
            let builder = try ReportBuilder.open(plan.settings.database, catalog: plan.settings.catalog)
            try markers?.update(builder)
            if began >= tellAt, let news = try limits?.news(builder), !news.isEmpty { tell(news, began) }
            if let page { try write(page, builder, now) }
        }
        isStale = false
        madeAt = Self.seconds
        nextAt = madeAt + min(1, (madeAt - began) * 4)
    }

    /// Tells hooks on a thread of its own: one that does not answer must not keep logs from being counted.
    private mutating func tell(_ news: [LimitWatch.UsedUp], _ now: Double) {
        guard let site = plan.site else { return }
        // Longer than three attempts take: what goes on by then is not waited for.
        tellAt = now + 60
        let database = plan.settings.database
        telling = BackgroundWork {
            let recipients = Notices.hooks(of: site, .limit)
            for link in news {
                // Nobody there: it is tried again in a minute.
                guard Notices(site).tell(Notices.usedUp(link, site), to: recipients) > 0 else { return }
                do throws(IngestError) {
                    try LimitWatch.keep(link, database: database)
                } catch { Terminal.complain(error.description) }
            }
        }
    }

    private func write(_ path: String, _ builder: borrowing ReportBuilder, _ now: Int64) throws(IngestError) {
        let today = builder.day(at: now)
        var query = ReportQuery(
            title: plan.site?.name ?? "Scans", period: .init(first: today.advanced(by: 1 - days), last: today),
            createdAt: now)
        query.detailLimit = 5
        let bytes = HTMLReport.page(try builder.report(query), language: language, refreshSeconds: 2)
        // A full disk is no reason to stop counting.
        do { try Files.replace(path, bytes) } catch { Terminal.complain(error.description) }
    }
}

/// SIGINT and SIGTERM, looked at between rounds instead of interrupting one.
struct StopSignal {
    init() {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        sigprocmask(SIG_BLOCK, &set, nil)
    }

    var isRaised: Bool {
        var pending = sigset_t()
        sigpending(&pending)
        return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1
    }
}
