import Base
import CMailroom
import PluginKit

/// The fake host's C table: one for all tests, each of which is its context.
enum FakeTable {
    static func host(_ pointer: OpaquePointer?) -> FakeHost? {
        pointer.map { Unmanaged<FakeHost>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }

    nonisolated(unsafe) static let pointer: UnsafePointer<mr_host> = {
        let table = UnsafeMutablePointer<mr_host>.allocate(capacity: 1)
        table.initialize(to: mr_host())
        table.pointee.size = UInt32(MemoryLayout<mr_host>.size)
        addAccount(&table.pointee)
        addStreams(&table.pointee)
        addFields(&table.pointee)
        addFindings(&table.pointee)
        addHTTP(&table.pointee)
        return UnsafePointer(table)
    }()

    private static func addAccount(_ table: inout mr_host) {
        table.setting = { context, name, out in
            guard let host = FakeTable.host(context), let name, let value = host.settings[String(cString: name)]
            else { return Int32(MR_E_NOT_FOUND) }
            out?.pointee = host.keep(value.utf8)
            return 0
        }
        table.secret = { context, _, out in
            guard let host = FakeTable.host(context), let value = host.password else { return Int32(MR_E_NOT_FOUND) }
            out?.pointee = host.keep(value)
            return 0
        }
        table.state_get = { context, key, out in
            guard let host = FakeTable.host(context), let key, let value = host.stateGet(String(cString: key))
            else { return Int32(MR_E_NOT_FOUND) }
            out?.pointee = host.keep(value)
            return 0
        }
        table.state_put = { context, key, value in
            guard let host = FakeTable.host(context), let key else { return Int32(MR_E_INVALID) }
            host.pendingState[String(cString: key)] = Array(UnsafeRawBufferPointer(value))
            return 0
        }
        table.log = { context, _, text in
            if let text { FakeTable.host(context)?.logged.append(String(cString: text)) }
        }
        table.fail = { context, result, fields in
            FakeTable.host(context)?.lastFailure = FakeFields.of(fields)?.record
            return result
        }
        table.progress = { FakeTable.host($0)?.report($1, $2) }
        table.now_ms = { _ in FakeHost.clock }
        table.check = { _ in 0 }
    }

    private static func addStreams(_ table: inout mr_host) {
        table.connect = { context, name, port, tls, out in
            guard let host = FakeTable.host(context), let name else { return Int32(MR_E_INVALID) }
            host.connect("\(String(cString: name)):\(port) \(tls)")
            if tls == 1 { host.peer.secure() }
            out?.pointee = context
            return 0
        }
        table.start_tls = { context, _ in FakeTable.host(context)?.startTLS() ?? Int32(MR_E_INVALID) }
        table.start_deflate = { _, _ in 0 }
        table.park = { _, _, _ in 0 }
        table.read = { context, _, buffer, capacity, length in
            guard let host = FakeTable.host(context), let buffer else { return Int32(MR_E_INVALID) }
            let count = host.read(UnsafeMutableRawBufferPointer(start: buffer, count: capacity))
            length?.pointee = count
            return count > 0 ? 0 : Int32(MR_E_CONNECTION)
        }
        table.read_line = { context, _, limit, out in
            var line = mr_bytes()
            let result = FakeTable.host(context)?.line(limit, &line) ?? Int32(MR_E_INVALID)
            out?.pointee = line
            return result
        }
        table.write = { context, _, bytes in
            FakeTable.host(context)?.write(UnsafeRawBufferPointer(bytes)) ?? Int32(MR_E_INVALID)
        }
        table.close = { FakeTable.host($0)?.close() }
    }

    private static func addFindings(_ table: inout mr_host) {
        table.want = { context, fields in
            FakeTable.host(context)?.want(FakeFields.of(fields)?.record ?? Record()) ?? Int32(MR_E_INVALID)
        }
        table.known = { context, _, after, out in
            guard let host = FakeTable.host(context) else { return Int32(MR_E_INVALID) }
            out?.pointee = host.make(host.known(after))
            return 0
        }
        table.emit = { context, kind, fields in
            guard let host = FakeTable.host(context), let kind else { return Int32(MR_E_INVALID) }
            return host.emit(String(cString: kind), FakeFields.of(fields)?.record ?? Record())
        }
        table.message_begin = { context, fields, size in
            FakeTable.host(context)?.begin(FakeFields.of(fields)?.record ?? Record(), size)
            return 0
        }
        table.message_data = { context, bytes in
            FakeTable.host(context)?.data(UnsafeRawBufferPointer(bytes)) ?? Int32(MR_E_INVALID)
        }
        table.message_end = { FakeTable.host($0)?.end() ?? Int32(MR_E_INVALID) }
        table.commit = { context, cursor in
            FakeTable.host(context)?.commit(Array(UnsafeRawBufferPointer(cursor))) ?? Int32(MR_E_INVALID)
        }
    }

    private static func addFields(_ table: inout mr_host) {
        table.fields_new = { FakeTable.host($0)?.make(Record()) }
        table.fields_set = { fields, name, type, value in
            guard let fields = FakeFields.of(fields), let name else { return Int32(MR_E_INVALID) }
            let bytes = UnsafeRawBufferPointer(value)
            switch Int(type) {
            case MR_TEXT: fields.record[String(cString: name)] = .text(String(decoding: bytes, as: UTF8.self))
            case MR_BYTES: fields.record[String(cString: name)] = .bytes(Array(bytes))
            case MR_INT: fields.record[String(cString: name)] = .int(bytes.loadUnaligned(as: Int64.self))
            default: return Int32(MR_E_INVALID)
            }
            return 0
        }
        table.fields_get = { fields, name, type, out in
            guard let fields = FakeFields.of(fields), let name else { return Int32(MR_E_INVALID) }
            switch (fields.record[String(cString: name)], Int(type)) {
            case (.text(let text)?, MR_TEXT): out?.pointee = fields.host.keep(text.utf8)
            case (.bytes(let bytes)?, MR_BYTES): out?.pointee = fields.host.keep(bytes)
            case (.int(let int)?, MR_INT): out?.pointee = fields.host.keep(withUnsafeBytes(of: int) { Array($0) })
            case (nil, _): return Int32(MR_E_NOT_FOUND)
            default: return Int32(MR_E_INVALID)
            }
            return 0
        }
        table.fields_add = { fields, list, item in
            guard let fields = FakeFields.of(fields), let list, let item = FakeFields.of(item) else {
                return Int32(MR_E_INVALID)
            }
            _ = fields.record.add(String(cString: list), .record(item.record))
            return 0
        }
        table.fields_count = { fields, list in
            guard let fields = FakeFields.of(fields), let list else { return 0 }
            return fields.record.records(String(cString: list)).count
        }
        table.fields_item = { fields, list, index in
            guard let fields = FakeFields.of(fields), let list else { return nil }
            let items = fields.record[String(cString: list)]?.list ?? []
            return items.indices.contains(index) ? items[index].record.map { fields.host.make($0) } : nil
        }
    }
}
