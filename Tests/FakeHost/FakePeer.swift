/// The other end of a fake host's streams.
package protocol FakePeer: AnyObject {
    /// A connection was made: what is said first.
    func greet() -> [UInt8]
    /// What is answered to these octets.
    func hear(_ bytes: UnsafeRawBufferPointer) -> [UInt8]
    /// TLS from here on.
    func secure()
    /// The connection is over.
    func hangUp()
}

extension FakePeer {
    package func secure() {}
    package func hangUp() {}
}
