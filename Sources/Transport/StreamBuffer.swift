import Glibc

/// Bytes that came and were not yet asked for. Grows to what a line needs and gives the memory back when empty.
struct StreamBuffer: ~Copyable {
    private static let smallest = BufferPool.Size.buffer.rawValue

    private var memory: UnsafeMutableRawBufferPointer?
    private var head = 0
    private var tail = 0

    deinit { if let memory { BufferPool.give(memory) } }

    var count: Int { tail - head }

    /// The bytes; until the next change.
    var bytes: UnsafeRawBufferPointer {
        guard let memory else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(rebasing: memory[head..<tail])
    }

    /// Room for more, at least one byte; what is filled is told with `filled`.
    mutating func room() -> UnsafeMutableRawBufferPointer {
        let memory = grown()
        self.memory = memory
        return UnsafeMutableRawBufferPointer(rebasing: memory[tail...])
    }

    mutating func filled(_ count: Int) { tail += count }

    mutating func drop(_ count: Int) {
        head = min(head + count, tail)
        guard head == tail else { return }
        head = 0
        tail = 0
    }

    /// Lets the memory go where nothing is in it.
    mutating func release() {
        guard count == 0, let memory else { return }
        BufferPool.give(memory)
        self.memory = nil
    }

    /// Lets all memory go but what the bytes themselves take.
    mutating func shrink() {
        guard count > 0 else { return release() }
        guard let memory, memory.count > count, let from = memory.baseAddress else { return }
        let kept = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        kept.baseAddress?.copyMemory(from: from + head, byteCount: count)
        tail = count
        head = 0
        BufferPool.give(memory)
        self.memory = kept
    }

    private mutating func grown() -> UnsafeMutableRawBufferPointer {
        guard let memory else { return BufferPool.take(.buffer) }
        if count == 0, memory.count != StreamBuffer.smallest {
            BufferPool.give(memory)
            return BufferPool.take(.buffer)
        }
        if tail < memory.count { return memory }
        let kept = count
        if head > 0, head >= memory.count / 2, let base = memory.baseAddress {
            memmove(base, base + head, kept)
            head = 0
            tail = kept
            return memory
        }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(memory.count * 2, StreamBuffer.smallest), alignment: 16)
        if let from = memory.baseAddress { larger.baseAddress?.copyMemory(from: from + head, byteCount: kept) }
        head = 0
        tail = kept
        BufferPool.give(memory)
        return larger
    }
}
