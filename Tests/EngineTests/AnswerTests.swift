import Testing

@testable import Engine

@Suite struct AnswerTests {
    @Test(arguments: [
        ("Hello", "Re: Hello"), ("Re: Hello", "Re: Hello"), ("RE:Hello", "Re: Hello"),
        ("re: Re: RE: Hello", "Re: Hello"),
        ("Re[2]: Hello", "Re: Hello"), ("Re (3): Hello", "Re: Hello"), ("AW: WG: Hello", "Re: WG: Hello"),
        ("Antw: Hello", "Re: Hello"), ("SV: VS: Hello", "Re: Hello"),
        ("\u{56DE}\u{590D}\u{FF1A}\u{4F60}\u{597D}", "Re: \u{4F60}\u{597D}"),
        ("Fwd: Hello", "Re: Fwd: Hello"), ("Regarding: Hello", "Re: Regarding: Hello"), ("", "Re:"), ("Re:", "Re:"),
        ("Re[x]: a", "Re: Re[x]: a"), ("10:30 tomorrow?", "Re: 10:30 tomorrow?"), ("a\r\nBcc: b", "Re: aBcc: b"),
        (":::", "Re: :::"), ("]: x", "Re: ]: x"),
    ])
    func theSubjectSaysReOnce(_ subject: String, _ reply: String) { #expect(Answer.subject(subject) == reply) }
}
