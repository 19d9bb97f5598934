import Base
import CMailroom
import Engine

@_cdecl("mr_sync") @implementation
public func mr_sync(
    _ engine: OpaquePointer?, _ account: Int64, _ options: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        return JobBox(box, try box.engine.sync(account, try Input.options(options, "options")))
    }
}

@_cdecl("mr_audit") @implementation
public func mr_audit(
    _ engine: OpaquePointer?, _ account: Int64, _ options: OpaquePointer?, _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        return JobBox(box, try box.engine.audit(account, try Input.options(options, "options")))
    }
}

@_cdecl("mr_find") @implementation
public func mr_find(
    _ engine: OpaquePointer?, _ kind: UnsafePointer<CChar>?, _ query: OpaquePointer?,
    _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        let kind = try Input.text(kind, "kind", limit: Limits.word)
        return CursorBox(box, try box.engine.find(kind, try Input.options(query, "where")))
    }
}

@_cdecl("mr_get") @implementation
public func mr_get(
    _ engine: OpaquePointer?, _ kind: UnsafePointer<CChar>?, _ id: Int64, _ out: UnsafeMutablePointer<OpaquePointer?>?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    giving(out, err) { () throws(Failure) in
        let box = try Input.engine(engine)
        return RecordBox(try box.engine.get(try Input.text(kind, "kind", limit: Limits.word), id))
    }
}

@_cdecl("mr_put") @implementation
public func mr_put(
    _ engine: OpaquePointer?, _ kind: UnsafePointer<CChar>?, _ values: OpaquePointer?,
    _ id: UnsafeMutablePointer<Int64>?, _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    counting(id, "id", err) { () throws(Failure) in
        let box = try Input.engine(engine)
        let kind = try Input.text(kind, "kind", limit: Limits.word)
        return try box.engine.put(kind, try Input.record(values, "values"))
    }
}

@_cdecl("mr_update") @implementation
public func mr_update(
    _ engine: OpaquePointer?, _ kind: UnsafePointer<CChar>?, _ id: Int64, _ values: OpaquePointer?,
    _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    done(err) { () throws(Failure) in
        let box = try Input.engine(engine)
        let kind = try Input.text(kind, "kind", limit: Limits.word)
        try box.engine.update(kind, id, try Input.record(values, "values"))
    }
}

@_cdecl("mr_remove") @implementation
public func mr_remove(
    _ engine: OpaquePointer?, _ kind: UnsafePointer<CChar>?, _ id: Int64, _ err: UnsafeMutablePointer<OpaquePointer?>?
) -> mr_result {
    done(err) { () throws(Failure) in
        let box = try Input.engine(engine)
        try box.engine.remove(try Input.text(kind, "kind", limit: Limits.word), id)
    }
}
