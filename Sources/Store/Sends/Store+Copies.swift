import Base
import CMailroom

/// Copies of sent messages in the Sent folder.
extension Store {
    /// Wishes that copies are put into Sent; each send knows of its wish from then on. One that the folder has already
    /// needs none.
    /// - Throws: `MR_E_BUSY` where the lease is lost.
    package func wishCopies(_ copies: [NewAppend], lease: Lease) throws(Failure) {
        guard !copies.isEmpty else { return }
        let prepared = copies.map { PreparedMessage($0.message) }
        try write { (transaction) throws(Failure) in
            try transaction.require(lease)
            for (copy, message) in zip(copies, prepared) {
                guard let send = copy.send, try transaction.wantsCopy(send) else { continue }
                let made = try transaction.wishAppend(copy, message)
                try transaction.setCopy(made.isNew ? "wished" : "done", of: send, account: copy.account)
                try transaction.setEcho(made.message, of: send, account: copy.account)
            }
        }
        StopPoint.sendCopyWished.reach()
    }

    /// Copies that are wanted are not to be put there: the server keeps its own, or none is meant (nil), or it cannot be.
    package func setCopies(_ sends: [Int64], _ state: String?, account: Int64, lease: Lease) throws(Failure) {
        guard !sends.isEmpty else { return }
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.require(lease)
            for send in sends where try transaction.wantsCopy(send) {
                try transaction.setCopy(state, of: send, account: account)
            }
        }
    }

    /// Notes who keeps the copies of an account; believed for thirty days.
    package func noteCopyHabit(server: Bool, of account: Int64, lease: Lease) throws(Failure) {
        try write(.normal) { (transaction) throws(Failure) in
            try transaction.require(lease, for: account)
            try transaction.noteCopyHabit(server: server, of: account)
        }
    }

    /// It is to be looked at anew.
    package func forgetCopyHabit(of account: Int64) throws(Failure) {
        try statePut(account: account, key: Transaction.copyHabit, [])
    }

    /// Whether the server keeps the copies, as far as it was seen; nil: nobody has looked yet, or too long ago.
    package func copyHabit(of account: Int64) throws(Failure) -> Bool? {
        guard let bytes = try stateGet(account: account, key: Transaction.copyHabit) else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard words.count == 2, let until = Int64(words[1]), until > Clock.wall() else { return nil }
        return words[0] == "server"
    }
}

extension Transaction {
    fileprivate func wantsCopy(_ send: Int64) throws(Failure) -> Bool {
        try db.exists("SELECT 1 FROM send WHERE id = ? AND copy = 'wanted'", send)
    }
}
