import Synchronization

/// What a plugin holds in place of a pointer: a number that the host looks up. Nothing is ever read at that
/// address, so a handle that is NULL, of another kind, of another call or long ended is refused, never followed.
///
/// Layout: kind (4 bits), serial of the invocation or session (32), index (24), four zero bits.
struct Handle: Equatable {
    enum Kind: UInt {
        case context = 1
        case fields = 2
        case stream = 3
        case reply = 4
    }

    static let maximumIndex = 1 << 24 - 1
    private static let serials = Atomic<UInt32>(1)

    let bits: UInt

    /// A number that no other invocation or session has had lately.
    static func serial() -> UInt32 { serials.wrappingAdd(1, ordering: .relaxed).oldValue }

    init(_ kind: Kind, serial: UInt32, index: Int = 0) {
        bits = kind.rawValue << 60 | UInt(serial) << 28 | (UInt(truncatingIfNeeded: index) & 0xFF_FFFF) << 4
    }

    init(_ pointer: OpaquePointer?) { bits = UInt(bitPattern: pointer) }

    /// The index of a handle of this kind and serial; nil for any other.
    func index(_ kind: Kind, serial: UInt32) -> Int? {
        guard bits >> 28 == kind.rawValue << 32 | UInt(serial), bits & 0xF == 0 else { return nil }
        return Int((bits >> 4) & 0xFF_FFFF)
    }

    var pointer: OpaquePointer? { OpaquePointer(bitPattern: bits) }
}
