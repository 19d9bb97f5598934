// swift-tools-version:6.1
import PackageDescription

/// What is built in one go, from the environment variable `MAILROOM_BUILD`:
///  - absent: the rooms and their tests, with the toolchain's own runtime
///  - `ship`: libmailroom.so and the plugins as they ship, the Swift runtime linked statically
///  - `test`: as `ship`, with the entry points of Tests/ABI/mailroom_test.h
///  - `tool`: the command-line tool, linked against a libmailroom.so built before
///  - `fuzz`: the fuzzer of Tests/Fuzz; `MAILROOM_FUZZER` names the archive of libFuzzer
///
/// The Makefile gives each its own scratch path, and makes the folder `.build-static`, in which the linker finds
/// libstdc++ as an archive and nothing else, so that it ships inside our libraries. (Debian's archive of jansson
/// is not compiled for shared libraries; it stays a dependency.) `MAILROOM_LIB` names the folder of the
/// libmailroom.so that the tool is linked against.
let build = Context.environment["MAILROOM_BUILD"] ?? ""
let shipping = build == "ship" || build == "test"

let house: [SwiftSetting] =
    [
        .enableUpcomingFeature("MemberImportVisibility"),
        .unsafeFlags([
            "-Xfrontend", "-disable-implicit-string-processing-module-import",
            "-Xfrontend", "-disable-implicit-concurrency-module-import",
        ]),
    ] + (shipping ? [.unsafeFlags(["-static-stdlib", "-cross-module-optimization"])] : [])
    + (build == "ship" ? [] : [.define("MAILROOM_TEST")])
    + (build == "fuzz"
        ? [.unsafeFlags(["-sanitize-coverage=edge,inline-8bit-counters,pc-table", "-enable-testing"])] : [])

/// One option of the linker, handed through the Swift driver.
func link(_ options: String...) -> [String] { options.flatMap { ["-Xlinker", $0] } }

/// How a shared library is linked that ships: it carries its Swift runtime, shows only the names of its version
/// script, stays loaded for the life of the process, and names only the libraries that it uses.
func shipped(soname: String, exports: String) -> [LinkerSetting] {
    guard shipping else { return [] }
    let flags =
        ["-static-stdlib", "-use-ld=lld", "-Xclang-linker", "-static-libgcc"]
        + ["-L\(Context.packageDirectory)/.build-static"]
        + link("-soname=\(soname)", "--version-script=\(Context.packageDirectory)/\(exports)")
        + link("-z", "defs", "-z", "now", "-z", "relro", "-z", "nodelete", "-z", "noexecstack")
        // Half a megabyte less; the loader knows such relocations from glibc 2.36 on.
        + link("-z", "pack-relative-relocs")
        + link("--as-needed", "--gc-sections", "--icf=all", "--exclude-libs=ALL", "--build-id=sha1")
        + link("--no-eh-frame-hdr", "--script=\(Context.packageDirectory)/Sources/MailroomAPI/shipped.ld")
    return [.unsafeFlags(flags)]
}

/// Rooms that wait for servers and for SQLite more than they compute ship small rather than fast.
let small: Set = ["Base", "Transport", "Store", "PluginHost", "Engine", "MailroomAPI"]

func room(
    _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, exclude: [String] = [],
    linked: [LinkerSetting] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: path ?? "Sources/\(name)", exclude: exclude,
        swiftSettings: house
            + (shipping && small.contains(name)
                ? [.unsafeFlags(["-Osize", "-Xllvm", "-enable-machine-outliner=always"])] : []),
        linkerSettings: linked)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)",
        swiftSettings: [.enableUpcomingFeature("MemberImportVisibility")])
}

/// The entry points for tests: Tests/ABI/mailroom_test.h, which no shipped library has.
let testHooks: [Target] =
    build == "ship" ? [] : [.target(name: "CMailroomTest", dependencies: ["CMailroom"], path: "Tests/ABI/module")]

let rooms: [Target] = [
    .target(name: "CMailroom"),
    .target(
        name: "CSystem",
        cSettings: shipping ? [.define("MAILROOM_STATIC_RUNTIME")] : [],
        linkerSettings: [
            // Handed on word by word: the driver would put -l before --as-needed, which counts only for what follows.
            .unsafeFlags(
                link(
                    "--as-needed", "-lssl", "-lcrypto", "-lsqlite3", "-lffi", "-ljansson", "-lz", "-lidn2",
                    "-lexpat"))
        ]),
    room("Base", ["CMailroom", "CSystem"]),
    room("Mime", ["Base", "CSystem"]),
    room("Wire", ["Base"]),
    room("Transport", ["Base", "CMailroom", "CSystem"]),
    room("Store", ["Base", "CSystem"]),
    room("PluginHost", ["Base", "CMailroom", "CSystem", "Transport"]),
    room("Engine", ["Base", "Mime", "Transport", "Store", "PluginHost"]),
    room(
        "MailroomAPI", ["Base", "CMailroom", "Engine"] + (build == "ship" ? [] : ["CMailroomTest"]),
        exclude: ["exports.map", "shipped.ld"],
        linked: shipped(soname: "libmailroom.so.1", exports: "Sources/MailroomAPI/exports.map")),
    room("PluginKit", ["Base", "CMailroom"]),
    room("ImapProvider", ["Base", "Mime", "Wire", "PluginKit"], path: "Sources/Providers/Imap"),
    room("Pop3Provider", ["Base", "Mime", "Wire", "PluginKit"], path: "Sources/Providers/Pop3"),
    room("SmtpProvider", ["Base", "Mime", "Wire", "PluginKit"], path: "Sources/Providers/Smtp"),
    room(
        "MailPlugin", ["CMailroom", "PluginKit", "ImapProvider", "Pop3Provider", "SmtpProvider"],
        path: "Sources/Providers/MailPlugin", exclude: ["exports.map", "mail.json"],
        linked: shipped(soname: "mail.so", exports: "Sources/Providers/MailPlugin/exports.map")),
    room("WebProvider", ["Base", "Mime", "Wire", "PluginKit"], path: "Sources/Providers/Web"),
    room("GmailProvider", ["Base", "Mime", "Wire", "PluginKit", "WebProvider"], path: "Sources/Providers/Gmail"),
    room("GraphProvider", ["Base", "Mime", "Wire", "PluginKit", "WebProvider"], path: "Sources/Providers/Graph"),
    room(
        "WebPlugin", ["CMailroom", "PluginKit", "GmailProvider", "GraphProvider"],
        path: "Sources/Providers/WebPlugin", exclude: ["exports.map", "web.json"],
        linked: shipped(soname: "web.so", exports: "Sources/Providers/WebPlugin/exports.map")),
]

/// A host for tests of providers, and what is fuzzed against it.
let support: [Target] =
    shipping
    ? []
    : [
        room("FakeHost", ["Base", "CMailroom", "PluginKit"], path: "Tests/FakeHost"),
        room(
            "FuzzTargets",
            [
                "Base", "FakeHost", "Mime", "PluginKit", "ImapProvider", "Pop3Provider", "SmtpProvider",
                "GmailProvider", "GraphProvider", "Transport", "Store", "PluginHost", "Engine",
            ],
            path: "Tests/Fuzz/Targets"),
    ]

let roomTests: [Target] = [
    tests("BaseTests", ["Base"]),
    tests("MimeTests", ["Base", "Mime"]),
    tests("WireTests", ["Base", "Wire"]),
    tests("TransportTests", ["Base", "CMailroom", "CSystem", "Transport"]),
    tests("StoreTests", ["Base", "Store"]),
    tests("PluginHostTests", ["Base", "CMailroom", "CSystem", "Transport", "PluginHost"]),
    tests("EngineTests", ["Base", "CMailroom", "Mime", "Wire", "Transport", "Store", "PluginHost", "Engine"]),
    tests(
        "ProviderTests",
        [
            "Base", "Wire", "PluginKit", "ImapProvider", "Pop3Provider", "SmtpProvider", "WebProvider", "GmailProvider",
            "GraphProvider", "FakeHost", "FuzzTargets",
        ]),
]

let fuzzer: [Target] = [
    .target(name: "CFuzz", path: "Tests/Fuzz/CFuzz"),
    .executableTarget(
        name: "fuzz", dependencies: ["CFuzz", "FuzzTargets"], path: "Tests/Fuzz/Main", swiftSettings: house,
        linkerSettings: [
            .unsafeFlags([Context.environment["MAILROOM_FUZZER"] ?? "-lFuzzer", "-use-ld=lld"] + link("-lstdc++"))
        ]),
]

let libraries: [Product] = [
    .library(name: "mailroom", type: .dynamic, targets: ["MailroomAPI"]),
    .library(name: "mail", type: .dynamic, targets: ["MailPlugin"]),
    .library(name: "web", type: .dynamic, targets: ["WebPlugin"]),
]

/// The tool sees the headers and the built library, and no room.
let tool: [Target] = [
    .target(name: "CMailroom"),
    .executableTarget(
        name: "mailroom",
        dependencies: ["CMailroom", .product(name: "ArgumentParser", package: "swift-argument-parser")],
        path: "Sources/mailroom",
        swiftSettings: [.enableUpcomingFeature("MemberImportVisibility")],
        linkerSettings: [
            .unsafeFlags(
                ["-L\(Context.environment["MAILROOM_LIB"] ?? "dist/lib")", "-lmailroom", "-use-ld=lld"]
                    + ["-L\(Context.packageDirectory)/.build-static", "-Xclang-linker", "-static-libgcc"]
                    + link("-rpath", "$ORIGIN/../lib", "--as-needed", "--gc-sections", "-z", "now", "-z", "relro"))
        ]),
]

let package =
    build == "tool"
    ? Package(
        name: "mailroom",
        dependencies: [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")],
        targets: tool, swiftLanguageModes: [.v6])
    : Package(
        name: "mailroom", products: build == "fuzz" ? [] : libraries,
        targets: rooms + testHooks + support + (shipping ? [] : build == "fuzz" ? fuzzer : roomTests),
        swiftLanguageModes: [.v6])
