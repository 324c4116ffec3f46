// swift-tools-version: 6.2
import PackageDescription

/// How the release binary is linked, for its size (19.9 → 17.8 MB together with what is below): by the toolchain's lld;
/// relocations packed (RELR, glibc 2.36), which spares 1.1 MB; no symbols exported, as nothing loads it (0.5 MB); functions
/// with the same code are one (0.4 MB). What is left is mostly the runtime (5 MB) and
/// FoundationEssentials (6 MB with what it pulls in), which ArgumentParser needs for a JSON encoder.
let smallLink = [
    "-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs", "-Xlinker", "--no-export-dynamic",
    "-Xlinker", "--icf=all",
]

/// To the compiler's back end: functions don't unwind, and need no entry in `.eh_frame`.
let withoutUnwinding = ["-Xllvm", "-force-attribute=nounwind", "-Xllvm", "-force-remove-attribute=uwtable"]

/// Rooms in which no time is spent that anybody waits for: compiled for size, a third smaller. Manifest costs 5 % more
/// instructions a link that way, counted on a build of 40,000.
let small: Set<String> = [
    "Anchoring", "Build", "Certificates", "Decoding", "Ethereum", "Legibility", "Manifest", "Pages", "Payloads",
    "Places", "Redirects", "Reports", "Site", "Tables", "Transfer", "Verification", "wayseal",
]

// The house, bottom to top. A room knows only rooms below it; CONTRIBUTING.md has the tour.
let package = Package(
    name: "wayseal",
    products: [.executable(name: "wayseal", targets: ["wayseal"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2")
    ],
    targets: [
        // C: module maps and shims over Debian's libraries.
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CIDN2", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
        .systemLibrary(
            name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CResolv"),
        .systemLibrary(
            name: "CSecp256k1", pkgConfig: "libsecp256k1", providers: [.apt(["libsecp256k1-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CBytes"),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(
            name: "CMaxMindDB", pkgConfig: "libmaxminddb", providers: [.apt(["libmaxminddb-dev"])]),
        .systemLibrary(name: "CCompress", providers: [.apt(["libisal-dev", "libzstd-dev"])]),
        .systemLibrary(name: "CGLib", providers: [.apt(["libglib2.0-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg62-turbo-dev"])]),
        .target(name: "CZBar"),
        .target(
            name: "CZXing", cxxSettings: [.define("ZX_USE_UTF8")],
            linkerSettings: [.linkedLibrary("ZXing")]),
        .target(name: "CMustache"),
        .systemLibrary(
            name: "CPango", pkgConfig: "pangocairo", providers: [.apt(["libpango1.0-dev"])]),
        .systemLibrary(
            name: "CXLSXWriter", pkgConfig: "xlsxwriter", providers: [.apt(["libxlsxwriter-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

        // Base: every room above may use it.
        .target(name: "Support", dependencies: ["CLinux", "COpenSSL"]),
        .target(
            name: "Transfer", dependencies: ["Support", "CCurl", "CResolv"],
            linkerSettings: [.linkedLibrary("resolv")]),
        .target(name: "Tables", dependencies: ["Support", "CZlib", "CExpat"]),
        .target(name: "SQLite", dependencies: ["CSQLite"]),

        // Ground.
        .target(name: "Site", dependencies: ["Support"]),
        .target(name: "QRCode", dependencies: ["Support"]),
        .target(name: "Decoding", dependencies: ["Support", "CLinux", "CPNG", "CJPEG", "CZXing", "CZBar"]),
        .target(name: "TransparencyLog", dependencies: ["Support", "COpenSSL", "CZlib"]),
        .target(name: "Ethereum", dependencies: ["Support", "COpenSSL", "CSecp256k1"]),

        .target(name: "AccessLogs", dependencies: ["CBytes"]),

        // Second floor.
        .target(
            name: "Payloads", dependencies: ["Support", "Ethereum"], resources: [.embedInCode("fields.txt")]),
        .target(
            name: "Manifest", dependencies: ["Support", "Site", "Tables", "Payloads", "CYAML", "CIDN2"],
            resources: [.embedInCode("wayseal.schema.json")]),
        .target(name: "Redirects", dependencies: ["Support", "Site"]),
        .target(name: "Places", dependencies: ["Support", "Site"]),
        .target(
            name: "Ledger", dependencies: ["Support", "SQLite", "TransparencyLog", "LedgerSchema"]),
        .target(name: "Verification", dependencies: ["Support", "TransparencyLog", "Ethereum"]),
        .target(
            name: "Codes",
            dependencies: ["Support", "Site", "QRCode", "CQREncode", "CExpat", "CPNG", "CZlib", "CPango", "CDeflate"]),
        .target(name: "Sheets", dependencies: ["Support", "Site", "QRCode", "Codes", "CDeflate"]),
        .target(name: "Pages", dependencies: ["Support", "Site", "SiteTemplates", "CMustache", "CGLib"]),
        .target(
            name: "Scans",
            dependencies: [
                "Support", "Transfer", "Site", "AccessLogs", "SQLite", "CBytes", "CPCRE2", "CMaxMindDB", "CCompress",
            ]),

        // Third floor.
        .target(
            name: "Art", dependencies: ["Site", "QRCode", "Codes", "Decoding", "Legibility"]),
        .target(
            name: "Legibility", dependencies: ["Support", "QRCode", "Codes", "Decoding", "CPango"]),
        .target(
            name: "Build",
            dependencies: [
                "Support", "Site", "QRCode", "TransparencyLog", "Redirects", "Codes", "Pages", "Ledger", "COpenSSL",
                "Decoding", "Legibility", "Art",
            ]),

        .target(
            name: "Batches",
            dependencies: ["Support", "Site", "QRCode", "Decoding", "Manifest", "Codes", "Sheets", "Build"]),
        .target(
            name: "Anchoring", dependencies: ["Support", "Ethereum", "Transfer", "TransparencyLog", "LedgerContracts"]),
        .target(
            name: "Reports", dependencies: ["Support", "Scans", "ReportData", "CPango", "CXLSXWriter"]),
        .target(
            name: "Certificates",
            dependencies: [
                "Support", "Site", "QRCode", "Codes", "Pages", "Ledger", "TransparencyLog", "Verification", "CPango",
            ]),

        // Top.
        .executableTarget(
            name: "wayseal",
            dependencies: [
                "Support", "Site", "QRCode", "TransparencyLog", "Manifest", "Redirects", "Codes",
                "Pages", "Build", "Ledger", "Verification", "Ethereum", "Anchoring", "Scans", "AccessLogs",
                "Reports", "Transfer", "Places", "Decoding", "Certificates", "Legibility", "Art", "Payloads", "Sheets",
                "Tables",
                "Batches",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            linkerSettings: [.unsafeFlags(smallLink, .when(configuration: .release))]),

        // Data, compiled in.
        .target(
            name: "SiteTemplates", path: "site-templates",
            resources: [
                .embedInCode("page.html"), .embedInCode("policy.html"), .embedInCode("preview.html"),
                .embedInCode("style.css"), .embedInCode("password.js"), .embedInCode("phrases.txt"),
                .embedInCode("verify.html"), .embedInCode("verify.css"), .embedInCode("verify-core.js"),
                .embedInCode("verify-words.js"), .embedInCode("verify-page.js"), .embedInCode("certificate.html"),
                .embedInCode("certificate.paper"),
            ]),
        .target(
            name: "LedgerContracts", dependencies: ["Support"], path: "ledger/contracts",
            exclude: ["README.md", "ANCHOR.md", "Timestamper.vy", "Timestamper.abi.json"],
            resources: [.embedInCode("Timestamper.bin"), .embedInCode("Timestamper.runtime.bin")]),
        .target(
            name: "LedgerSchema", path: "ledger", exclude: ["FORMAT.md", "contracts"], sources: ["LedgerSchema.swift"],
            resources: [.embedInCode("schema-1.sql"), .embedInCode("schema-2.sql")]),
        .target(
            name: "ReportData", exclude: ["generate.py"],
            resources: [.embedInCode("world.txt"), .embedInCode("territories.txt"), .embedInCode("languages.txt")]),

        // Tests. ServerTests start the real nginx and Caddy; they run when WAYSEAL_SERVER_TESTS=1.
        .target(
            name: "TestSupport", dependencies: ["Support"], path: "Tests/TestSupport", exclude: ["hookserver.py"]),
        .testTarget(name: "SupportTests", dependencies: ["Support", "TestSupport"]),
        .testTarget(
            name: "SiteTests", dependencies: ["Site", "Support", "TestSupport"], exclude: ["zones.py"]),
        .testTarget(
            name: "PlacesTests", dependencies: ["Places", "Site", "Support", "CMaxMindDB", "TestSupport"]),
        .testTarget(name: "TablesTests", dependencies: ["Tables", "Support", "TestSupport", "CXLSXWriter"]),
        .testTarget(name: "SQLiteTests", dependencies: ["SQLite", "TestSupport"]),
        .testTarget(
            name: "QRCodeTests", dependencies: ["QRCode", "Codes", "CQREncode", "Decoding", "TestSupport"]),
        .testTarget(
            name: "CodesTests",
            dependencies: ["Codes", "QRCode", "Decoding", "CPNG", "CZlib", "Site", "Support", "TestSupport"]),
        .testTarget(
            name: "ArtTests", dependencies: ["Art", "Site", "Legibility", "QRCode", "Codes", "Decoding", "Support"]),
        .testTarget(
            name: "SheetsTests",
            dependencies: ["Sheets", "Codes", "QRCode", "Decoding", "Site", "Support", "TestSupport"]),
        .testTarget(
            name: "LegibilityTests", dependencies: ["Legibility", "QRCode", "Codes", "Decoding", "Support"]),
        .testTarget(
            name: "PayloadsTests", dependencies: ["Payloads", "QRCode", "Codes", "Decoding", "Support", "TestSupport"]),
        .testTarget(name: "ManifestTests", dependencies: ["Manifest", "Site", "Support"]),
        .testTarget(name: "RedirectsTests", dependencies: ["Redirects", "Manifest", "Site", "Support"]),
        .testTarget(name: "TransparencyLogTests", dependencies: ["TransparencyLog", "Support", "TestSupport"]),
        .testTarget(
            name: "LedgerTests",
            dependencies: ["Ledger", "SQLite", "TransparencyLog", "Support", "TestSupport", "ledger-writer"]),
        // Appends to a ledger until it is killed: what LedgerTests kills.
        .executableTarget(
            name: "ledger-writer", dependencies: ["Ledger", "TransparencyLog", "Support"],
            path: "Tests/LedgerWriter"),
        .testTarget(
            name: "VerificationTests",
            dependencies: ["Verification", "Ledger", "TransparencyLog", "Support", "TestSupport"]),
        .testTarget(
            name: "LedgerJudgeTests",
            dependencies: ["wayseal", "Ledger", "Verification", "TransparencyLog", "Support", "TestSupport"],
            path: "Tests/Judges", exclude: ["tlogcheck.go", "h1.go"]),
        .testTarget(name: "EthereumTests", dependencies: ["Ethereum", "Support", "TestSupport"]),
        .testTarget(
            name: "AnchoringTests", dependencies: ["Anchoring", "Ethereum", "Support", "TestSupport"]),
        .testTarget(
            name: "ChainJudgeTests",
            dependencies: [
                "wayseal", "Anchoring", "Ethereum", "Ledger", "Verification", "Transfer", "TransparencyLog",
                "LedgerContracts", "Pages", "Site", "Support", "TestSupport",
            ],
            path: "Tests/ChainJudges", exclude: ["devchain.py", "judge.py", "badserver.py", "page_chain.py"]),
        .testTarget(
            name: "PagesTests",
            dependencies: ["Pages", "Site", "Ethereum", "LedgerContracts", "SiteTemplates", "Support"]),
        .testTarget(name: "DecodingTests", dependencies: ["Decoding", "QRCode", "Codes", "Support", "TestSupport"]),
        .testTarget(
            name: "CertificatesTests",
            dependencies: [
                "Certificates", "Decoding", "Ledger", "Manifest", "Site", "Support", "TestSupport", "TransparencyLog",
                "Verification",
            ]),
        .testTarget(
            name: "PageJudgeTests",
            dependencies: [
                "wayseal", "Pages", "Site", "Ledger", "Verification", "TransparencyLog", "Ethereum", "LedgerContracts",
                "Support", "TestSupport",
            ],
            path: "Tests/PageJudges", exclude: ["verify_page.py", "served_page.py"]),
        .testTarget(
            name: "BuildTests",
            dependencies: [
                "Build", "Codes", "Decoding", "Ledger", "Legibility", "Redirects", "Site", "TransparencyLog", "Support",
                "TestSupport",
            ]),
        .testTarget(
            name: "BatchesTests",
            dependencies: ["Batches", "Build", "Decoding", "Manifest", "Sheets", "Site", "Support", "TestSupport"]),
        .testTarget(name: "AccessLogsTests", dependencies: ["AccessLogs", "TestSupport"]),
        .testTarget(
            name: "ScansTests",
            dependencies: ["Scans", "Site", "AccessLogs", "SQLite", "Support", "Redirects", "TestSupport"]),
        .testTarget(
            name: "ReportsTests", dependencies: ["Reports", "Scans", "AccessLogs", "Support", "TestSupport"],
            exclude: ["Golden", "judge.py"]),
        .testTarget(
            name: "TransferTests", dependencies: ["Transfer", "Support", "TestSupport"],
            exclude: ["mailserver.py", "nameserver.py"]),
        .testTarget(name: "CommandTests", dependencies: ["wayseal", "Support"], exclude: ["browser.py", "ask.py"]),
        .testTarget(
            name: "ServerTests",
            dependencies: ["Redirects", "Scans", "Site", "Manifest", "Places", "Support", "TestSupport"]),
    ],
    cxxLanguageStandard: .cxx17
)

// `WAYSEAL_TESTS="CodesTests QRCodeTests" swift test` builds and runs these tests only: what is left out need not be
// compiled again when a room at the bottom changes.
if let chosen = Context.environment["WAYSEAL_TESTS"]?.split(separator: " ") {
    package.targets.removeAll { $0.type == .test && !chosen.contains(Substring($0.name)) }
}

// `WAYSEAL_BENCH=1 swift build -c release` builds the benchmarks too.
if Context.environment["WAYSEAL_BENCH"] == "1" {
    package.targets += [
        .executableTarget(
            name: "bench-codes", dependencies: ["Support", "Site", "QRCode", "Codes", "CQREncode", "CPNG", "CPango"],
            path: "Benchmarks/Codes"),
        .executableTarget(
            name: "bench-legibility", dependencies: ["Art", "Legibility", "QRCode", "Codes", "Site", "Support"],
            path: "Benchmarks/Legibility"),
        .executableTarget(
            name: "bench-batches", dependencies: ["Batches", "Site", "Support", "CQREncode", "CPNG"],
            path: "Benchmarks/Batches"),
        .executableTarget(
            name: "bench-decoding", dependencies: ["Decoding", "Support"], path: "Benchmarks/Decoding",
            exclude: ["degrade.py", "run"]),
        .systemLibrary(name: "CHaru", path: "Benchmarks/Sheets/CHaru", providers: [.apt(["libhpdf-dev"])]),
        .executableTarget(
            name: "bench-sheets", dependencies: ["Sheets", "Codes", "QRCode", "Site", "Support", "CHaru"],
            path: "Benchmarks/Sheets", exclude: ["CHaru"]),
        .executableTarget(
            name: "bench-ledger", dependencies: ["Ledger", "Verification", "TransparencyLog", "Support"],
            path: "Benchmarks/Ledger"),
        .executableTarget(
            name: "bench-redirects", dependencies: ["Redirects", "Site", "Support"],
            path: "Benchmarks/Redirects", exclude: ["run.py"]),
        .executableTarget(
            name: "bench-places", dependencies: ["Places", "Site"], path: "Benchmarks/Places"),
        .executableTarget(
            name: "bench-scans", dependencies: ["Scans", "AccessLogs", "Support"], path: "Benchmarks/Scans"),
    ]
}

// `make fuzz`: libFuzzer over the parsers of log lines, which are built with its instrumentation.
let isFuzzing = Context.environment["FUZZ"] == "1"
let fuzzed: Set<String> = isFuzzing ? ["AccessLogs", "fuzz-lines"] : []
if isFuzzing {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "fuzz-lines", dependencies: ["AccessLogs", "CFuzzer"], path: "Tests/Fuzz",
            exclude: ["CFuzzer", "seeds"], linkerSettings: [.unsafeFlags(["-use-ld=lld", "-sanitize=fuzzer,address"])]),
    ]
}

/// Rooms whose inputs are hostile: every unsafe expression in them is marked.
let strictlyMemorySafe: Set<String> = [
    "AccessLogs", "Manifest", "SQLite", "TransparencyLog", "Ledger", "Verification", "Ethereum", "Anchoring", "Places",
]

/// Rooms whose tests are millions of small steps, or look at every pixel of many pictures: optimized in debug builds,
/// too. Sums still trap when they overflow.
let alwaysFast: Set<String> = ["Art", "Codes", "Ethereum", "Legibility", "Support", "TransparencyLog", "Verification"]

/// Shims in C and C++.
let shims: Set<String> = ["CZXing", "CZBar", "CMustache"]

for target in package.targets where target.type != .system && !shims.contains(target.name) {
    var settings: [SwiftSetting] = [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    if strictlyMemorySafe.contains(target.name) { settings.append(.strictMemorySafety()) }
    // A section for each function, so that the linker drops those that nobody calls.
    settings.append(.unsafeFlags(["-Xfrontend", "-function-sections"], .when(configuration: .release)))
    // No tables for unwinding: no C++ exception may pass a function of Swift, the shims catch them all. A seventh.
    settings.append(.unsafeFlags(withoutUnwinding, .when(configuration: .release)))
    if small.contains(target.name) { settings.append(.unsafeFlags(["-Osize"], .when(configuration: .release))) }
    if alwaysFast.contains(target.name) { settings.append(.unsafeFlags(["-O"], .when(configuration: .debug))) }
    if fuzzed.contains(target.name) { settings.append(.unsafeFlags(["-sanitize=fuzzer,address"])) }
    target.swiftSettings = settings
}
