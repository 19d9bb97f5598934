import Base
import CMailroom

/// Runs a function's body, and turns what it throws into a result and an `mr_error`.
@inline(__always)
func answer(_ err: UnsafeMutablePointer<OpaquePointer?>?, _ body: () throws(Failure) -> mr_result) -> mr_result {
    err?.pointee = nil
    do throws(Failure) {
        return try body()
    } catch {
        return failed(error, err)
    }
}

/// As `answer`, for a function whose answer is nothing but MR_OK.
@inline(__always)
func done(_ err: UnsafeMutablePointer<OpaquePointer?>?, _ body: () throws(Failure) -> Void) -> mr_result {
    answer(err) { () throws(Failure) in
        try body()
        return mr_result(MR_OK)
    }
}

/// As `answer`, for a function that gives a handle: `out` is NULL unless `body` made one.
@inline(__always)
func giving<B: Box>(
    _ out: UnsafeMutablePointer<OpaquePointer?>?, named name: String = "out",
    _ err: UnsafeMutablePointer<OpaquePointer?>?, _ body: () throws(Failure) -> B
)
    -> mr_result
{
    out?.pointee = nil
    return answer(err) { () throws(Failure) in
        guard let out else { throw .invalid(name, "is NULL") }
        out.pointee = try Handle.make(try body())
        return mr_result(MR_OK)
    }
}

/// As `answer`, for a function that gives an integer: 0 unless `body` returned one.
@inline(__always)
func counting(
    _ out: UnsafeMutablePointer<Int64>?, _ name: String, required: Bool = true,
    _ err: UnsafeMutablePointer<OpaquePointer?>?,
    _ body: () throws(Failure) -> Int64
) -> mr_result {
    out?.pointee = 0
    return answer(err) { () throws(Failure) in
        guard out != nil || !required else { throw .invalid(name, "is NULL") }
        let value = try body()
        out?.pointee = value
        return mr_result(MR_OK)
    }
}

/// The result of a failure. Where memory for the error is out, the result alone is the answer.
private func failed(_ failure: Failure, _ err: UnsafeMutablePointer<OpaquePointer?>?) -> mr_result {
    let box = ErrorBox(failure)
    err?.pointee = try? Handle.make(box)
    return box.result
}
