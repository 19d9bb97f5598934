/// Nobody: for providers that have no streams.
package final class NoPeer: FakePeer {
    package init() {}
    package func greet() -> [UInt8] { [] }
    package func hear(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { [] }
}
