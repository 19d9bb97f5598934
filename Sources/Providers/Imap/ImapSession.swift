import Base
import CMailroom
import PluginKit
import Wire

/// One login. Mailboxes are opened read-only; nothing on the server is ever changed.
package final class ImapSession: Session {
    let connection: ImapConnection

    init(_ connection: ImapConnection) { self.connection = connection }

    package func close(_ host: Host) { connection.logout(host) }

    package func folders(_ host: Host) throws(Failure) {
        try ready()
        try FolderList(host, connection).emit()
    }

    package func sync(_ host: Host, folder: Fields, cursor: [UInt8]) throws(Failure) {
        try ready()
        try FolderSync(host, connection, folder).run(cursor)
    }

    package func list(_ host: Host, folder: Fields) throws(Failure) {
        try ready()
        try FolderAudit(host, connection, folder).run()
    }

    package func fetch(_ host: Host, what: Fields) throws(Failure) {
        try ready()
        try SingleFetch(host, connection, what).run()
    }

    /// A call that failed in the middle of an answer leaves the rest of that answer behind.
    private func ready() throws(Failure) {
        guard connection.isIdle else {
            connection.abandon()
            throw Failure(MR_E_CONNECTION, "the connection was left in the middle of an answer")
        }
    }
}
