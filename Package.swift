// swift-tools-version:6.1
import PackageDescription

/// What is built in one go, from the environment variable `MAILROOM_BUILD`:
///  - absent: the rooms and their tests, with the toolchain's own runtime
///  - `ship`: libmailroom.so and the plugins as they ship, the Swift runtime linked statically
///  - `test`: as `ship`, with the entry points of Tests/ABI/mailroom_test.h
///  - `tool`: the command-line tool, linked against a libmailroom.so built before
let build = Context.environment["MAILROOM_BUILD"] ?? ""

let house: [SwiftSetting] =
    [
        .enableUpcomingFeature("MemberImportVisibility"),
        .unsafeFlags([
            "-Xfrontend", "-disable-implicit-string-processing-module-import",
            "-Xfrontend", "-disable-implicit-concurrency-module-import",
        ]),
    ] + (build == "ship" || build == "tool" ? [] : [.define("MAILROOM_TEST")])

func room(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
    .target(
        name: name, dependencies: dependencies, path: path ?? "Sources/\(name)",
        swiftSettings: house)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)",
        swiftSettings: [.enableUpcomingFeature("MemberImportVisibility")])
}

let package = Package(
    name: "mailroom",
    products: [
        .library(name: "mailroom", type: .dynamic, targets: ["MailroomAPI"]),
        .library(name: "mail", type: .dynamic, targets: ["MailPlugin"]),
    ],
    targets: [
        .target(name: "CMailroom"),
        .target(
            name: "CSystem",
            linkerSettings: [
                .linkedLibrary("ssl"), .linkedLibrary("crypto"), .linkedLibrary("sqlite3"),
                .linkedLibrary("ffi"), .linkedLibrary("jansson"),
            ]),
        room("Base", ["CMailroom", "CSystem"]),
        room("Mime", ["Base", "CSystem"]),
        room("Wire", ["Base"]),
        room("Transport", ["Base", "CMailroom", "CSystem"]),
        room("Store", ["Base", "CSystem"]),
        room("PluginHost", ["Base", "CMailroom", "CSystem", "Transport"]),
        room("Engine", ["Base", "Mime", "Transport", "Store", "PluginHost"]),
        room("MailroomAPI", ["Base", "CMailroom", "Engine"]),
        room("PluginKit", ["Base", "CMailroom"]),
        room("ImapProvider", ["Base", "Mime", "Wire", "PluginKit"], path: "Sources/Providers/Imap"),
        room("SmtpProvider", ["Base", "Mime", "Wire", "PluginKit"], path: "Sources/Providers/Smtp"),
        room(
            "MailPlugin", ["CMailroom", "PluginKit", "ImapProvider", "SmtpProvider"],
            path: "Sources/Providers/MailPlugin"),
        tests("BaseTests", ["Base"]),
        tests("MimeTests", ["Base", "Mime"]),
        tests("WireTests", ["Base", "Wire"]),
        tests("TransportTests", ["Base", "CMailroom", "CSystem", "Transport"]),
        tests("StoreTests", ["Base", "Store"]),
        tests("PluginHostTests", ["Base", "CMailroom", "CSystem", "Transport", "PluginHost"]),
        tests("EngineTests", ["Base", "Mime", "Store", "PluginHost", "Engine"]),
        tests("ProviderTests", ["Base", "Wire", "PluginKit", "ImapProvider", "SmtpProvider"]),
    ],
    swiftLanguageModes: [.v6]
)
