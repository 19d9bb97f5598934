import Base

/// Records as blobs: the parameters and results of jobs and sends.
extension Packer {
    static let maximumDepth = 16

    static func record(_ record: Record) -> [UInt8] {
        var packer = Packer()
        packer.record(record, depth: 0)
        return packer.bytes
    }

    private mutating func record(_ record: Record, depth: Int) {
        int(Int64(record.fields.count))
        for field in record.fields {
            text(field.name)
            value(field.value, depth: depth)
        }
    }

    /// What is nested deeper than any record of the engine is left out.
    private mutating func value(_ value: Value, depth: Int) {
        switch value {
        case .text(let value):
            int(1)
            text(value)
        case .int(let value):
            int(2)
            int(value)
        case .bytes(let value):
            int(3)
            blob(value)
        case .list(let items):
            int(4)
            guard depth < Packer.maximumDepth else { return int(0) }
            int(Int64(items.count))
            for item in items { self.value(item, depth: depth + 1) }
        case .record(let value):
            int(5)
            guard depth < Packer.maximumDepth else { return int(0) }
            record(value, depth: depth + 1)
        }
    }
}

extension Unpacker {
    static func record(_ bytes: [UInt8]) -> Record {
        var unpacker = Unpacker(bytes)
        return unpacker.record(depth: 0)
    }

    private mutating func record(depth: Int) -> Record {
        var record = Record()
        for _ in 0..<count() {
            guard let name = text(), let value = value(depth: depth) else { break }
            record[name] = value
        }
        return record
    }

    /// Nil also for what is nested deeper than `Packer` ever writes.
    private mutating func value(depth: Int) -> Value? {
        guard depth <= Packer.maximumDepth + 1 else { return nil }
        switch int() {
        case 1: return text().map(Value.text)
        case 2: return int().map(Value.int)
        case 3: return blob().map(Value.bytes)
        case 4:
            var items: [Value] = []
            for _ in 0..<count() {
                guard let item = value(depth: depth + 1) else { break }
                items.append(item)
            }
            return .list(items)
        case 5: return .record(record(depth: depth + 1))
        default: return nil
        }
    }
}

/// A failure as a blob: what a job ended with, so that whoever waits for it gets all its facts.
extension Failure {
    var packed: [UInt8] {
        var record = Record()
        record.set("result", Int64(result))
        record.set("message", message)
        record.set("cause", cause)
        record.set("class", failureClass)
        record.set("advice", advice)
        record.set("server_text", serverText)
        record.set("step", step)
        record.set("field", field)
        record.set("smtp", smtp.map(Int64.init))
        record.set("enhanced", enhanced)
        record.set("http", http.map(Int64.init))
        record.set("code", code)
        record.set("retry_after_ms", retryAfterMs)
        record.set("provider", provider)
        record.set("account", account)
        return Packer.record(record)
    }

    init(packed bytes: [UInt8]) {
        let record = Unpacker.record(bytes)
        self.init(
            Int32(truncatingIfNeeded: record.int("result") ?? -1), record.text("message") ?? "the job failed")
        cause = record.text("cause")
        failureClass = record.text("class")
        advice = record.text("advice")
        serverText = record.text("server_text")
        step = record.text("step")
        field = record.text("field")
        smtp = record.int("smtp").map { Int32(truncatingIfNeeded: $0) }
        enhanced = record.text("enhanced")
        http = record.int("http").map { Int32(truncatingIfNeeded: $0) }
        code = record.text("code")
        retryAfterMs = record.int("retry_after_ms")
        provider = record.text("provider")
        account = record.int("account")
    }
}
