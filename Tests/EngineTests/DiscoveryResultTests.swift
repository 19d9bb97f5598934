import Base
import Testing

@testable import Engine

@Suite struct DiscoveryResultTests {
    private static func finding(
        _ source: Finding.Source, _ servers: [(MailPlace.Kind, Bool)], user: String
    ) throws -> Finding {
        var finding = Finding(source, "test", try DiscoveryAddress("ann@example.test"))
        finding.user = user
        finding.sendingUser = user
        finding.proofs = try servers.map { kind, isGood in
            let place = try #require(MailPlace(kind, "\(source).\(kind).example.test", 993, .implicit))
            var proof = Proof(place)
            proof.isGood = isGood
            return proof
        }
        finding.places = finding.proofs.map(\.place)
        return finding
    }

    /// A port for sending is blocked, and another source knows one that is not: what the first says of the login still holds for
    /// receiving.
    @Test func eachServerHasTheLoginOfItsOwnSource() throws {
        let file = try Self.finding(.autoconfig, [(.imap, true), (.smtp, false)], user: "ann")
        let names = try Self.finding(.srv, [(.smtp, true)], user: "ann@example.test")
        let result = DiscoveryResult(
            address: try DiscoveryAddress("ann@example.test"), findings: [file, names], looks: [])
        let connect = try #require(result.record["connect"]?.record)
        #expect(connect.text("imap_host") == "autoconfig.imap.example.test")
        #expect(connect.text("smtp_host") == "srv.smtp.example.test")
        #expect(connect.text("user") == "ann")
        #expect(connect.text("smtp_user") == "ann@example.test")
    }

    @Test func oneThatSendsAlone() throws {
        let names = try Self.finding(.srv, [(.smtp, true)], user: "ann")
        let result = DiscoveryResult(address: try DiscoveryAddress("ann@example.test"), findings: [names], looks: [])
        let connect = try #require(result.record["connect"]?.record)
        #expect(connect.text("user") == "ann" && connect.text("smtp_user") == nil && connect.text("imap_host") == nil)
    }
}
