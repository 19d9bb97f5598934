import Base
import CMailroom
import Glibc
import PluginHost
import Testing

/// Which plugins are refused, and with which reason; the others work on.
struct RegistryTests {
    private static let minimal = #"""
        #include "mailroom_plugin.h"
        #ifndef SCHEME
        #define SCHEME "mini"
        #endif
        static mr_result mini_open(mr_context *c, mr_session **out) { *out = (mr_session *)&mini_open; return MR_OK; }
        static void mini_close(mr_context *c, mr_session *s) {}
        static mr_result mini_folders(mr_session *s, mr_context *c) { return MR_OK; }
        #ifdef OPERATION
        static const mr_operation operations[] = { OPERATION };
        #endif
        static const mr_provider provider[] = { {
          .size = sizeof(mr_provider), .scheme = SCHEME, .open = mini_open, .close = mini_close, .folders = mini_folders,
        #ifdef OPERATION
          .operations = operations, .operation_count = 1, .operation_size = sizeof(mr_operation),
        #endif
        } };
        #ifndef INIT
        #define INIT mr_plugin_init_1
        #endif
        static int loaded;
        mr_result INIT(const mr_host *h, mr_plugin *out) {
          if (loaded++) return MR_E_EXISTS;
          out->providers = provider;
          out->provider_count = 1;
          out->provider_size = sizeof(mr_provider);
        #ifdef AFTER
          AFTER;
        #endif
          return MR_OK;
        }
        """#

    private func manifest(_ name: String, scheme: String = "mini", more: String = "") -> String {
        """
        {"plugin": "\(name)", "version": "1", "abi": 1, "library": "\(name).so",
         "providers": [{"scheme": "\(scheme)", "capabilities": ["folders"]\(more)}]}
        """
    }

    private func put(_ scratch: Scratch, _ name: String = "mini", _ flags: [String] = []) throws -> String {
        let directory = try scratch.directory("plugins")
        try scratch.write("plugins/\(name).json", manifest(name))
        try scratch.compile(RegistryTests.minimal, to: "plugins/\(name).so", flags)
        return directory
    }

    @Test func availableThenLoaded() throws {
        let scratch = try Scratch()
        let registry = PluginRegistry(directories: [try put(scratch), "\(scratch.path)/absent"])
        let before = try #require(registry.scan().first)
        #expect(registry.scan().count == 1)
        #expect(before.state == .available)
        #expect(before.plugin == "mini")
        #expect(before.providers.map(\.scheme) == ["mini"])
        #expect(try registry.manifest("mini").capabilities == ["folders"])
        #expect(registry.scan().first?.state == .available)
        #expect(try registry.provider("mini").scheme == "mini")
        #expect(registry.scan().first?.state == .loaded)
    }

    /// The init of this plugin fails when it is called twice.
    @Test func loadedOnceForSeveralRegistries() throws {
        let scratch = try Scratch()
        let directory = try put(scratch)
        for _ in 0..<3 { #expect(try PluginRegistry(directories: [directory]).provider("mini").scheme == "mini") }
    }

    @Test func unknownScheme() throws {
        let failure = try #require(throws: Failure.self) { try PluginRegistry(directories: []).provider("nobody") }
        #expect(Int(failure.result) == MR_E_NOT_FOUND)
    }

    /// What is wrong with the library: flags of its build, the reason.
    @Test(arguments: [
        (["-DINIT=mr_plugin_init_2"], "is built for ABI 2"), (["-DINIT=something_else"], "no symbol mr_plugin_init_1"),
        (["-DSCHEME=\"other\""], "serves other, but its manifest says mini"),
        (["-DSCHEME=\"Bad Name\""], "no proper scheme"),
        (["-DSCHEME=0"], "no proper scheme"), (["-DAFTER=return MR_E_UNSUPPORTED"], "its init answered -9"),
        (["-DAFTER=return 5"], "its init answered 5"), (["-DAFTER=out->size = 7"], "a size of 7"),
        (["-DAFTER=out->provider_count = 0"], "has 0 providers"),
        (["-DAFTER=out->provider_count = 1000000"], "has 1000000 providers"),
        (["-DAFTER=out->providers = NULL"], "has 1 providers"), (["-DAFTER=out->provider_size = 8"], "a size of 8"),
        (["-DAFTER=out->provider_size = 5000"], "a size of 5000"),
        (["-DOPERATION={0}"], "a table of 0 octets"),
        (["-DOPERATION={sizeof(mr_operation),0,\"m.x\",\"q\",\"a\",\"\",(void(*)(void))mini_open}"], "the letter q"),
        (
            ["-DOPERATION={sizeof(mr_operation),0,\"m.x\",\"ii\",\"a\",\"\",(void(*)(void))mini_open}"],
            "2 arguments and 1 names"
        ),
        (
            ["-DOPERATION={sizeof(mr_operation),0,\"m.x\",\"ii\",\"a a\",\"\",(void(*)(void))mini_open}"],
            "proper name of its own"
        ),
        (["-DOPERATION={sizeof(mr_operation),0,\"m.x\",\"i\",\"a\",\"\",0}"], "has no function"),
        (["-DOPERATION={sizeof(mr_operation),0,\"Bad X\",\"i\",\"a\",\"\",0}"], "no proper name"),
        (["-DOPERATION={sizeof(mr_operation),0,\"m.x\",\"iiiiiiiiiiiiiiiii\",\"a\",\"\",0}"], "no function"),
    ])
    func badLibrary(flags: [String], reason: String) throws {
        let scratch = try Scratch()
        let registry = PluginRegistry(directories: [try put(scratch, "mini", flags)])
        try expectRefused(registry, "mini", reason)
    }

    private func expectRefused(_ registry: PluginRegistry, _ scheme: String, _ reason: String) throws {
        let failure = try #require(throws: Failure.self) { try registry.provider(scheme) }
        #expect(Int(failure.result) == MR_E_PLUGIN)
        #expect(failure.message.contains(reason), "\(failure.message)")
        let again = try #require(throws: Failure.self) { try registry.provider(scheme) }
        #expect(again.message == failure.message)
        let entry = try #require(registry.scan().first { $0.state == .refused })
        #expect(entry.reason == failure.message)
    }

    @Test func noLibraryAtAll() throws {
        let scratch = try Scratch()
        let directory = try put(scratch)
        try scratch.write("plugins/mini.so", "this is no ELF file", mode: 0o755)
        try expectRefused(PluginRegistry(directories: [directory]), "mini", "cannot be loaded")
    }

    @Test func missingFunctionThatTheManifestPromises() throws {
        let scratch = try Scratch()
        let directory = try put(scratch)
        try scratch.write(
            "plugins/mini.json", manifest("mini").replacing("\"folders\"", with: "\"folders\", \"send\""))
        try expectRefused(PluginRegistry(directories: [directory]), "mini", "promises send")
    }

    /// Files and directories that somebody else may have written.
    @Test(arguments: [
        ("chmod o+w plugins/mini.so", "mini.so may be written by others"),
        ("chmod g+w plugins/mini.so", "mini.so may be written by others"),
        ("chmod o+w plugins/mini.json", "mini.json may be written by others"),
        ("chmod o+w plugins", "plugins may be written by others"),
        ("chmod g+w plugins", "plugins may be written by others"),
        ("chmod o+wt plugins", "plugins may be written by others"),
        ("chmod o+w .", "above"),
        ("mv plugins/mini.so x.so; ln -s ../x.so plugins/mini.so", "mini.so is a symbolic link"),
        ("mv plugins/mini.json x; ln -s ../x plugins/mini.json", "mini.json is a symbolic link"),
        ("rm plugins/mini.so", "No such file"),
        ("rm plugins/mini.so; mkfifo -m 600 plugins/mini.so", "not a regular file"),
        ("rm plugins/mini.so; mkdir plugins/mini.so", "not a regular file"),
        ("rm -r plugins; touch plugins", "Not a directory"),
        ("head -c 300000 /dev/zero > plugins/mini.json", "larger than"),
    ])
    func untrustedFiles(command: String, reason: String) throws {
        let scratch = try Scratch()
        let directory = try put(scratch)
        try #require(try run(["sh", "-c", "cd '\(scratch.path)' && \(command)"]) == 0)
        let registry = PluginRegistry(directories: [directory])
        let entry = try #require(registry.scan().first)
        #expect(entry.state == .refused)
        #expect(try #require(entry.reason).contains(reason), "\(entry.reason ?? "")")
        #expect(throws: Failure.self) { try registry.provider("mini") }
    }

    @Test func ownedByAnotherUser() throws {
        guard geteuid() == 0 else { return }
        let scratch = try Scratch()
        let directory = try put(scratch)
        try #require(chown("\(directory)/mini.so", 12345, 0) == 0)
        let entry = try #require(PluginRegistry(directories: [directory]).scan().first)
        #expect(entry.reason?.contains("belongs to another user (12345)") == true)
    }

    @Test func relativeDirectory() throws {
        let entry = try #require(PluginRegistry(directories: ["plugins"]).scan().first)
        #expect(entry.state == .refused)
        #expect(entry.reason?.contains("not an absolute path") == true)
    }

    @Test func othersWorkOn() throws {
        let scratch = try Scratch()
        let directory = try put(scratch)
        try scratch.write("plugins/broken.json", "{ not json")
        try scratch.write("plugins/aaa.json", manifest("aaa", scheme: "aaa"), mode: 0o666)
        try scratch.write("plugins/zzz.json", manifest("zzz", scheme: "zzz"))
        let registry = PluginRegistry(directories: [try scratch.directory("bad", mode: 0o777), directory])
        #expect(registry.scan().map(\.state) == [.refused, .refused, .refused, .available, .refused])
        #expect(registry.scan().map(\.plugin) == ["", "aaa", "broken", "mini", "zzz"])
        #expect(try registry.provider("mini").scheme == "mini")
    }

    @Test func theFirstOfOneSchemeWins() throws {
        let scratch = try Scratch()
        let directory = try put(scratch)
        try scratch.write("plugins/second.json", manifest("second", scheme: "mini"))
        try scratch.compile(RegistryTests.minimal, to: "plugins/second.so")
        let registry = PluginRegistry(directories: [directory])
        let second = try #require(registry.scan().last)
        #expect(second.state == .refused)
        #expect(second.reason?.contains("the scheme mini is served by") == true)
        #expect(try registry.provider("mini").manifest.plugin == "mini")
    }

    @Test func replacedWhileInUse() throws {
        let scratch = try Scratch()
        let directory = try put(scratch)
        _ = try PluginRegistry(directories: [directory]).provider("mini")
        try scratch.compile(RegistryTests.minimal, to: "new.so")
        try #require(rename("\(scratch.path)/new.so", "\(directory)/mini.so") == 0)
        try expectRefused(PluginRegistry(directories: [directory]), "mini", "was replaced")
    }
}
