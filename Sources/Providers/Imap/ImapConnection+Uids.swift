import Base
import CMailroom
import PluginKit
import Wire

extension ImapConnection {
    /// The UIDs of the messages in these ranges, or of those that match, asked range by range: the answer to one is
    /// a single line, which a server with many scattered UIDs must be able to say within the bound of a line.
    ///
    /// Nil where an answer could not be read: then it is not known. A refusal is thrown.
    func uids(
        _ host: Host, _ ranges: [ClosedRange<UInt32>], matching: String = ""
    ) throws(Failure) -> Imap.NumberSet? {
        let hasReturn = capabilities.has("ESEARCH")
        var found = Imap.NumberSet()
        var isDamaged = false
        for range in ranges {
            let what = "UID \(range.lowerBound):\(range.upperBound)\(matching.isEmpty ? "" : " " + matching)"
            let status = try run(host, .uidSearch(hasReturn ? "RETURN (ALL) \(what)" : what)) { response in
                switch response {
                case .search(let result):
                    for part in result.all.ranges where part.overlaps(range) { found.insert(part.clamped(to: range)) }
                case .damaged: isDamaged = true
                default: break
                }
            }
            if status.kind != .ok { throw Imap.Refusal.failure(status, step: "search") }
        }
        return isDamaged ? nil : found
    }

    /// The UIDs of these sequence numbers, ascending. Asked with nothing else in flight: sequence numbers shift.
    func uids(_ host: Host, of numbers: [UInt32]) throws(Failure) -> [UInt32] {
        var uids: [UInt32] = []
        for set in Imap.NumberSet(numbers).split() {
            try must(host, .fetch(set, items: ["UID"])) { response in
                if case .fetch(let data) = response, let uid = data.uid, uid > 0, uids.count < numbers.count {
                    uids.append(uid)
                }
            }
        }
        return uids.sorted()
    }
}
