#if MAILROOM_TEST
    import Base
    import CMailroom
    import CMailroomTest

    @_cdecl("mr_test_set_clock") @implementation
    public func mr_test_set_clock(_ shift: Int64) { Clock.set(shift: shift) }

    @_cdecl("mr_test_stop_at") @implementation
    public func mr_test_stop_at(_ engine: OpaquePointer?, _ point: UnsafePointer<CChar>?, _ nth: Int64) -> mr_result {
        done(nil) { () throws(Failure) in
            _ = try Input.engine(engine)
            guard let point = stopPoint(point) else { throw .invalid("point", "does not exist") }
            guard nth >= 1 else { throw .invalid("nth", "\(nth) is below 1") }
            point.stop(at: nth)
        }
    }

    @_cdecl("mr_test_reached") @implementation
    public func mr_test_reached(_ point: UnsafePointer<CChar>?) -> Int64 { stopPoint(point)?.reached ?? -1 }

    @_cdecl("mr_test_points") @implementation
    public func mr_test_points(_ index: Int) -> UnsafePointer<CChar>? {
        names.indices.contains(index) ? names[index]?.text : nil
    }

    @_cdecl("mr_test_thread_is_known") @implementation
    public func mr_test_thread_is_known() -> Int32 { Fork.threadIsKnown ? 1 : 0 }

    nonisolated(unsafe) private let names = StopPoint.allCases.map { Lent.copy($0.rawValue) }

    private func stopPoint(_ name: UnsafePointer<CChar>?) -> StopPoint? {
        guard let name = try? Input.name(name) else { return nil }
        return StopPoint(rawValue: name)
    }
#endif
