import CMailroom
import GmailProvider
import GraphProvider
import PluginKit

/// The one exported symbol of web.so (mailroom_plugin.h): the providers that are reached over HTTP.
@_cdecl("mr_plugin_init_1")
public func webPluginInit(
    _ host: UnsafePointer<mr_host>?, _ out: UnsafeMutablePointer<mr_plugin>?
) -> mr_result {
    PluginTable.fill(
        host, out,
        [
            Bridge.table(of: GmailProvider.self) { Bridge.open(GmailProvider.self, $0, $1) },
            Bridge.table(of: GraphProvider.self) { Bridge.open(GraphProvider.self, $0, $1) },
        ])
}
