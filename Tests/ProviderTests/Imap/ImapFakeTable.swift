import Base
import CMailroom
import PluginKit

/// The fake host's C table: one for all tests, each of which is its context.
enum ImapFakeTable {
    private static func host(_ pointer: OpaquePointer?) -> ImapFakeHost? {
        pointer.map { Unmanaged<ImapFakeHost>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }

    nonisolated(unsafe) static let pointer: UnsafePointer<mr_host> = {
        let table = UnsafeMutablePointer<mr_host>.allocate(capacity: 1)
        table.initialize(to: mr_host())
        table.pointee.size = UInt32(MemoryLayout<mr_host>.size)
        addAccount(&table.pointee)
        addStreams(&table.pointee)
        addFields(&table.pointee)
        addFindings(&table.pointee)
        return UnsafePointer(table)
    }()

    private static func addAccount(_ table: inout mr_host) {
        table.setting = { context, name, out in
            guard let host = ImapFakeTable.host(context), let name, let value = host.settings[String(cString: name)]
            else { return Int32(MR_E_NOT_FOUND) }
            out?.pointee = host.keep(Array(value.utf8))
            return 0
        }
        table.secret = { context, _, out in
            guard let host = ImapFakeTable.host(context), let value = host.password else {
                return Int32(MR_E_NOT_FOUND)
            }
            out?.pointee = host.keep(value)
            return 0
        }
        table.state_get = { context, key, out in
            guard let host = ImapFakeTable.host(context), let key, let value = host.states[String(cString: key)] else {
                return Int32(MR_E_NOT_FOUND)
            }
            out?.pointee = host.keep(value)
            return 0
        }
        table.state_put = { context, key, value in
            guard let host = ImapFakeTable.host(context), let key else { return Int32(MR_E_INVALID) }
            host.states[String(cString: key)] = Array(UnsafeRawBufferPointer(value))
            return 0
        }
        table.start_deflate = { context, _ in ImapFakeTable.host(context)?.startDeflate() ?? Int32(MR_E_INVALID) }
        table.log = { context, _, text in
            if let text { ImapFakeTable.host(context)?.log(String(cString: text)) }
        }
        table.progress = { ImapFakeTable.host($0)?.report($1, $2) }
        table.now_ms = { _ in ImapFakeHost.now }
    }

    /// A stream is its host.
    private static func addStreams(_ table: inout mr_host) {
        table.connect = { context, name, port, tls, out in
            guard let host = ImapFakeTable.host(context), let name else { return Int32(MR_E_INVALID) }
            host.connect("\(String(cString: name)):\(port) \(tls)")
            if tls == 1 { host.server.secure() }
            // A stream that nobody closed still has its host.
            _ = Unmanaged.passRetained(host)
            out?.pointee = context
            return 0
        }
        table.start_tls = { context, _ in ImapFakeTable.host(context)?.startTLS() ?? Int32(MR_E_INVALID) }
        table.read = { context, _, buffer, capacity, length in
            guard let host = ImapFakeTable.host(context), let buffer else { return Int32(MR_E_INVALID) }
            let count = host.read(UnsafeMutableRawBufferPointer(start: buffer, count: capacity))
            length?.pointee = count
            return count > 0 ? 0 : Int32(MR_E_CONNECTION)
        }
        table.read_line = { context, _, limit, out in
            var line = mr_bytes()
            let result = ImapFakeTable.host(context)?.line(limit, &line) ?? Int32(MR_E_INVALID)
            out?.pointee = line
            return result
        }
        table.write = { context, _, bytes in
            ImapFakeTable.host(context)?.write(UnsafeRawBufferPointer(bytes)) ?? Int32(MR_E_INVALID)
        }
        table.park = { context, _, milliseconds in
            ImapFakeTable.host(context)?.park(milliseconds)
            return 0
        }
        table.close = { stream in
            guard let host = ImapFakeTable.host(stream) else { return }
            host.close()
            Unmanaged.passUnretained(host).release()
        }
    }

    private static func addFindings(_ table: inout mr_host) {
        table.want = { context, fields in
            guard let host = ImapFakeTable.host(context) else { return Int32(MR_E_INVALID) }
            return host.want(ImapFakeFields.of(fields)?.record ?? Record())
        }
        table.known = { context, _, after, out in
            guard let host = ImapFakeTable.host(context) else { return Int32(MR_E_INVALID) }
            out?.pointee = host.make(host.known(after))
            return 0
        }
        table.emit = { context, kind, fields in
            guard let host = ImapFakeTable.host(context), let kind else { return Int32(MR_E_INVALID) }
            return host.emit(String(cString: kind), ImapFakeFields.of(fields)?.record ?? Record())
        }
        table.message_begin = { context, fields, size in
            ImapFakeTable.host(context)?.begin(ImapFakeFields.of(fields)?.record ?? Record(), size)
            return 0
        }
        table.message_data = { context, bytes in
            ImapFakeTable.host(context)?.data(UnsafeRawBufferPointer(bytes))
            return 0
        }
        table.message_end = { ImapFakeTable.host($0)?.end() ?? Int32(MR_E_INVALID) }
        table.commit = { context, cursor in
            ImapFakeTable.host(context)?.commit(Array(UnsafeRawBufferPointer(cursor))) ?? Int32(MR_E_INVALID)
        }
    }

    private static func addFields(_ table: inout mr_host) {
        table.fields_new = { ImapFakeTable.host($0)?.make(Record()) }
        table.fields_set = { fields, name, type, value in
            guard let fields = ImapFakeFields.of(fields), let name else { return Int32(MR_E_INVALID) }
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
            guard let fields = ImapFakeFields.of(fields), let name else { return Int32(MR_E_INVALID) }
            switch (fields.record[String(cString: name)], Int(type)) {
            case (.text(let text)?, MR_TEXT): out?.pointee = fields.host.keep(Array(text.utf8))
            case (.bytes(let bytes)?, MR_BYTES): out?.pointee = fields.host.keep(bytes)
            case (.int(let int)?, MR_INT): out?.pointee = fields.host.keep(withUnsafeBytes(of: int) { Array($0) })
            case (nil, _): return Int32(MR_E_NOT_FOUND)
            default: return Int32(MR_E_INVALID)
            }
            return 0
        }
        table.fields_count = { fields, list in
            guard let fields = ImapFakeFields.of(fields), let list else { return 0 }
            return fields.record.records(String(cString: list)).count
        }
        table.fields_item = { fields, list, index in
            guard let fields = ImapFakeFields.of(fields), let list else { return nil }
            let items = fields.record[String(cString: list)]?.list ?? []
            return items.indices.contains(index) ? items[index].record.map { fields.host.make($0) } : nil
        }
    }
}
