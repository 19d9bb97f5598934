import Base
import CMailroom
import PluginKit

@testable import SmtpProvider

/// The fake host's C table: one for all tests, each of which is its context.
enum SmtpFakeTable {
    /// The provider's table, as a host gets it; the host's table is installed before.
    static func provider() -> mr_provider {
        HostTable.install(pointer)
        return Bridge.table(of: SmtpProvider.self) { Bridge.open(SmtpProvider.self, $0, $1) }
    }

    private static func host(_ pointer: OpaquePointer?) -> SmtpFakeHost? {
        pointer.map { Unmanaged<SmtpFakeHost>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }

    nonisolated(unsafe) private static let pointer: UnsafePointer<mr_host> = {
        let table = UnsafeMutablePointer<mr_host>.allocate(capacity: 1)
        table.initialize(to: mr_host())
        table.pointee.size = UInt32(MemoryLayout<mr_host>.size)
        addAccount(&table.pointee)
        addStreams(&table.pointee)
        addFields(&table.pointee)
        return UnsafePointer(table)
    }()

    private static func addAccount(_ table: inout mr_host) {
        table.setting = { context, name, out in
            guard let host = SmtpFakeTable.host(context), let name, let value = host.settings[String(cString: name)]
            else {
                return Int32(MR_E_NOT_FOUND)
            }
            out?.pointee = host.keep(Array(value.utf8))
            return 0
        }
        table.secret = { context, name, out in
            guard let host = SmtpFakeTable.host(context), let name, let value = host.secrets[String(cString: name)]
            else {
                return Int32(MR_E_NOT_FOUND)
            }
            out?.pointee = host.keep(value)
            return 0
        }
        table.fail = { context, result, fields in
            SmtpFakeTable.host(context)?.fail(result, SmtpFakeFields.of(fields)?.record ?? Record())
            return result
        }
        table.emit = { context, kind, fields in
            guard let host = SmtpFakeTable.host(context), let kind else { return Int32(MR_E_INVALID) }
            return host.emit(String(cString: kind), SmtpFakeFields.of(fields)?.record ?? Record())
        }
    }

    /// A stream is its host.
    private static func addStreams(_ table: inout mr_host) {
        table.connect = { context, name, port, tls, out in
            guard let host = SmtpFakeTable.host(context), let name else { return Int32(MR_E_INVALID) }
            if host.connectAnswer < 0 { return Int32(host.connectAnswer) }
            host.connected("\(String(cString: name)):\(port) \(tls)")
            host.isSecure = tls == 1
            out?.pointee = context
            return 0
        }
        table.start_tls = { context, _ in
            guard let host = SmtpFakeTable.host(context) else { return Int32(MR_E_INVALID) }
            if host.startTLSAnswer < 0 || !host.incoming.isEmpty { return Int32(MR_E_TLS) }
            host.isSecure = true
            return 0
        }
        table.read_line = { context, _, limit, out in
            var line = mr_bytes()
            let result = SmtpFakeTable.host(context)?.line(limit, &line) ?? Int32(MR_E_INVALID)
            out?.pointee = line
            return result
        }
        table.write = { context, _, bytes in
            SmtpFakeTable.host(context)?.write(UnsafeRawBufferPointer(bytes)) ?? Int32(MR_E_INVALID)
        }
        table.close = { SmtpFakeTable.host($0)?.closed() }
    }

    private static func addFields(_ table: inout mr_host) {
        table.fields_new = { SmtpFakeTable.host($0)?.make(Record()) }
        table.fields_set = { fields, name, type, value in
            guard let fields = SmtpFakeFields.of(fields), let name else { return Int32(MR_E_INVALID) }
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
            guard let fields = SmtpFakeFields.of(fields), let name else { return Int32(MR_E_INVALID) }
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
            guard let fields = SmtpFakeFields.of(fields), let list else { return 0 }
            return fields.record.records(String(cString: list)).count
        }
        table.fields_item = { fields, list, index in
            guard let fields = SmtpFakeFields.of(fields), let list else { return nil }
            let items = fields.record.records(String(cString: list))
            return items.indices.contains(index) ? fields.host.make(items[index]) : nil
        }
    }
}
