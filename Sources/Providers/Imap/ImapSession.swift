import Base
import CMailroom
import PluginKit
import Wire

/// One login. Mailboxes are read with EXAMINE; only `apply` and `append` change anything on the server.
package final class ImapSession: Session {
    let connection: ImapConnection

    /// The waiting for changes, once it has begun.
    private var watch: Watch?

    init(_ connection: ImapConnection) { self.connection = connection }

    package func close(_ host: Host) { connection.logout(host) }

    package func folders(_ host: Host) throws(Failure) {
        try ready()
        try connection.compress(host)
        try FolderList(host, connection).emit()
    }

    package func sync(_ host: Host, folder: Fields, cursor: [UInt8]) throws(Failure) {
        try ready()
        try connection.compress(host)
        try FolderSync(host, connection, folder).run(cursor)
    }

    package func list(_ host: Host, folder: Fields) throws(Failure) {
        try ready()
        try connection.compress(host)
        try FolderAudit(host, connection, folder).run()
    }

    package func fetch(_ host: Host, what: Fields) throws(Failure) {
        try ready()
        try connection.compress(host)
        try SingleFetch(host, connection, what).run()
    }

    package func apply(_ host: Host, change: Fields) throws(Failure) {
        try ready()
        try Apply(host, connection, change).run()
    }

    package func append(_ host: Host, what: Fields, message: UnsafeRawBufferPointer) throws(Failure) {
        try ready()
        try FolderAppend(host, connection, what, message).run()
    }

    package func findSent(_ host: Host, what: Fields) throws(Failure) {
        try ready()
        try FindSent(host, connection, what).run()
    }

    package func watch(_ host: Host, folders: [Fields]) throws(Failure) {
        try ready()
        let watch = try Watch(host, connection)
        self.watch = watch
        try watch.begin(host, folders)
    }

    package func wake(_ host: Host, _ reason: WakeReason) throws(Failure) -> Bool {
        guard let watch else { throw .invalid("reason", "the session does not watch") }
        return try watch.wake(host, reason)
    }

    /// A call that failed in the middle of an answer leaves the rest of that answer behind.
    private func ready() throws(Failure) {
        guard connection.isIdle else {
            connection.abandon()
            throw Failure(MR_E_CONNECTION, "the connection was left in the middle of an answer")
        }
    }
}
