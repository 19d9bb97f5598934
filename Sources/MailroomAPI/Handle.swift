import Base
import CMailroom
import Glibc

/// What stands behind an opaque pointer of mailroom.h. One class a type: `EngineBox`, `RecordBox` ...
protocol Box: AnyObject {
    static var kind: HandleKind { get }
}

/// The types of mailroom.h, as a handle is marked with them.
enum HandleKind: UInt32 {
    case engine = 1
    case record, cursor, blob, job, events, error

    /// As a message about a wrong pointer says it.
    var noun: String {
        switch self {
        case .engine: "an engine"
        case .record: "a record"
        case .cursor: "a cursor"
        case .blob: "a blob"
        case .job: "a job"
        case .events: "a bell of events"
        case .error: "an error"
        }
    }
}

/// The memory that an opaque pointer points to: a mark, the type, and the box, which it holds retained.
///
/// The first 16 bytes stay unused, because that is where malloc writes its own notes into freed memory: so the
/// mark of a dead handle is readable until the memory is given to somebody else, and a handle that is used after
/// it was freed is mostly noticed.
private struct Block {
    var unused: (UInt64, UInt64) = (0, 0)
    var mark: UInt64
    var kind: UInt32
    var box: UnsafeMutableRawPointer?

    static let alive: UInt64 = 0x4D61_696C_726F_6F6D  // "Mailroom"
    static let dead: UInt64 = 0x6465_6164_6465_6164
}

enum Handle {
    /// A new handle that holds `box`. The caller of the library owns it.
    static func make<B: Box>(_ box: B) throws(Failure) -> OpaquePointer {
        guard let memory = malloc(MemoryLayout<Block>.size) else { throw Failure(MR_E_INTERNAL, "memory is out") }
        memory.initializeMemory(
            as: Block.self,
            to: Block(
                mark: Block.alive, kind: B.kind.rawValue, box: Unmanaged.passRetained(box).toOpaque()))
        return OpaquePointer(memory)
    }

    /// The box behind a pointer that a caller handed in.
    /// - Throws: `MR_E_INVALID` naming the parameter, for NULL, a dead handle, and one of another type.
    static func box<B: Box>(_ pointer: OpaquePointer?, _ parameter: String) throws(Failure) -> B {
        guard let block = try block(pointer, B.kind, parameter), let held = block.pointee.box else {
            throw .invalid(parameter, "is NULL")
        }
        return Unmanaged<B>.fromOpaque(held).takeUnretainedValue()
    }

    /// As `box`, for functions that have no error to give: nil where the pointer is wrong.
    static func find<B: Box>(_ pointer: OpaquePointer?) -> B? {
        do throws(Failure) { return try box(pointer, "") } catch { return nil }
    }

    /// Takes the box out of its handle and frees the handle's memory. The box is the caller's; nil, and nothing is
    /// done, where the pointer is wrong or `permits` says no.
    static func free<B: Box>(_ pointer: OpaquePointer?, if permits: (B) -> Bool = { _ in true }) -> Unmanaged<B>? {
        guard let block = try? block(pointer, B.kind, ""), let held = block.pointee.box else { return nil }
        let box = Unmanaged<B>.fromOpaque(held)
        guard permits(box.takeUnretainedValue()) else { return nil }
        block.pointee.mark = Block.dead
        block.pointee.box = nil
        Glibc.free(block)
        return box
    }

    private static func block(
        _ pointer: OpaquePointer?, _ kind: HandleKind, _ parameter: String
    ) throws(Failure) -> UnsafeMutablePointer<Block>? {
        guard let pointer else { return nil }
        let address = UInt(bitPattern: pointer)
        // The first page is never mapped, and what malloc gives is aligned: neither came from here.
        guard address >= 4096, address % UInt(MemoryLayout<Block>.alignment) == 0 else {
            throw .invalid(parameter, "is no pointer to \(kind.noun)")
        }
        let block = UnsafeMutablePointer<Block>(pointer)
        guard block.pointee.mark != Block.dead else {
            throw .invalid(parameter, "is \(kind.noun) that was freed already")
        }
        guard block.pointee.mark == Block.alive, block.pointee.kind == kind.rawValue else {
            let other = block.pointee.mark == Block.alive ? HandleKind(rawValue: block.pointee.kind) : nil
            throw .invalid(parameter, "is \(other?.noun ?? "something else"), expected \(kind.noun)")
        }
        return block
    }
}
