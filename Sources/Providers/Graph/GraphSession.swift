import Base
import PluginKit

/// One login to one mailbox. Nothing is open between two calls but what the host keeps open by itself.
package final class GraphSession: Session {
    let client: GraphClient
    private let wellKnown: WellKnownFolders

    init(_ client: GraphClient, _ wellKnown: WellKnownFolders) {
        self.client = client
        self.wellKnown = wellKnown
    }

    package func folders(_ host: Host) throws(Failure) {
        try FolderTree(host, client, wellKnown).emit()
        try wellKnown.keep(host, client)
    }

    package func sync(_ host: Host, folder: Fields, cursor: [UInt8]) throws(Failure) {
        try FolderSync(host, client, folder).run(cursor)
    }

    package func fetch(_ host: Host, what: Fields) throws(Failure) {
        try SingleFetch(host, client, what).run()
    }

    package func list(_ host: Host, folder: Fields) throws(Failure) {
        try FolderAudit(host, client, folder).run()
    }

    package func apply(_ host: Host, change: Fields) throws(Failure) {
        try Apply(host, client, change).run()
    }

    package func append(_ host: Host, what: Fields, message: UnsafeRawBufferPointer) throws(Failure) {
        try FolderAppend(host, client, what, message).run()
    }

    package func send(_ host: Host, envelope: Fields, message: UnsafeRawBufferPointer) throws(Failure) {
        try Submission(host, client, envelope, message).run()
    }

    package func findSent(_ host: Host, what: Fields) throws(Failure) {
        try FindSent(host, client, what, sent: wellKnown.id(of: "sentitems")).run()
    }
}
