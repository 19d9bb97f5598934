import Base
import PluginHost
import Store
import Transport

/// The server behind one side of an account, and what may be asked of it.
struct MailServer: Sendable {
    /// Its name in small letters; the scheme where the provider has an interface of its own, or no server (a directory on this machine).
    let host: String
    /// Whether it is reached by a network.
    let isRemote: Bool
    /// How many connections the account may have to it at once: at least one.
    let connections: Int
    /// The shortest interval between two looks, in milliseconds.
    let floorMs: Int64

    /// - Parameter scheme: the side's own: that which receives, or that which sends.
    init(_ account: AccountRow, _ scheme: String, _ manifest: ProviderManifest) {
        let named =
            ["\(scheme)_host", "host"].lazy.compactMap { name in
                account.settings[name] ?? manifest.setting(name)?.defaultValue
            }.first { !$0.isEmpty }
            ?? MailServer.host(
                ofApi: account.settings["\(scheme)_api"] ?? manifest.setting("\(scheme)_api")?.defaultValue)
        host = named.map { $0.lowercased() } ?? scheme
        // A provider's own interface is one server, wherever it is.
        isRemote = named != nil || manifest.setting("\(scheme)_api") != nil
        let habits = HostHabits.of(host)
        let manifestly = manifest.limits["connections"].map { Int(clamping: $0) }
        // The setting is of the side that receives: sending has the manifest's own limit.
        let chosen = scheme == account.provider ? account.settings["connections"].flatMap { Int($0) } : nil
        connections = max(chosen ?? habits?.connections ?? manifestly ?? MailServer.usual, 1)
        floorMs = max(manifest.limits["poll_ms"] ?? 0, habits?.pollMs ?? 0)
    }

    /// The host of an interface that is reached over HTTP.
    private static func host(ofApi address: String?) -> String? {
        guard let address, !address.isEmpty, let found = try? HTTPAddress(address) else { return nil }
        return found.peer.host
    }

    /// The server whose share of the worker threads the work takes; nil: none.
    var share: String? { isRemote ? host : nil }

    /// Where neither the manifest nor anything else says it.
    static let usual = 5
}

extension Core {
    /// The server that the account's mail comes from.
    func receivingServer(_ account: AccountRow) throws(Failure) -> MailServer {
        try server(account, account.provider)
    }

    func server(_ account: AccountRow, _ scheme: String) throws(Failure) -> MailServer {
        MailServer(account, scheme, try registry.manifest(scheme))
    }
}
