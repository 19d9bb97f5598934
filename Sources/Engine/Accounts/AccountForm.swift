import Base
import PluginHost

/// The settings and secrets of an account as a caller gave them, checked against the forms of its provider.
struct AccountForm {
    let manifest: ProviderManifest
    /// The form of the scheme that sends, where that is another one.
    let sender: ProviderManifest?
    private(set) var settings: [String: String] = [:]
    private(set) var secrets: [String: [UInt8]] = [:]
    /// Settings and secrets that were given as empty text: they go back to their default.
    private(set) var cleared: Set<String> = []

    init(_ scheme: String, _ registry: PluginRegistry) throws(Failure) {
        manifest = try registry.manifest(scheme)
        sender = if let scheme = manifest.sendWith { try registry.manifest(scheme) } else { nil }
    }

    /// Takes every field of the record that is not one of `own` as a setting or a secret.
    mutating func take(_ record: Record, beside own: RecordSpec) throws(Failure) {
        for field in record.fields where own.field(field.name) == nil {
            guard let spec = setting(field.name) else {
                throw .invalid(field.name, "provider \(manifest.scheme) has no such setting")
            }
            try take(spec, field.value)
        }
    }

    /// Whether an access token may take the password's place.
    var takesTokens: Bool { OAuthForm.applies(to: manifest) }

    /// The kind of login that is meant where none was named, of a provider that takes no password.
    var onlyLogin: String? { takesTokens && !manifest.auth.contains("password") ? "oauth2" : nil }

    private func setting(_ name: String) -> SettingSpec? {
        manifest.setting(name) ?? sender?.setting(name) ?? (takesTokens ? OAuthForm.setting(name) : nil)
    }

    private mutating func take(_ spec: SettingSpec, _ value: Value) throws(Failure) {
        if spec.secret {
            switch value {
            case .text(""): cleared.insert(spec.name)
            case .text(let text): secrets[spec.name] = Array(text.utf8)
            case .bytes(let bytes): secrets[spec.name] = bytes
            default: throw .invalid(spec.name, "is \(value.kindName), expected text or bytes")
            }
            return
        }
        let text: String
        switch value {
        case .text(let given): text = given
        case .int(let number) where spec.type == "int": text = String(number)
        default: throw .invalid(spec.name, "is \(value.kindName), expected \(spec.type)")
        }
        guard !text.isEmpty else {
            cleared.insert(spec.name)
            return
        }
        guard !text.utf8.contains(where: { $0 < 32 || $0 == 127 }) else {
            throw .invalid(spec.name, "has a control character")
        }
        guard text.utf8.count <= 4096 else { throw .invalid(spec.name, "is longer than 4096 bytes") }
        if spec.type == "int" {
            guard let number = Int64(text) else { throw .invalid(spec.name, "'\(text)' is not a number") }
            if spec.name.hasSuffix("_port"), !(1...65_535).contains(number) {
                throw .invalid(spec.name, "\(number) is not a port")
            }
        }
        guard spec.values.isEmpty || spec.values.contains(text) else {
            throw .invalid(spec.name, "'\(text)' is none of \(spec.values.joined(separator: ", "))")
        }
        settings[spec.name] = text
    }

    /// Whether mail comes in through an account with these settings.
    func receives(_ settings: [String: String]) -> Bool { manifest.can("sync") && manifest.satisfied(by: settings) }

    /// Whether mail goes out through it.
    func sends(_ settings: [String: String]) -> Bool {
        let scheme = sender ?? manifest
        return scheme.can("send") && scheme.satisfied(by: settings)
    }

    /// At least one side must be there.
    /// - Throws: `MR_E_INVALID` naming the first setting that is missing.
    func checkComplete(_ settings: [String: String]) throws(Failure) {
        guard !receives(settings), !sends(settings) else { return }
        let missing = (manifest.requires + (sender?.requires ?? [])).first { settings[$0] == nil }
        throw .invalid(missing ?? "provider", "is needed by provider \(manifest.scheme)")
    }

    /// Of an account that has lost its secrets, as by disconnecting: it is not begun without what its owner logs in with.
    /// - Throws: `MR_E_INVALID`.
    func checkLogin(_ settings: [String: String], isAuthorized: Bool) throws(Failure) {
        guard receives(settings) else { return }
        let missing: (field: String, cause: String)?
        switch settings["auth"] {
        case nil, "password": missing = manifest.auth.contains("password") ? ("password", "auth.missing") : nil
        case "oauth2": missing = isAuthorized ? nil : ("state", "oauth.missing")
        default: missing = nil
        }
        guard let missing, secrets[missing.field] == nil else { return }
        var failure = Failure.invalid(missing.field, "is not set")
        failure.cause = missing.cause
        throw failure.explained()
    }

    func isSecret(_ name: String) -> Bool {
        setting(name)?.secret == true
    }

    /// The default of a setting, from either form.
    func fallback(_ name: String) -> String? {
        manifest.setting(name)?.defaultValue ?? sender?.setting(name)?.defaultValue
    }
}

extension ProviderManifest {
    fileprivate func satisfied(by settings: [String: String]) -> Bool {
        requires.allSatisfy { settings[$0] ?? setting($0)?.defaultValue != nil }
    }
}
