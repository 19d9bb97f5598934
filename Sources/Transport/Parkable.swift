/// What the poller can watch: a stream, or the answer to an HTTP request.
package protocol Parkable: AnyObject {
    /// The socket; -1 where there is none any more.
    var descriptor: Int32 { get }
    /// The server at the other end: its crowd is woken by turns.
    var host: String { get }
    /// Whether it was last read by lines: then it wakes for nothing less than a line.
    var readsLines: Bool { get }
    /// Takes in what is there without waiting, until there is enough to wake somebody or nothing more to take.
    func look(minimumLine: Bool) -> ParkLook
    /// Gives back the memory that is not needed while nothing comes.
    func rest()
}

package enum ParkLook {
    /// Nothing to read: what epoll is to wait for.
    case quiet(UInt32)
    case data
    case ended
}
