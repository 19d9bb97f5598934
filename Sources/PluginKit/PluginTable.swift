import CMailroom
import Glibc

/// What `mr_plugin_init_1` answers.
package enum PluginTable {
    /// Keeps the host's table, and tells it the providers. They stay allocated until the process ends: a plugin
    /// is never unloaded. `MR_E_INVALID` where the host gave nothing to fill.
    package static func fill(
        _ host: UnsafePointer<mr_host>?, _ out: UnsafeMutablePointer<mr_plugin>?, _ providers: [mr_provider]
    ) -> mr_result {
        guard let host, let out, Int(out.pointee.size) >= MemoryLayout<mr_plugin>.size else {
            return mr_result(MR_E_INVALID)
        }
        HostTable.install(host)
        let table = UnsafeMutablePointer<mr_provider>.allocate(capacity: max(providers.count, 1))
        for (index, provider) in providers.enumerated() { (table + index).initialize(to: provider) }
        out.pointee.size = UInt32(MemoryLayout<mr_plugin>.size)
        out.pointee.providers = UnsafePointer(table)
        out.pointee.provider_count = UInt32(providers.count)
        out.pointee.provider_size = UInt32(MemoryLayout<mr_provider>.size)
        return mr_result(MR_OK)
    }
}
