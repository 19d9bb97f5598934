import Base
import PluginHost

/// The rows of `mr_find("provider")`: every scheme that can be used, and every plugin that was refused.
struct ProviderList {
    let rows: [Record]

    init(_ registry: PluginRegistry) {
        var rows: [Record] = []
        for entry in registry.scan() {
            let schemes: [ProviderManifest?] = entry.state == .refused ? [nil] : entry.providers.map { $0 }
            for scheme in schemes {
                var row = Record(["id": .int(Int64(rows.count + 1))])
                row.set("scheme", scheme?.scheme)
                row.set("title", scheme?.title)
                row.set("plugin", entry.plugin)
                row.set("version", entry.version)
                row.set("path", entry.path)
                row.set("state", entry.state.rawValue)
                row.set("reason", entry.reason)
                if let scheme {
                    let isOAuth = OAuthForm.applies(to: scheme)
                    let kinds = scheme.auth + (isOAuth ? OAuthForm.kinds.filter { !scheme.auth.contains($0) } : [])
                    row["auth"] = .list(kinds.map(Value.text))
                    row["capabilities"] = .list(scheme.capabilities.map(Value.text))
                    let own = isOAuth ? OAuthForm.settings.filter { scheme.setting($0.name) == nil } : []
                    row["settings"] = .list((scheme.settings + own).map { .record(ProviderList.row($0)) })
                }
                rows.append(row)
            }
        }
        self.rows = rows
    }

    private static func row(_ setting: SettingSpec) -> Record {
        var row = Record(["name": .text(setting.name), "type": .text(setting.type)])
        row.set("secret", setting.secret ? 1 : 0)
        row.set("required", setting.required ? 1 : 0)
        row.set("default", setting.defaultValue)
        row["values"] = .list(setting.values.map(Value.text))
        row.set("meaning", setting.meaning)
        return row
    }
}
