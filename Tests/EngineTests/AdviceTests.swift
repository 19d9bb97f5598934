import Base
import CMailroom
import Testing

@testable import Engine
@testable import Store

/// What a person is told, at the providers that are known.
@Suite struct AdviceTests {
    @Test(
        arguments: [
            ("smtp.gmail.com", .gmail), ("imap.googlemail.com", .gmail), ("SMTP.GMAIL.COM", .gmail), ("gmail", .gmail),
            ("smtp.office365.com", .microsoft), ("outlook.office365.com", .microsoft),
            ("smtp-mail.outlook.com", .microsoft), ("smtp.mail.yahoo.com", .yahoo), ("smtp.mail.me.com", .icloud),
            ("smtppro.zoho.eu", .zoho), ("smtpout.secureserver.net", .godaddy), ("smtp.yandex.ru", .yandex),
            ("smtp.fastmail.com", .fastmail), ("mail.example.com", nil), ("notgmail.com", nil),
            ("gmail.com.example.org", nil), ("", nil), ("127.0.0.1", nil),
        ] as [(String, KnownProvider?)])
    func aProviderIsKnownByItsServersName(_ host: String, _ provider: KnownProvider?) {
        #expect(KnownProvider.of(host: host) == provider)
    }

    @Test(
        arguments: [
            (.gmail, "auth.refused", "https://www.google.com/accounts/DisplayUnlockCaptcha"),
            (.gmail, "auth.app_password", "https://myaccount.google.com/apppasswords"),
            (.gmail, "auth.web_login", "https://accounts.google.com"),
            (.gmail, "send.sending_limit", "2,000 messages"), (.gmail, "send.too_large", "25 MB"),
            (.gmail, "send.outage", "https://www.google.com/appsstatus/dashboard/"),
            (.microsoft, "send.send_as_denied", "Send As or Send on Behalf"),
            (.microsoft, "send.suspended", "Restricted entities"),
            (.microsoft, "send.sending_limit", "empty the trash"),
            (.microsoft, "send.sending_limit", "10,000 recipients"),
            (.microsoft, "send.quota_exceeded", "passes within a day"),
            (.microsoft, "send.too_large", "20 MB"), (.microsoft, "auth.smtp_disabled", "Authenticated SMTP"),
            (.microsoft, "auth.basic_off", "Client Submission"),
            (.microsoft, "service.outage", "https://status.cloud.microsoft"),
            (.yahoo, "auth.refused", "login.yahoo.com/account/security"),
            (.yahoo, "send.sending_limit", "500 messages"),
            (.icloud, "send.too_large", "20 MB"), (.icloud, "send.sending_limit", "1,000 messages"),
            (.zoho, "send.suspended", "https://mail.zoho.com/UnblockMe"), (.zoho, "auth.imap_disabled", "enable IMAP"),
            (.godaddy, "send.sending_limit", "250 messages"),
            (.yandex, "auth.refused", "id.yandex.com/security/app-passwords"),
        ] as [(KnownProvider, String, String)])
    func theProvidersOwnStepsStandInTheAdvice(_ provider: KnownProvider, _ code: String, _ words: String) throws {
        let cause = try #require(Cause.named(code))
        #expect(Advice.of(cause, at: provider).contains(words))
        #expect(!cause.advice.contains(words), "only there")
    }

    @Test(arguments: KnownProvider.allCases)
    func nobodyIsToldToAllowLessSecureApps(_ provider: KnownProvider) {
        for cause in Cause.catalogue {
            let advice = Advice.of(cause, at: provider)
            #expect(!advice.isEmpty)
            #expect(!advice.lowercased().contains("less secure"))
            #expect(!advice.contains("\n\n"))
        }
    }

    @Test func theManifestsStatusPageGoesFirst() throws {
        let cause = try #require(Cause.named("send.outage"))
        #expect(Advice.of(cause, at: .gmail, statusURL: "https://status.example").contains("https://status.example"))
        #expect(Advice.of(cause, at: .gmail, statusURL: "").contains("appsstatus"))
        #expect(Advice.of(cause, at: nil).contains(Advice.statusPage))
    }

    @Test func aFailedSendHasTheProvidersAdvice() {
        var failure = Failure(MR_E_REFUSED, "no")
        failure.smtp = 554
        failure.serverText = "SendAsDenied"
        let rules = SendRules(provider: .microsoft)
        #expect(SendClassTests.decide(failure, rules: rules).failure?.advice?.contains("Send on Behalf") == true)
    }

    @Test(arguments: [
        ("ann@example.com", true), ("ANN@EXAMPLE.COM", true), ("bob@example.com", true), ("x@shop.example", true),
        ("eve@example.com", false), ("x@evilshop.example", false), ("x@sub.shop.example", false), ("", false),
    ])
    func onlySomeMayStandInFrom(_ sender: String, _ may: Bool) {
        #expect(
            SendSettings.allows(sender, "Bob@example.com @shop.example", own: "ann@example.com") == may)
    }

    /// A time to come is not shown earlier than it is, one that has passed not later.
    @Test(
        arguments: [
            (0, "1970-01-01 00:00 UTC", "1970-01-01 00:00 UTC"), (1, "1970-01-01 00:01 UTC", "1970-01-01 00:00 UTC"),
            (59_999, "1970-01-01 00:01 UTC", "1970-01-01 00:00 UTC"),
            (60_000, "1970-01-01 00:01 UTC", "1970-01-01 00:01 UTC"),
            (1_795_305_599_999, "2026-11-22 00:00 UTC", "2026-11-21 23:59 UTC"),
        ] as [(Int64, String, String)])
    func minutesOfTimesToComeAndPast(_ time: Int64, _ toCome: String, _ past: String) {
        #expect(Advice.minute(time) == toCome)
        #expect(Advice.pastMinute(time) == past)
    }

    @Test(
        arguments: [
            (Record(["send_attempts": .int(3)]), "send_attempts", "3"),
            (Record(["send_attempts": .int(0)]), "send_attempts", nil),
            (Record(["senders": .text("bob@x.example")]), "senders", "bob@x.example"),
            (
                Record(["senders": .list([.text("bob@x.example"), .text("@y.example")])]), "senders",
                "bob@x.example @y.example"
            ),
            (Record(["senders": .text("")]), "senders", nil),
        ] as [(Record, String, String?)])
    func settingsOfSending(_ record: Record, _ name: String, _ expected: String?) throws {
        let settings = try SendSettings.read(record)
        #expect(settings.keys.contains(name))
        #expect(settings[name] ?? nil == expected)
    }

    @Test(
        arguments: [
            Record(["send_attempts": .int(-1)]), Record(["send_attempts": .int(101)]),
            Record(["senders": .text("bob")]),
            Record(["senders": .list([.text("a@b.example"), .int(1)])]), Record(["senders": .text("a@b c@d")]),
            Record(["senders": .list([.text("a@b.example"), .text("")])]), Record(["senders": .text("@")]),
        ])
    func settingsThatAreNone(_ record: Record) {
        #expect(throws: Failure.self) { try SendSettings.read(record) }
    }
}
