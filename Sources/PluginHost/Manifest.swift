import Base

/// A plugin's manifest: NAME.json, read and checked without loading the plugin. mailroom_plugin.h has its form.
struct Manifest {
    static let maximumSize = 256 * 1024

    let plugin: String
    let version: String
    /// A plain file name beside the manifest.
    let library: String
    let providers: [ProviderManifest]

    /// - Throws: `MR_E_INVALID` naming the field that is wrong. Fields that are not known are ignored.
    init(_ bytes: [UInt8]) throws(Failure) {
        let reader = ManifestReader(try JSON.parse(bytes), "")
        guard let abi = try reader.int("abi") else { throw .invalid("abi", "is missing") }
        guard abi == Int64(LoadedPlugin.abi) else {
            throw .invalid("abi", "is \(abi), and this version of Mailroom speaks \(LoadedPlugin.abi)")
        }
        plugin = try reader.name("plugin")
        version = try reader.required("version", limit: 64)
        library = try reader.required("library", limit: 255)
        guard Manifest.isPlainFile(library) else {
            throw .invalid("library", "is not the plain name of an .so file in the manifest's directory")
        }
        let records = try reader.records("providers", limit: 64)
        guard !records.isEmpty else { throw .invalid("providers", "is missing or empty") }
        var providers: [ProviderManifest] = []
        for reader in records {
            let provider = try ProviderManifest(reader, plugin: plugin, version: version)
            guard !providers.contains(where: { $0.scheme == provider.scheme }) else {
                throw .invalid("scheme", "\(provider.scheme) stands there twice")
            }
            providers.append(provider)
        }
        for provider in providers {
            guard let other = provider.sendWith else { continue }
            guard other != provider.scheme, providers.contains(where: { $0.scheme == other && $0.can("send") }) else {
                throw .invalid("send_with", "\(other) is not another scheme of this plugin that can send")
            }
        }
        self.providers = providers
    }

    private static func isPlainFile(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        return bytes.count > 3 && name.hasSuffix(".so") && bytes[0] != UInt8(ascii: ".")
            && bytes[0] != UInt8(ascii: "-")
            && bytes.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
    }
}

extension ProviderManifest {
    fileprivate init(_ reader: ManifestReader, plugin: String, version: String) throws(Failure) {
        scheme = try reader.name("scheme")
        title = try reader.optional("title", limit: 200) ?? scheme
        auth = try reader.names("auth", limit: 16)
        capabilities = try reader.names("capabilities", limit: 32)
        sendWith = try reader.optional("send_with", limit: 32).flatMap { $0.isEmpty ? nil : $0 }
        requires = try reader.names("requires", limit: 32)
        let findSent = try reader.optional("find_sent", limit: 32) ?? "unknown"
        guard findSent == "unknown" || findSent == "authoritative" else {
            throw reader.wrong("find_sent", "is neither unknown nor authoritative")
        }
        self.findSent = findSent
        let settleMs = try reader.int("settle_ms") ?? 60_000
        guard (0...86_400_000).contains(settleMs) else { throw reader.wrong("settle_ms", "is not 0 to a day") }
        self.settleMs = settleMs
        statusURL = try reader.optional("status_url", limit: 500) ?? ""
        limits = try reader.ints("limits", limit: 32)
        var budgets: [BudgetSpec] = []
        for reader in try reader.records("budgets", limit: 16) {
            let budget = try BudgetSpec(reader)
            guard !budgets.contains(where: { $0.name == budget.name }) else {
                throw reader.wrong("name", "\(budget.name) stands there twice")
            }
            budgets.append(budget)
        }
        self.budgets = budgets
        var settings: [SettingSpec] = []
        for reader in try reader.records("settings", limit: 128) {
            let setting = try SettingSpec(reader)
            guard !settings.contains(where: { $0.name == setting.name }) else {
                throw reader.wrong("name", "\(setting.name) stands there twice")
            }
            settings.append(setting)
        }
        self.settings = settings
        for name in requires where !settings.contains(where: { $0.name == name }) {
            throw reader.wrong("requires", "\(name) is not one of the settings")
        }
        self.plugin = plugin
        self.version = version
    }
}

extension SettingSpec {
    fileprivate init(_ reader: ManifestReader) throws(Failure) {
        name = try reader.name("name")
        type = try reader.optional("type", limit: 16) ?? "text"
        guard type == "text" || type == "int" else { throw reader.wrong("type", "is neither text nor int") }
        secret = try reader.flag("secret")
        required = try reader.flag("required")
        values = try reader.texts("values", limit: 64)
        meaning = try reader.optional("meaning", limit: 500) ?? ""
        let given = try reader.optional("default", limit: 500).flatMap { $0.isEmpty ? nil : $0 }
        guard given == nil || !secret else { throw reader.wrong("default", "a secret has none") }
        if let given {
            guard values.isEmpty || values.contains(given) else {
                throw reader.wrong("default", "is not one of the values")
            }
            guard type != "int" || Int64(given) != nil else { throw reader.wrong("default", "is no integer") }
        }
        defaultValue = given
    }
}
