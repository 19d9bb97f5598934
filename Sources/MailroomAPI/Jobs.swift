import Base
import CMailroom
import Engine

/// Behind `mr_job`. May be used by any number of threads.
final class JobBox: Box, Sendable {
    static let kind = HandleKind.job

    let engine: EngineBox
    let job: Job

    init(_ engine: EngineBox, _ job: Job) {
        self.engine = engine
        self.job = job
    }

    /// The box behind a handle, in the process that opened its engine.
    static func of(_ pointer: OpaquePointer?) throws(Failure) -> JobBox {
        let box: JobBox = try Handle.box(pointer, "job")
        try box.engine.engine.checkFork()
        return box
    }
}

/// A function that waits: MR_OK with the result, or MR_TIMEOUT with what is known so far.
func waiting(
    _ out: UnsafeMutablePointer<OpaquePointer?>?, required: Bool, _ err: UnsafeMutablePointer<OpaquePointer?>?,
    _ body: () throws(Failure) -> WaitResult
) -> mr_result {
    out?.pointee = nil
    return answer(err) { () throws(Failure) in
        guard out != nil || !required else { throw .invalid("out", "is NULL") }
        switch try body() {
        case .done(let record):
            if let out { out.pointee = try Handle.make(RecordBox(record)) }
            return mr_result(MR_OK)
        case .timeout(let record):
            if let out { out.pointee = try Handle.make(RecordBox(record)) }
            return mr_result(MR_TIMEOUT)
        }
    }
}

@_cdecl("mr_job_id") @implementation
public func mr_job_id(_ job: OpaquePointer?) -> Int64 {
    let box: JobBox? = Handle.find(job)
    return box?.job.id ?? 0
}

@_cdecl("mr_job_open") @implementation
public func mr_job_open(
    _ engine: OpaquePointer?, _ id: Int64, _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        return JobBox(box, try box.engine.jobOpen(id))
    }
}

@_cdecl("mr_job_wait") @implementation
public func mr_job_wait(
    _ job: OpaquePointer?, _ timeout: Int32, _ result: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    waiting(result, required: false, err) { () throws(Failure) in
        try JobBox.of(job).job.wait(timeoutMs: timeout)
    }
}

@_cdecl("mr_job_progress") @implementation
public func mr_job_progress(
    _ job: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?, _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in RecordBox(try JobBox.of(job).job.progress()) }
}

@_cdecl("mr_job_cancel") @implementation
public func mr_job_cancel(_ job: OpaquePointer?) {
    guard let box = try? JobBox.of(job) else { return }
    try? box.job.cancel()
}

@_cdecl("mr_job_free") @implementation
public func mr_job_free(_ job: OpaquePointer?) {
    guard let box: Unmanaged<JobBox> = Handle.free(job) else { return }
    box.takeUnretainedValue().engine.release(box)
}
