import Base

/// Blocks of two sizes that streams use while something moves, and give back when they rest.
///
/// They are kept instead of freed: thousands of streams that each had a large block for a moment, between small ones that
/// stay, would leave the heap full of holes (measured: 16 KiB for each parked stream).
enum BufferPool {
    enum Size: Int, CaseIterable {
        /// What came and was not yet read.
        case buffer = 16_384
        /// The state of one direction of compression.
        case codec = 49_152
    }

    /// No more than this many of a size are kept: as many as there are threads that may use them, and some.
    private static let spare = 96

    /// The addresses of blocks that nobody uses.
    private final class Spares: Sendable {
        let lists = Monitor<[Size: [UInt]]>([:])
    }
    private static let process = PerProcess { Spares() }

    static func take(_ size: Size) -> UnsafeMutableRawBufferPointer {
        let found = process.current.lists.withLock { $0[size]?.popLast() }
        if let found, let start = UnsafeMutableRawPointer(bitPattern: found) {
            return UnsafeMutableRawBufferPointer(start: start, count: size.rawValue)
        }
        return .allocate(byteCount: size.rawValue, alignment: 16)
    }

    /// A block of any size: only those of the pool's sizes are kept.
    static func give(_ block: UnsafeMutableRawBufferPointer) {
        guard let start = block.baseAddress else { return }
        guard let size = Size(rawValue: block.count) else { return block.deallocate() }
        let kept = process.current.lists.withLock { lists -> Bool in
            guard lists[size, default: []].count < spare else { return false }
            lists[size, default: []].append(UInt(bitPattern: start))
            return true
        }
        if !kept { block.deallocate() }
    }
}
