import FakeHost

/// A server that says all it has to say at once, whatever it hears. Where `FuzzPeer.mark` stands in it, the next
/// connection begins.
final class FuzzPeer: FakePeer {
    static let mark: [UInt8] = [0xff, 0xfe, 0xff]

    private var talks: [[UInt8]]

    init(_ bytes: UnsafeRawBufferPointer) { talks = Self.parts(bytes) }

    /// What stands between the marks.
    static func parts(_ bytes: UnsafeRawBufferPointer) -> [[UInt8]] {
        var parts: [[UInt8]] = [[]]
        for byte in bytes {
            parts[parts.count - 1].append(byte)
            if parts[parts.count - 1].suffix(3).elementsEqual(mark) {
                parts[parts.count - 1].removeLast(3)
                parts.append([])
            }
        }
        return parts
    }

    func greet() -> [UInt8] { talks.isEmpty ? [] : talks.removeFirst() }
    func hear(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { [] }
}

/// Octets of an input that choose what is tried, one after the other; 0 where there are no more.
struct Choices {
    private var octets: UnsafeRawBufferPointer.SubSequence

    /// The first so many octets; what is behind them is the server's.
    init(_ input: UnsafeRawBufferPointer, _ count: Int) { octets = input.prefix(count) }

    mutating func next() -> Int { Int(octets.popFirst() ?? 0) }
}
