import Base
import Glibc
import Testing

@testable import Transport

/// What a parked TLS stream costs, with the server in another process. It wants a process of its own, because it reads
/// what the whole process takes: `MAILROOM_MEASURE=1000 swift test --filter ParkedMemoryTests` (the number of streams).
struct ParkedMemoryTests {
    private static let count = getenv("MAILROOM_MEASURE").flatMap { Int(String(cString: $0)) } ?? 0

    @Test(
        .serialized,
        .enabled(
            if: ParkedMemoryTests.count > 0, "MAILROOM_MEASURE is not set: a measurement, for a process of its own"),
        arguments: [false, true])
    func memory(compressed: Bool) throws {
        let scratch = try Scratch()
        try TLSServer.make(.good, in: scratch)
        try scratch.write("server.py", ParkedMemoryTests.server)
        let program = try Program(
            ["python3", "\(scratch.path)/server.py", scratch.path], quiet: true, output: "\(scratch.path)/port")
        defer { program.stop() }
        var port: UInt16 = 0
        for _ in 0..<1000 where port == 0 {
            usleep(20_000)
            port = UInt16(Shell.read("\(scratch.path)/port").prefix { $0 != "\n" }) ?? 0
        }
        try #require(port != 0)

        let core = PollerCore()
        let wakes = Wakes()
        func dial() throws -> Connection {
            let connection = try Connection.dial(
                try Peer(host: "localhost", port: port), .implicit, caFile: "\(scratch.path)/ca.pem",
                connectTimeoutMs: 60_000, Patience())
            // A few lines, as a login and a SELECT would be.
            for _ in 0..<5 {
                try connection.write(Array("lines 20\n".utf8), Patience())
                for _ in 0..<20 { _ = try connection.readLine(limit: 1000, Patience()) }
            }
            if compressed {
                try connection.write(Array("deflate\n".utf8), Patience())
                _ = try connection.readLine(limit: 1000, Patience())
                try connection.startDeflate()
                for _ in 0..<20 {
                    try connection.write(Array("lines 20\n".utf8), Patience())
                    for _ in 0..<20 { _ = try connection.readLine(limit: 1000, Patience()) }
                }
            }
            return connection
        }
        var kept = [try dial()]
        _ = try core.park(kept[0], wakes, 0)
        usleep(300_000)
        let before = Shell.resident()
        for name in 1...ParkedMemoryTests.count {
            let connection = try dial()
            kept.append(connection)
            _ = try core.park(connection, wakes, name)
        }
        usleep(500_000)
        #expect(core.count == ParkedMemoryTests.count + 1)
        let each = Double(Shell.resident() - before) / Double(ParkedMemoryTests.count)
        print(
            "\(compressed ? "TLS and deflate" : "TLS"): \(each) KiB for each of \(ParkedMemoryTests.count) parked streams"
        )
        #expect(each < 40)
        for connection in kept { connection.close() }
    }

    private static let server = """
        import asyncio, ssl, sys, zlib
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1] + "/server.pem", sys.argv[1] + "/server.key")
        async def serve(reader, writer):
            pack = unpack = None
            number = 0
            def say(data):
                writer.write(pack.compress(data) + pack.flush(zlib.Z_SYNC_FLUSH) if pack else data)
            rest = b""
            while True:
                data = await reader.read(65536)
                if not data:
                    return
                rest += unpack.decompress(data) if unpack else data
                while b"\\n" in rest:
                    line, _, rest = rest.partition(b"\\n")
                    if line == b"deflate":
                        say(b"OK\\r\\n")
                        pack, unpack = zlib.compressobj(wbits=-15), zlib.decompressobj(-15)
                    else:
                        number += 1
                        say(b"".join(b"* LIST () / Folder%d.%d\\r\\n" % (number, i) for i in range(int(line.split()[1]))))
        async def main():
            server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context, backlog=512)
            print(server.sockets[0].getsockname()[1], flush=True)
            await server.serve_forever()
        asyncio.run(main())
        """
}

private enum Shell {
    static func read(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, 4096, file), count > 0 { text += buffer.prefix(count) }
        return String(decoding: text, as: UTF8.self)
    }

    /// VmRSS, in KiB.
    static func resident() -> Int {
        let line = read("/proc/self/status").split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first ?? "") ?? 0
    }
}
