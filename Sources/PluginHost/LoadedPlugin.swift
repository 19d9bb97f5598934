import Base
import CMailroom
import Glibc

/// A plugin's library in memory, for good, with its tables checked.
final class LoadedPlugin: @unchecked Sendable {
    /// The major number of mailroom_plugin.h.
    static let abi = 1

    /// What the plugin says of one scheme. The tables are constant from here on.
    struct Provider: @unchecked Sendable {
        let scheme: String
        let table: mr_provider
        let operations: [PluginOperation]
    }

    let providers: [Provider]

    /// Loads a library that was checked before, and runs its init.
    /// - Throws: `MR_E_PLUGIN` with the reason; the library stays in memory, unused.
    init(path: String, symbol: String = "mr_plugin_init_\(LoadedPlugin.abi)") throws(Failure) {
        // What is loaded is never unloaded: its code may be on some thread's stack.
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
            throw LoadedPlugin.refused("cannot be loaded: \(LoadedPlugin.loaderWords())")
        }
        guard let address = dlsym(library, symbol) else {
            for other in 0...9 where other != LoadedPlugin.abi && dlsym(library, "mr_plugin_init_\(other)") != nil {
                throw LoadedPlugin.refused(
                    "is built for ABI \(other), and this version of Mailroom speaks \(LoadedPlugin.abi)")
            }
            throw LoadedPlugin.refused("has no symbol \(symbol)")
        }
        let initialise = unsafeBitCast(address, to: mr_plugin_init.self)
        var plugin = mr_plugin()
        plugin.size = UInt32(MemoryLayout<mr_plugin>.size)
        let answer = initialise(HostTable.pointer, &plugin)
        guard answer == 0 else { throw LoadedPlugin.refused("its init answered \(answer)") }
        providers = try LoadedPlugin.read(plugin)
    }

    private static func read(_ plugin: mr_plugin) throws(Failure) -> [Provider] {
        guard Int(plugin.size) == MemoryLayout<mr_plugin>.size else {
            throw refused("its table has a size of \(plugin.size)")
        }
        // Open and close are the least that a provider has; a table may grow at its end.
        let least = MemoryLayout<mr_provider>.offset(of: \.folders) ?? 0
        let stride = Int(plugin.provider_size)
        guard plugin.provider_count > 0, plugin.provider_count <= 64, let base = plugin.providers else {
            throw refused("has \(plugin.provider_count) providers")
        }
        guard stride >= least, stride <= 4096, stride % MemoryLayout<mr_provider>.alignment == 0 else {
            throw refused("its providers have a size of \(stride)")
        }
        var providers: [Provider] = []
        for index in 0..<Int(plugin.provider_count) {
            let entry = UnsafeRawPointer(base) + index * stride
            let size = Int(entry.loadUnaligned(as: UInt32.self))
            guard size >= least, size <= stride else { throw refused("a provider's table has a size of \(size)") }
            var table = mr_provider()
            withUnsafeMutableBytes(of: &table) {
                $0.copyMemory(from: UnsafeRawBufferPointer(start: entry, count: min(size, $0.count)))
            }
            let provider = try read(table)
            guard !providers.contains(where: { $0.scheme == provider.scheme }) else {
                throw refused("has the scheme \(provider.scheme) twice")
            }
            providers.append(provider)
        }
        return providers
    }

    private static func read(_ table: mr_provider) throws(Failure) -> Provider {
        guard let scheme = HostText.read(table.scheme, limit: 32), HostText.isName(scheme, limit: 32) else {
            throw refused("a provider has no proper scheme")
        }
        guard (table.open as Optional) != nil, (table.close as Optional) != nil else {
            throw refused("\(scheme) has no open or no close")
        }
        return Provider(scheme: scheme, table: table, operations: try operations(table, scheme))
    }

    private static func operations(_ table: mr_provider, _ scheme: String) throws(Failure) -> [PluginOperation] {
        guard table.operation_count > 0 else { return [] }
        let stride = Int(table.operation_size)
        guard table.operation_count <= 256, let base = table.operations else {
            throw refused("\(scheme) has \(table.operation_count) operations")
        }
        let least = MemoryLayout<mr_operation>.size
        guard stride >= least, stride <= 4096, stride % MemoryLayout<mr_operation>.alignment == 0 else {
            throw refused("the operations of \(scheme) have a size of \(stride)")
        }
        var operations: [PluginOperation] = []
        for index in 0..<Int(table.operation_count) {
            let entry = (UnsafeRawPointer(base) + index * stride).loadUnaligned(as: mr_operation.self)
            let operation: PluginOperation
            do {
                operation = try PluginOperation(entry)
            } catch {
                throw refused("an operation of \(scheme): \(error.message)")
            }
            guard !operations.contains(where: { $0.name == operation.name }) else {
                throw refused("\(scheme) has the operation \(operation.name) twice")
            }
            operations.append(operation)
        }
        return operations
    }

    /// What the manifest promises must be there.
    func check(against manifest: Manifest) throws(Failure) {
        let promised = Set(manifest.providers.map(\.scheme))
        let present = Set(providers.map(\.scheme))
        guard promised == present else {
            throw LoadedPlugin.refused(
                "serves \(present.sorted().joined(separator: ", ")), but its manifest says "
                    + promised.sorted().joined(separator: ", "))
        }
        for promise in manifest.providers {
            guard let table = providers.first(where: { $0.scheme == promise.scheme })?.table else { continue }
            let functions: [(capability: String, there: Bool)] = [
                ("sync", (table.sync as Optional) != nil), ("folders", (table.folders as Optional) != nil),
                ("send", (table.send as Optional) != nil), ("fetch", (table.fetch as Optional) != nil),
                ("list", (table.list as Optional) != nil), ("apply", (table.apply as Optional) != nil),
                ("append", (table.append as Optional) != nil), ("find_sent", (table.find_sent as Optional) != nil),
                ("watch", (table.watch as Optional) != nil && (table.wake as Optional) != nil),
            ]
            for function in functions where promise.can(function.capability) && !function.there {
                throw LoadedPlugin.refused(
                    "the manifest promises \(function.capability), and \(promise.scheme) has no such function")
            }
        }
    }

    static func refused(_ reason: String) -> Failure { Failure(MR_E_PLUGIN, reason) }

    private static func loaderWords() -> String {
        guard let words = dlerror() else { return "no reason given" }
        return HostText.line(String(cString: words), limit: 500)
    }
}
