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
        .systemLibrary(name: "CIDN2", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
        .systemLibrary(
            name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CZBar", pkgConfig: "zbar", providers: [.apt(["libzbar-dev"])]),
        .target(
            name: "CZXing", cxxSettings: [.define("ZX_USE_UTF8")],
            linkerSettings: [.linkedLibrary("ZXing")]),
        .target(name: "CMustache"),

        // Base: every room above may use it.
        .target(name: "Support", dependencies: ["CLinux", "COpenSSL"]),

        // Ground.
        .target(name: "Site", dependencies: ["Support"]),
        .target(name: "QRCode", dependencies: ["Support"]),
        .target(name: "Decoding", dependencies: ["Support", "CPNG", "CZXing", "CZBar"]),
        .target(name: "TransparencyLog", dependencies: ["Support", "COpenSSL"]),

        // Second floor.
        .target(
            name: "Manifest", dependencies: ["Support", "Site", "CYAML", "CIDN2", "COpenSSL"],
            resources: [.embedInCode("wayseal.schema.json")]),
        .target(name: "Redirects", dependencies: ["Support", "Site"]),
        .target(name: "Codes", dependencies: ["Support", "QRCode", "CQREncode"]),
        .target(name: "Pages", dependencies: ["Support", "Site", "SiteTemplates", "CMustache"]),

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
                "Pages", "Build",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Data, compiled in.
        .target(
            name: "SiteTemplates", path: "site-templates",
            resources: [.embedInCode("page.html")]),

        // Tests. ServerTests start the real nginx and Caddy; they run when WAYSEAL_SERVER_TESTS=1.
        .target(name: "TestSupport", dependencies: ["Support"], path: "Tests/TestSupport"),
        .testTarget(name: "SupportTests", dependencies: ["Support", "TestSupport"]),
        .testTarget(
            name: "QRCodeTests", dependencies: ["QRCode", "Codes", "CQREncode", "Decoding"]),
        .testTarget(
            name: "CodesTests", dependencies: ["Codes", "QRCode", "Decoding", "CPNG", "Support"]),
        .testTarget(name: "ManifestTests", dependencies: ["Manifest", "Site", "Support"]),
        .testTarget(name: "RedirectsTests", dependencies: ["Redirects", "Site", "Support"]),
        .testTarget(name: "PagesTests", dependencies: ["Pages", "Site", "Support"]),
        .testTarget(name: "TransparencyLogTests", dependencies: ["TransparencyLog", "Support"]),
        .testTarget(
            name: "BuildTests",
            dependencies: [
                "Build", "Decoding", "Redirects", "Site", "TransparencyLog", "Support", "TestSupport",
            ]),
        .testTarget(name: "CommandTests", dependencies: ["wayseal", "Support"]),
        .testTarget(
            name: "ServerTests", dependencies: ["Redirects", "Site", "Manifest", "Support", "TestSupport"]),
    ],
    cxxLanguageStandard: .cxx17
)

// `WAYSEAL_BENCH=1 swift build -c release` builds the benchmarks too.
if Context.environment["WAYSEAL_BENCH"] == "1" {
    package.targets += [
        .executableTarget(
            name: "bench-codes", dependencies: ["Support", "QRCode", "Codes", "CQREncode", "CPNG"],
            path: "Benchmarks/Codes"),
        .executableTarget(
            name: "bench-redirects", dependencies: ["Redirects", "Site", "Support"],
            path: "Benchmarks/Redirects", exclude: ["run.py"]),
    ]
}

/// Rooms whose inputs are hostile: every unsafe expression in them is marked.
let strictlyMemorySafe: Set<String> = ["Manifest", "TransparencyLog"]

/// Shims in C and C++.
let shims: Set<String> = ["CZXing", "CMustache"]

for target in package.targets where target.type != .system && !shims.contains(target.name) {
    var settings: [SwiftSetting] = [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    if strictlyMemorySafe.contains(target.name) { settings.append(.strictMemorySafety()) }
    target.swiftSettings = settings
}
