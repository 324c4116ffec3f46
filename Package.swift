// swift-tools-version: 6.2
import PackageDescription

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
        .systemLibrary(
            name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CBytes"),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(
            name: "CMaxMindDB", pkgConfig: "libmaxminddb", providers: [.apt(["libmaxminddb-dev"])]),
        .systemLibrary(name: "CCompress", providers: [.apt(["libisal-dev", "libzstd-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZBar", pkgConfig: "zbar", providers: [.apt(["libzbar-dev"])]),
        .target(
            name: "CZXing", cxxSettings: [.define("ZX_USE_UTF8")],
            linkerSettings: [.linkedLibrary("ZXing")]),
        .target(name: "CMustache"),

        // Base: every room above may use it.
        .target(name: "Support", dependencies: ["CLinux", "COpenSSL"]),
        .target(name: "SQLite", dependencies: ["CSQLite"]),

        // Ground.
        .target(name: "Site", dependencies: ["Support"]),
        .target(name: "QRCode", dependencies: ["Support"]),
        .target(name: "Decoding", dependencies: ["Support", "CPNG", "CZXing", "CZBar"]),
        .target(name: "TransparencyLog", dependencies: ["Support", "COpenSSL"]),

        .target(name: "AccessLogs", dependencies: ["CBytes"]),

        // Second floor.
        .target(name: "Manifest", dependencies: ["Support", "Site", "CYAML"]),
        .target(name: "Redirects", dependencies: ["Support", "Site"]),
        .target(name: "Codes", dependencies: ["Support", "QRCode", "CQREncode"]),
        .target(name: "Pages", dependencies: ["Support", "Site", "SiteTemplates", "CMustache"]),
        .target(
            name: "Scans",
            dependencies: [
                "Support", "Site", "AccessLogs", "SQLite", "CPCRE2", "CMaxMindDB", "CCompress",
            ]),

        // Third floor.
        .target(
            name: "Build",
            dependencies: [
                "Support", "Site", "QRCode", "TransparencyLog", "Redirects", "Codes", "Pages", "COpenSSL",
            ]),

        // Top.
        .executableTarget(
            name: "wayseal",
            dependencies: [
                "Support", "Site", "QRCode", "TransparencyLog", "Manifest", "Redirects", "Codes",
                "Pages", "Build", "Scans", "AccessLogs",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Data, compiled in.
        .target(
            name: "SiteTemplates", path: "site-templates",
            resources: [.embedInCode("error.html"), .embedInCode("home.html")]),

        // Tests. ServerTests start the real nginx and Caddy; they run when WAYSEAL_SERVER_TESTS=1.
        .target(name: "TestSupport", dependencies: ["Support"], path: "Tests/TestSupport"),
        .testTarget(name: "SupportTests", dependencies: ["Support", "TestSupport"]),
        .testTarget(name: "SQLiteTests", dependencies: ["SQLite", "TestSupport"]),
        .testTarget(
            name: "QRCodeTests", dependencies: ["QRCode", "Codes", "CQREncode", "Decoding"]),
        .testTarget(name: "CodesTests", dependencies: ["Codes", "QRCode", "Decoding", "CPNG"]),
        .testTarget(name: "ManifestTests", dependencies: ["Manifest", "Site", "Support"]),
        .testTarget(name: "RedirectsTests", dependencies: ["Redirects", "Site", "Support"]),
        .testTarget(name: "AccessLogsTests", dependencies: ["AccessLogs", "TestSupport"]),
        .testTarget(
            name: "ScansTests", dependencies: ["Scans", "Site", "AccessLogs", "SQLite", "Support", "TestSupport"]),
        .testTarget(name: "TransparencyLogTests", dependencies: ["TransparencyLog", "Support"]),
        .testTarget(name: "BuildTests", dependencies: ["Build", "Site", "Manifest", "Support"]),
        .testTarget(name: "CommandTests", dependencies: ["wayseal", "Support"]),
        .testTarget(
            name: "ServerTests", dependencies: ["Redirects", "Site", "Manifest", "Build", "Support"]
        ),
    ],
    cxxLanguageStandard: .cxx17
)

// Benchmarks are no part of the product: WAYSEAL_BENCH=1 adds them.
if Context.environment["WAYSEAL_BENCH"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "bench-scans", dependencies: ["Scans", "AccessLogs", "Support"], path: "Benchmarks/Scans",
            exclude: ["run"]))
}

/// Rooms whose inputs are hostile: every unsafe expression in them is marked.
let strictlyMemorySafe: Set<String> = ["AccessLogs", "Manifest", "SQLite", "TransparencyLog"]

/// Rooms of C, whose names begin with one more capital letter.
let foreign: Set<String> = [
    "CYAML", "CQREncode", "CPNG", "COpenSSL", "CZBar", "CZXing", "CMustache", "CLinux", "CSQLite",
    "CBytes", "CPCRE2", "CMaxMindDB", "CCompress",
]

for target in package.targets where !foreign.contains(target.name) {
    var settings: [SwiftSetting] = [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    if strictlyMemorySafe.contains(target.name) { settings.append(.strictMemorySafety()) }
    target.swiftSettings = settings
}
