import Base
import CMailroom
import CSystem
import Glibc

/// One call of an operation through libffi: the arguments from a record, checked against the signature.
struct OperationCall {
    /// Room for one argument of any type; two words for `mr_bytes`.
    private struct Cell {
        var first: UInt64 = 0
        var second: UInt64 = 0
    }

    private let operation: PluginOperation
    private var cells: [Cell] = []
    private var types: [UnsafeMutablePointer<ffi_type>?] = []

    /// - Parameter invocation: keeps the texts, bytes and records that the arguments point to.
    /// - Throws: `MR_E_INVALID` naming the argument that is missing, unknown, or not of its type.
    init(
        _ operation: PluginOperation, _ arguments: Record, session: OpaquePointer?, _ invocation: Invocation
    ) throws(Failure) {
        self.operation = operation
        for field in arguments.fields where !operation.arguments.contains(where: { $0.name == field.name }) {
            throw .invalid(field.name, "is no argument of \(operation.name)")
        }
        append(Cell(first: UInt64(UInt(bitPattern: session))), "p")
        append(Cell(first: UInt64(UInt(bitPattern: invocation.context))), "p")
        for argument in operation.arguments {
            let cell = try OperationCall.cell(argument, arguments[argument.name], invocation)
            append(cell, argument.letter.code)
        }
    }

    private mutating func append(_ cell: Cell, _ letter: Character) {
        append(cell, CChar(bitPattern: letter.asciiValue ?? 0))
    }

    private mutating func append(_ cell: Cell, _ letter: CChar) {
        cells.append(cell)
        types.append(csystem_ffi_type(letter))
    }

    private static func cell(
        _ argument: PluginOperation.Argument, _ value: Value?, _ invocation: Invocation
    ) throws(Failure) -> Cell {
        guard let value else {
            if argument.letter == .optionalText { return Cell() }
            throw .invalid(argument.name, "is missing")
        }
        switch (argument.letter, value) {
        case (.int32, .int(let int)):
            guard let small = Int32(exactly: int) else { throw .invalid(argument.name, "is beyond 32 bits") }
            var cell = Cell()
            withUnsafeMutableBytes(of: &cell) { $0.storeBytes(of: small, as: Int32.self) }
            return cell
        case (.int64, .int(let int)): return Cell(first: UInt64(bitPattern: int))
        case (.double, .int(let int)): return Cell(first: Double(int).bitPattern)
        case (.double, .text(let text)):
            guard let double = Double(text), double.isFinite else {
                throw .invalid(argument.name, "is no decimal number")
            }
            return Cell(first: double.bitPattern)
        case (.text, .text(let text)), (.optionalText, .text(let text)):
            guard !text.utf8.contains(0) else { throw .invalid(argument.name, "has a NUL in it") }
            return Cell(first: UInt64(UInt(bitPattern: try keep(Array(text.utf8), argument, invocation).baseAddress)))
        case (.bytes, .bytes(let bytes)):
            let kept = try keep(bytes, argument, invocation)
            return Cell(first: UInt64(UInt(bitPattern: kept.baseAddress)), second: UInt64(kept.count))
        case (.record, .record(let record)):
            guard let handle = invocation.fields(record) else {
                throw .invalid(argument.name, "no memory left in this call")
            }
            return Cell(first: UInt64(UInt(bitPattern: handle)))
        default:
            throw .invalid(
                argument.name, "is \(value.kindName), which does not fit the letter \(argument.letter.rawValue)")
        }
    }

    private static func keep(
        _ bytes: [UInt8], _ argument: PluginOperation.Argument, _ invocation: Invocation
    ) throws(Failure) -> UnsafeRawBufferPointer {
        guard let kept = invocation.arena.copy(bytes) else {
            throw .invalid(argument.name, "no memory left in this call")
        }
        return kept
    }

    /// - Returns: the operation's answer; `MR_E_INTERNAL` where libffi refuses the call.
    mutating func run() -> Int32 {
        var answer = Int32(MR_E_INTERNAL)
        let function = operation.function
        types.withUnsafeMutableBufferPointer { types in
            cells.withUnsafeMutableBufferPointer { cells in
                var values = cells.indices.map { index in cells.baseAddress.map { UnsafeMutableRawPointer($0 + index) }
                }
                _ = csystem_ffi_call(function, UInt32(types.count), types.baseAddress, &values, &answer)
            }
        }
        return answer
    }
}
