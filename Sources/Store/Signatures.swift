import Base
import CMailroom

private func later() -> Failure { Failure(MR_E_UNSUPPORTED, "not yet") }

package final class Store: Sendable {
    package let path: String
    package let hasKey: Bool
    init(path: String) { self.path = path; hasKey = false }
    package static func open(_ path: String, _ options: StoreOptions) throws(Failure) -> Store { throw later() }
    package func checkFork() throws(Failure) {}
    package func close() {}

    package func find(_ kind: String, _ query: Record, after: [UInt8]?, limit: Int) throws(Failure) -> (rows: [Record], next: [UInt8]?) { throw later() }
    package func get(_ kind: String, _ id: Int64) throws(Failure) -> Record { throw later() }
    package func changes(after: Int64, query: Record, limit: Int) throws(Failure) -> [Record] { throw later() }
    package func latestChange() throws(Failure) -> Int64 { throw later() }
    package func dataVersion() throws(Failure) -> Int64 { throw later() }

    package func insertAccount(_ values: AccountValues, job: NewJob) throws(Failure) -> (account: Int64, job: Int64) { throw later() }
    package func updateAccount(_ id: Int64, values: AccountChanges, settings: [String: String?], secrets: [String: [UInt8]?]) throws(Failure) { throw later() }
    package func account(_ id: Int64) throws(Failure) -> AccountRow { throw later() }
    package func accounts() throws(Failure) -> [AccountRow] { throw later() }
    package func accountStatus(_ id: Int64) throws(Failure) -> Record { throw later() }
    package func secret(account: Int64, name: String) throws(Failure) -> [UInt8]? { throw later() }
    package func setHealth(_ account: Int64, _ health: Health, lease: Lease?) throws(Failure) { throw later() }
    package func setActivity(_ account: Int64, activity: String, done: Int64, total: Int64?, lease: Lease?) throws(Failure) { throw later() }
    package func setSchedule(_ account: Int64, lastSync: Int64?, nextSync: Int64?, lease: Lease?) throws(Failure) { throw later() }
    package func disconnectAccount(_ id: Int64, erase: Bool) throws(Failure) { throw later() }
    package func insertCompany(key: String, name: String?) throws(Failure) -> Int64 { throw later() }

    package func acquireLease(_ account: Int64) throws(Failure) -> Lease? { throw later() }
    package func renewLease(_ lease: Lease) throws(Failure) { throw later() }
    package func releaseLease(_ lease: Lease) {}
    package func leaseRemainingMs(_ lease: Lease) throws(Failure) -> Int64 { throw later() }

    package func applyFolders(_ account: Int64, _ folders: [Record], lease: Lease) throws(Failure) -> [FolderRow] { throw later() }
    package func folders(_ account: Int64) throws(Failure) -> [FolderRow] { throw later() }
    package func commit(_ batch: SyncBatch, lease: Lease) throws(Failure) { throw later() }
    package func known(folder: Int64, after: Int64, limit: Int) throws(Failure) -> (items: [(ref: String, flags: [String])], next: Int64) { throw later() }
    package func hasPlace(folder: Int64, ref: String) throws(Failure) -> Bool { throw later() }
    package func stateGet(account: Int64, key: String) throws(Failure) -> [UInt8]? { throw later() }
    package func setFolderSynced(_ folder: Int64, at: Int64, lease: Lease) throws(Failure) { throw later() }

    package func bodyBegin() throws(Failure) -> BodyWriter { throw later() }
    package func bodyRead(_ body: Int64, offset: Int64, into: UnsafeMutableRawBufferPointer) throws(Failure) -> Int { throw later() }
    package func bodySize(_ body: Int64) throws(Failure) -> Int64 { throw later() }
    package func messageBody(_ message: Int64) throws(Failure) -> (body: Int64, size: Int64)? { throw later() }
    package func part(_ message: Int64, number: String) throws(Failure) -> StoredPart? { throw later() }

    package func insertJob(_ job: NewJob) throws(Failure) -> Int64 { throw later() }
    package func job(_ id: Int64) throws(Failure) -> JobRow { throw later() }
    package func claimJob(_ id: Int64) throws(Failure) -> JobRow? { throw later() }
    package func nextJobs(limit: Int) throws(Failure) -> [JobRow] { throw later() }
    package func jobProgress(_ id: Int64, done: Int64, total: Int64?, note: String?) throws(Failure) { throw later() }
    package func finishJob(_ id: Int64, _ outcome: Result<Record, Failure>, cancelled: Bool) throws(Failure) { throw later() }
    package func cancelJob(_ id: Int64) throws(Failure) { throw later() }
    package func jobCancelRequested(_ id: Int64) throws(Failure) -> Bool { throw later() }
    package func sweepDeadJobs() throws(Failure) { throw later() }

    package func insertSend(_ send: NewSend) throws(Failure) -> (id: Int64, existed: Bool) { throw later() }
    package func dueSends(now: Int64, limit: Int, account: Int64?) throws(Failure) -> [SendRow] { throw later() }
    package func sendRow(_ id: Int64) throws(Failure) -> SendRow { throw later() }
    package func beginAttempt(_ send: Int64, lease: Lease) throws(Failure) -> Int64 { throw later() }
    package func markOffered(_ attempt: Int64, lease: Lease) throws(Failure) { throw later() }
    package func finishAttempt(_ attempt: Int64, _ result: AttemptResult, lease: Lease) throws(Failure) { throw later() }
    package func interruptedSends() throws(Failure) -> [SendRow] { throw later() }
    package func settleInterrupted(_ send: Int64, lease: Lease) throws(Failure) { throw later() }
    package func resend(_ send: Int64, to: [String]?, acceptDuplicate: Bool) throws(Failure) { throw later() }
    package func resendAll(_ query: Record) throws(Failure) -> Int64 { throw later() }
    package func cancelSend(_ send: Int64) throws(Failure) { throw later() }
    package func removeSend(_ id: Int64) throws(Failure) { throw later() }

    package func addLog(_ row: NewLog) throws(Failure) { throw later() }
    package func workerBeat() throws(Failure) { throw later() }
    package func workerSeenAt() throws(Failure) -> Int64? { throw later() }
    package func openBell() throws(Failure) -> Bell { throw later() }
}

package final class BodyWriter: Sendable {
    package func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) { throw later() }
    package func seal() throws(Failure) -> Int64 { throw later() }
    package func abandon() {}
    init() {}
}

package final class Bell: Sendable {
    package let fd: Int32
    package func drain() {}
    package func close() {}
    init(fd: Int32) { self.fd = fd }
}
