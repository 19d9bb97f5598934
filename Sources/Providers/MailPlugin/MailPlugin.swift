import CMailroom
import ImapProvider
import PluginKit
import Pop3Provider
import SmtpProvider

/// The one exported symbol of mail.so (mailroom_plugin.h): the schemes of classic mail.
@_cdecl("mr_plugin_init_1")
public func mailPluginInit(
    _ host: UnsafePointer<mr_host>?, _ out: UnsafeMutablePointer<mr_plugin>?
) -> mr_result {
    PluginTable.fill(
        host, out,
        [
            Bridge.table(of: ImapProvider.self) { Bridge.open(ImapProvider.self, $0, $1) },
            Bridge.table(of: Pop3Provider.self) { Bridge.open(Pop3Provider.self, $0, $1) },
            Bridge.table(of: SmtpProvider.self) { Bridge.open(SmtpProvider.self, $0, $1) },
        ])
}
